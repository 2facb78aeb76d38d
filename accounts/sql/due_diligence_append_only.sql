-- What a document was, what a client answered and what it acknowledged stays, until its party is erased: then documents
-- go and answers with them, while digests, scores and days stay.
CREATE OR REPLACE FUNCTION accounts_refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_TABLE_NAME = 'accounts_identitydocument' AND TG_OP = 'DELETE' THEN
        IF EXISTS (
            SELECT FROM public.accounts_identitycheck AS c
            WHERE c.id = OLD.identity_check_id AND public.accounts_is_being_erased(c.party_id)
        ) THEN
            RETURN OLD;
        END IF;
    ELSIF TG_TABLE_NAME = 'accounts_suitabilityassessment' AND TG_OP = 'UPDATE' THEN
        IF public.accounts_is_being_erased(OLD.party_id) AND to_jsonb(NEW) - 'answers' = to_jsonb(OLD) - 'answers' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation',
        CONSTRAINT = TG_ARGV[0],
        TABLE = TG_TABLE_NAME,
        MESSAGE = format('%s of %s is refused: it is kept as it was', TG_OP, TG_TABLE_NAME);
END
$$;

REVOKE ALL ON FUNCTION accounts_refuse_change() FROM public;

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON accounts_identitydocument
FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change('accounts_identitydocument_append_only');

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON accounts_suitabilityassessment
FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change('accounts_suitabilityassessment_append_only');

CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON accounts_disclosureacknowledgement
FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change('accounts_disclosureacknowledgement_append_only');
