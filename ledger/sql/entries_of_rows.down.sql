DROP TRIGGER ledger_journalentry_exchange_reversed ON ledger_journalentry;
DROP FUNCTION ledger_check_exchange_reversal();
DROP TRIGGER ledger_journalentry_of_row ON ledger_journalentry;
DROP FUNCTION ledger_check_entry_has_row();
