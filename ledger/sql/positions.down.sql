DROP FUNCTION ledger_stamp_positions(integer);
