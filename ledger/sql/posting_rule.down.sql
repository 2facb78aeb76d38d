DROP TRIGGER ledger_posting_rule ON ledger_posting;
DROP FUNCTION ledger_check_postings();
