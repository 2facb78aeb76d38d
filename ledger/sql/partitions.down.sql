DROP FUNCTION ledger_ensure_posting_month(date);
DROP FUNCTION IF EXISTS ledger_make_posting_month(date);
