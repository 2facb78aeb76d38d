DROP TRIGGER contracts_principal_entry ON ledger_journalentry;
DROP FUNCTION contracts_check_principal_entry();
