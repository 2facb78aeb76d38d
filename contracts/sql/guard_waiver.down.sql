DROP TRIGGER contracts_waiver_approved_by_two ON ledger_journalentry;
DROP FUNCTION contracts_check_waiver();
