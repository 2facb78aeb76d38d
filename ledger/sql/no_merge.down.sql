DO $$
BEGIN
    DROP RULE ledger_account_no_merge ON ledger_account;
    DROP RULE ledger_posting_no_merge ON ledger_posting;
    DROP RULE ledger_journalentry_no_merge ON ledger_journalentry;
END
$$;
