REVOKE INSERT ON liquidation_liquidation, liquidation_liquidationorder, liquidation_liquidationevent FROM plimsoll_app;
REVOKE UPDATE (state, approval_id, is_authorised_by_terms, ended_on) ON liquidation_liquidation FROM plimsoll_app;
REVOKE UPDATE (state, filled_quantity, closed_on) ON liquidation_liquidationorder FROM plimsoll_app;
