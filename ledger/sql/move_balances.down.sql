DROP FUNCTION ledger_move_balances(bigint[], bigint[]);
