ALTER TABLE ledger_balance RESET (fillfactor);
ALTER TABLE ledger_positionhead DROP COLUMN horizon;
ALTER TABLE ledger_businessday DROP CONSTRAINT ledger_businessday_date_plausible;
ALTER TABLE ledger_journalentry DROP CONSTRAINT ledger_journalentry_value_date_plausible;
ALTER TABLE ledger_journalentry DROP COLUMN creating_xid;
DROP TABLE ledger_posting;
