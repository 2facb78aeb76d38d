ALTER TABLE ledger_balance RESET (fillfactor);
ALTER TABLE ledger_positionhead DROP COLUMN horizon;
ALTER TABLE ledger_journalentry DROP COLUMN creating_xid;
DROP TABLE ledger_posting;
