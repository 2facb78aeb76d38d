-- Events are append-only; of a liquidation and an order only their life moves.
GRANT INSERT ON liquidation_liquidation, liquidation_liquidationorder, liquidation_liquidationevent TO plimsoll_app;
GRANT UPDATE (state, approval_id, is_authorised_by_terms, ended_on) ON liquidation_liquidation TO plimsoll_app;
GRANT UPDATE (state, filled_quantity, closed_on) ON liquidation_liquidationorder TO plimsoll_app;
