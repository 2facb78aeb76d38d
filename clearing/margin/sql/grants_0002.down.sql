REVOKE INSERT ON margin_valuation, margin_levelchange, margin_margincall FROM plimsoll_app;
REVOKE UPDATE (deadline_on, hold_reason, status, closed_on) ON margin_margincall FROM plimsoll_app;
