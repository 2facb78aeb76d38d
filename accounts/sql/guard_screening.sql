-- A screening is recorded clear or as a possible hit; two people decide a hit, once; nothing else of it changes.
CREATE OR REPLACE FUNCTION accounts_guard_screening() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    decided constant text[] := ARRAY['result', 'is_sanctioned', 'is_politically_exposed', 'approval_id'];
    broken text;
    permit public.accounts_approval;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.result = 'confirmed' OR NEW.approval_id IS NOT NULL THEN
            broken := 'accounts_screening_starts_undecided';
        END IF;
        NEW.recorded_at := statement_timestamp();
    ELSIF public.accounts_is_being_erased(NEW.party_id)
        AND to_jsonb(NEW) - 'finding' = to_jsonb(OLD) - 'finding'
    THEN
        RETURN NEW;
    ELSIF to_jsonb(NEW) - decided <> to_jsonb(OLD) - decided THEN
        broken := 'accounts_screening_content_unchanged';
    ELSIF NEW IS DISTINCT FROM OLD THEN
        SELECT * INTO permit FROM public.accounts_approval WHERE id = NEW.approval_id;
        IF OLD.result <> 'possible' THEN
            broken := 'accounts_screening_decided_once';
        ELSIF permit.id IS NULL OR permit.kind <> 'confirm_screening' OR permit.status <> 'executed'
            OR permit.payload IS DISTINCT FROM jsonb_build_object(
                'screening', NEW.id, 'result', NEW.result, 'is_sanctioned', NEW.is_sanctioned,
                'is_politically_exposed', NEW.is_politically_exposed
            )
        THEN
            broken := 'accounts_screening_decision_executed';
        ELSIF permit.checker_id = NEW.maker_id THEN
            broken := 'accounts_screening_maker_is_not_decider';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('screening %s breaks %s', NEW.id, broken);
    END IF;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION accounts_guard_screening() FROM public;

CREATE OR REPLACE TRIGGER guard_screening BEFORE INSERT OR UPDATE ON accounts_screening
FOR EACH ROW EXECUTE FUNCTION accounts_guard_screening();

-- Whoever is found to be sanctioned is suspended by the same statement.
CREATE OR REPLACE FUNCTION accounts_suspend_sanctioned() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    UPDATE public.accounts_party SET status = 'suspended' WHERE id = NEW.party_id AND status = 'active';
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION accounts_suspend_sanctioned() FROM public;

CREATE OR REPLACE TRIGGER suspend_sanctioned AFTER UPDATE ON accounts_screening
FOR EACH ROW
WHEN (new.result = 'confirmed' AND new.is_sanctioned)
EXECUTE FUNCTION accounts_suspend_sanctioned();

-- And stays so while the sanction stands. Takes the screenings' rows, so that neither passes the other unseen. What a
-- party is, addresses, contracts and standings rest on: code and kind stay, a closed one stays closed, and an erased
-- one gets no name again.
CREATE OR REPLACE FUNCTION accounts_guard_party() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    broken text;
BEGIN
    IF (NEW.code, NEW.kind) IS DISTINCT FROM (OLD.code, OLD.kind) THEN
        broken := 'accounts_party_identity_unchanged';
    ELSIF OLD.status = 'closed' AND NEW.status <> 'closed' THEN
        broken := 'accounts_party_closed_stays_closed';
    ELSIF NEW IS DISTINCT FROM OLD AND EXISTS (SELECT FROM public.accounts_partyerasure WHERE party_id = OLD.id)
        AND (NEW.display_name, NEW.status, NEW.locale) IS DISTINCT FROM ('[erased]', OLD.status, OLD.locale)
    THEN
        broken := 'accounts_party_erased_stays_erased';
    ELSIF NEW.status = 'active' AND OLD.status <> 'active' THEN
        PERFORM FROM public.accounts_screening WHERE party_id = NEW.id FOR SHARE;
        IF EXISTS (
            SELECT FROM public.accounts_standinghit AS hit
            WHERE hit.party_id = NEW.id AND hit.result = 'confirmed'
        ) THEN
            broken := 'accounts_party_sanctioned_stays_suspended';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('party %s breaks %s', OLD.code, broken);
    END IF;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION accounts_guard_party() FROM public;

CREATE OR REPLACE TRIGGER guard_party BEFORE UPDATE ON accounts_party
FOR EACH ROW EXECUTE FUNCTION accounts_guard_party();
