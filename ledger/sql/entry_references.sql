-- The rules of entries prove book, kind and maker when an entry is written; a foreign key each would look again for
-- every row. These keep what entries name from going away afterwards.
CREATE OR REPLACE FUNCTION ledger_keep_what_entries_name() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (tg_argv[0] = 'ledger_journalentry_book_stays' AND EXISTS (
            SELECT FROM ledger_journalentry AS e WHERE e.book_id = (to_jsonb(OLD) ->> 'id')::integer
        ))
        OR (tg_argv[0] = 'ledger_journalentry_kind_stays' AND EXISTS (
            SELECT FROM ledger_journalentry AS e WHERE e.kind_id = to_jsonb(OLD) ->> 'code'
        ))
        OR (tg_argv[0] = 'ledger_journalentry_maker_stays' AND EXISTS (
            SELECT FROM ledger_journalentry AS e WHERE e.maker_id = (to_jsonb(OLD) ->> 'id')::bigint
        ))
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = tg_argv[0],
            TABLE = tg_table_name,
            MESSAGE = format('journal entries name this row of %s: it stays', tg_table_name);
    END IF;
    RETURN CASE tg_op WHEN 'DELETE' THEN OLD ELSE NEW END;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_journalentry_book_stays BEFORE DELETE OR UPDATE OF id ON ledger_book
FOR EACH ROW EXECUTE FUNCTION ledger_keep_what_entries_name('ledger_journalentry_book_stays');

CREATE OR REPLACE TRIGGER ledger_journalentry_kind_stays BEFORE DELETE OR UPDATE OF code ON ledger_entrykind
FOR EACH ROW EXECUTE FUNCTION ledger_keep_what_entries_name('ledger_journalentry_kind_stays');

CREATE OR REPLACE TRIGGER ledger_journalentry_maker_stays BEFORE DELETE OR UPDATE OF id ON accounts_user
FOR EACH ROW EXECUTE FUNCTION ledger_keep_what_entries_name('ledger_journalentry_maker_stays');
