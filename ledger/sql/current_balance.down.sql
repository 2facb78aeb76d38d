DROP VIEW ledger_currentbalance;
