DROP TRIGGER ledger_journalentry_rule ON ledger_journalentry;
DROP FUNCTION ledger_check_entries();
