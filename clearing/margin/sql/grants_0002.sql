-- Valuations and level changes are append-only; the level in force is the trigger's; of a call only its life moves.
GRANT INSERT ON margin_valuation, margin_levelchange, margin_margincall TO plimsoll_app;
GRANT UPDATE (deadline_on, hold_reason, status, closed_on) ON margin_margincall TO plimsoll_app;
