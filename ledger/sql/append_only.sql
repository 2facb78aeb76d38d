-- What was booked is neither edited nor deleted, by whoever has the right to try.
CREATE OR REPLACE FUNCTION ledger_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation',
        CONSTRAINT = tg_argv[0],
        TABLE = tg_table_name,
        MESSAGE = format('%s of %s is refused: what was booked stays; correct it by a reversal', tg_op, tg_table_name);
END;
$$;

CREATE OR REPLACE TRIGGER ledger_journalentry_append_only BEFORE UPDATE OR DELETE ON ledger_journalentry
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_journalentry_append_only');

CREATE OR REPLACE TRIGGER ledger_posting_append_only BEFORE UPDATE OR DELETE ON ledger_posting
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_posting_append_only');

-- TRUNCATE fires no trigger of a row, and one on the parent alone does not protect its months: see partitions.sql.
CREATE OR REPLACE TRIGGER ledger_journalentry_never_emptied BEFORE TRUNCATE ON ledger_journalentry
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change('ledger_journalentry_append_only');

CREATE OR REPLACE TRIGGER ledger_posting_never_emptied BEFORE TRUNCATE ON ledger_posting
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change('ledger_posting_append_only');

CREATE OR REPLACE TRIGGER ledger_entryposition_append_only BEFORE UPDATE OR DELETE ON ledger_entryposition
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_entryposition_append_only');

CREATE OR REPLACE TRIGGER ledger_dailysnapshot_append_only BEFORE UPDATE OR DELETE ON ledger_dailysnapshot
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_dailysnapshot_append_only');

CREATE OR REPLACE TRIGGER ledger_dayclose_append_only BEFORE UPDATE OR DELETE ON ledger_dayclose
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_dayclose_append_only');

CREATE OR REPLACE TRIGGER ledger_account_identity_immutable BEFORE UPDATE OR DELETE ON ledger_account
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_account_identity_immutable');
