-- Nobody needs MERGE here, and releases of PostgreSQL have differed in which rows they hand to a statement trigger
-- where one statement MERGEs and INSERTs into a table. It is refused on any table that has a rule; these, on DELETE
-- and never true, do nothing else.
DO $$
BEGIN
    CREATE RULE ledger_journalentry_no_merge AS ON DELETE TO ledger_journalentry WHERE false DO INSTEAD NOTHING;
    CREATE RULE ledger_posting_no_merge AS ON DELETE TO ledger_posting WHERE false DO INSTEAD NOTHING;
    CREATE RULE ledger_account_no_merge AS ON DELETE TO ledger_account WHERE false DO INSTEAD NOTHING;
END
$$;
