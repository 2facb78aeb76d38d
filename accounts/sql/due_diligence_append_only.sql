-- What a document was, what a client answered and what it acknowledged stays.
CREATE FUNCTION accounts_refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation',
        CONSTRAINT = TG_ARGV[0],
        TABLE = TG_TABLE_NAME,
        MESSAGE = format('%s of %s is refused: it is kept as it was', TG_OP, TG_TABLE_NAME);
END
$$;

REVOKE ALL ON FUNCTION accounts_refuse_change() FROM public;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON accounts_identitydocument
FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change('accounts_identitydocument_append_only');

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON accounts_suitabilityassessment
FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change('accounts_suitabilityassessment_append_only');

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON accounts_disclosureacknowledgement
FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change('accounts_disclosureacknowledgement_append_only');
