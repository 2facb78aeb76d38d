DROP FUNCTION ledger_ensure_posting_month(date);
