-- A check is born pending; its content stays; two people give it an outcome, over these very documents.
CREATE OR REPLACE FUNCTION accounts_guard_identity_check() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    broken text;
    papers jsonb;
    permit public.accounts_approval;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.outcome <> 'pending' THEN
            broken := 'accounts_identitycheck_starts_pending';
        END IF;
        NEW.recorded_at := statement_timestamp();
    ELSIF public.accounts_is_being_erased(NEW.party_id)
        AND (NEW.party_id, NEW.outcome, NEW.approval_id) IS NOT DISTINCT FROM (OLD.party_id, OLD.outcome, OLD.approval_id)
    THEN
        RETURN NEW;
    ELSIF to_jsonb(NEW) - ARRAY['outcome', 'approval_id'] <> to_jsonb(OLD) - ARRAY['outcome', 'approval_id'] THEN
        broken := 'accounts_identitycheck_content_unchanged';
    ELSIF OLD.outcome <> 'pending' AND NEW IS DISTINCT FROM OLD THEN
        broken := 'accounts_identitycheck_reviewed_once';
    ELSIF NEW.outcome <> 'pending' THEN
        SELECT jsonb_agg(encode(paper.sha256, 'hex') ORDER BY paper.sha256) INTO papers
        FROM public.accounts_identitydocument AS paper
        WHERE paper.identity_check_id = NEW.id;
        SELECT * INTO permit FROM public.accounts_approval WHERE id = NEW.approval_id;
        IF papers IS NULL THEN
            broken := 'accounts_identitycheck_reviewed_with_document';
        ELSIF permit.id IS NULL OR permit.kind <> 'review_identity' OR permit.status <> 'executed'
            OR permit.payload IS DISTINCT FROM jsonb_build_object(
                'check', NEW.id, 'outcome', NEW.outcome, 'documents', papers
            )
        THEN
            broken := 'accounts_identitycheck_review_executed';
        ELSIF permit.checker_id = NEW.maker_id THEN
            broken := 'accounts_identitycheck_maker_is_not_reviewer';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('identity check %s breaks %s', NEW.id, broken);
    END IF;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION accounts_guard_identity_check() FROM public;

CREATE OR REPLACE TRIGGER guard_identity_check BEFORE INSERT OR UPDATE ON accounts_identitycheck
FOR EACH ROW EXECUTE FUNCTION accounts_guard_identity_check();

-- A document comes to a check that nobody has reviewed yet.
CREATE OR REPLACE FUNCTION accounts_guard_identity_document() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM FROM public.accounts_identitycheck
    WHERE id = NEW.identity_check_id AND outcome = 'pending'
    FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'accounts_identitydocument_check_awaits_review',
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('identity check %s takes no further documents', NEW.identity_check_id);
    END IF;
    NEW.recorded_at := statement_timestamp();
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION accounts_guard_identity_document() FROM public;

CREATE OR REPLACE TRIGGER guard_identity_document BEFORE INSERT ON accounts_identitydocument
FOR EACH ROW EXECUTE FUNCTION accounts_guard_identity_document();
