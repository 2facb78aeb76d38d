DROP FUNCTION IF EXISTS ledger_move_balances(bigint[], bigint[]);
DROP FUNCTION IF EXISTS ledger_move_balances(tid[], bigint[], bigint[], bigint[]);
