DROP FUNCTION ledger_roll_up_deltas(integer, integer);
