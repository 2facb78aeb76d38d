-- Versions of questionnaires and disclosures: content from the first on as it is, in force by two people who saw
-- exactly this. What ships with the product is inserted in force, by the owner of the tables.
CREATE OR REPLACE FUNCTION accounts_guard_version() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    ships constant boolean := TG_OP = 'INSERT' AND NEW.state = 'active' AND pg_has_role(
        session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER'
    );
    row_now constant jsonb := to_jsonb(NEW);
    permitted jsonb;
    permit public.accounts_approval;
    broken text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT ships AND (NEW.state <> 'draft' OR NEW.approval_id IS NOT NULL) THEN
            broken := '_starts_as_draft';
        END IF;
        NEW.recorded_at := statement_timestamp();
    ELSIF row_now - ARRAY['state', 'approval_id'] <> to_jsonb(OLD) - ARRAY['state', 'approval_id']
        OR OLD.state = 'active' AND NEW IS DISTINCT FROM OLD
    THEN
        broken := '_content_unchanged';
    ELSIF NEW.state = 'active' THEN
        permitted := jsonb_build_object(
            'code', NEW.code, 'version', NEW.version, 'effective_from', NEW.effective_from
        ) || CASE TG_ARGV[0]
            WHEN 'activate_questionnaire'
                THEN jsonb_build_object('content', row_now -> 'content', 'valid_days', row_now -> 'valid_days')
            ELSE jsonb_build_object('texts', row_now -> 'texts')
        END;
        SELECT * INTO permit FROM public.accounts_approval WHERE id = NEW.approval_id;
        IF permit.id IS NULL OR permit.kind <> TG_ARGV[0] OR permit.status <> 'executed'
            OR permit.payload IS DISTINCT FROM permitted
        THEN
            broken := '_activation_executed';
        ELSIF permit.checker_id = NEW.maker_id THEN
            broken := '_maker_is_not_activator';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = TG_TABLE_NAME || broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('%s v%s breaks %s', NEW.code, NEW.version, TG_TABLE_NAME || broken);
    END IF;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION accounts_guard_version() FROM public;

CREATE OR REPLACE TRIGGER guard_version BEFORE INSERT OR UPDATE ON accounts_questionnaireversion
FOR EACH ROW EXECUTE FUNCTION accounts_guard_version('activate_questionnaire');

CREATE OR REPLACE TRIGGER guard_version BEFORE INSERT OR UPDATE ON accounts_disclosureversion
FOR EACH ROW EXECUTE FUNCTION accounts_guard_version('activate_disclosure');

-- A questionnaire gives a tier whatever is answered; a disclosure says the same in three languages, with its hashes.
CREATE OR REPLACE FUNCTION accounts_guard_content() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    broken text;
BEGIN
    IF TG_TABLE_NAME = 'accounts_questionnaireversion' THEN
        IF NOT public.accounts_questionnaire_is_sound(NEW.content) THEN
            broken := 'accounts_questionnaireversion_content_sound';
        END IF;
    ELSIF (
        SELECT count(*)
        FROM unnest(ARRAY['en', 'zh-hans', 'zh-hant']) AS locale
        CROSS JOIN LATERAL (SELECT NEW.texts -> locale ->> 'title', NEW.texts -> locale ->> 'text') AS said (title, body)
        WHERE said.title ~ '\S' AND said.body ~ '\S' AND NEW.texts -> locale ->> 'sha256' = encode(
            sha256(convert_to(said.title || E'\n\n' || said.body, 'UTF8')), 'hex'
        )
    ) <> 3 THEN
        broken := 'accounts_disclosureversion_texts_hashed';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('%s v%s breaks %s', NEW.code, NEW.version, broken);
    END IF;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION accounts_guard_content() FROM public;

CREATE OR REPLACE TRIGGER guard_content BEFORE INSERT ON accounts_questionnaireversion
FOR EACH ROW EXECUTE FUNCTION accounts_guard_content();

CREATE OR REPLACE TRIGGER guard_content BEFORE INSERT ON accounts_disclosureversion
FOR EACH ROW EXECUTE FUNCTION accounts_guard_content();

-- An assessment scores as it was answered, by the version of its questionnaire in force on the day.
CREATE OR REPLACE FUNCTION accounts_guard_assessment() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    asked public.accounts_questionnaireversion;
    broken text;
BEGIN
    SELECT * INTO asked FROM public.accounts_questionnaireversion WHERE id = NEW.questionnaire_id;
    IF asked.id IS DISTINCT FROM (
        SELECT newest.id
        FROM public.accounts_questionnaireversion AS newest
        WHERE newest.code = asked.code AND newest.state = 'active' AND newest.effective_from <= NEW.assessed_on
        ORDER BY newest.effective_from DESC, newest.version DESC
        LIMIT 1
    ) OR asked.id IS NULL THEN
        broken := 'accounts_suitabilityassessment_questionnaire_in_force';
    ELSIF (NEW.score, NEW.tier) IS DISTINCT FROM (
        public.accounts_score_of(asked.content, NEW.answers),
        public.accounts_tier_of(asked.content, NEW.answers, NEW.score)
    ) THEN
        broken := 'accounts_suitabilityassessment_scored_as_answered';
    ELSIF NEW.expires_on > NEW.assessed_on + asked.valid_days THEN
        broken := 'accounts_suitabilityassessment_expires_in_time';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('assessment of party %s breaks %s', NEW.party_id, broken);
    END IF;
    NEW.recorded_at := statement_timestamp();
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION accounts_guard_assessment() FROM public;

CREATE OR REPLACE TRIGGER guard_assessment BEFORE INSERT ON accounts_suitabilityassessment
FOR EACH ROW EXECUTE FUNCTION accounts_guard_assessment();

-- What is acknowledged is in force, and is this text; its instant falls on its day somewhere on earth.
CREATE OR REPLACE FUNCTION accounts_guard_acknowledgement() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    told public.accounts_disclosureversion;
    broken text;
BEGIN
    SELECT * INTO told FROM public.accounts_disclosureversion WHERE id = NEW.disclosure_id;
    IF told.state IS DISTINCT FROM 'active' THEN
        broken := 'accounts_disclosureacknowledgement_disclosure_active';
    ELSIF encode(NEW.text_sha256, 'hex') IS DISTINCT FROM told.texts -> NEW.locale ->> 'sha256' THEN
        broken := 'accounts_disclosureacknowledgement_hash_is_of_text';
    ELSIF abs(NEW.acknowledged_on - (NEW.acknowledged_at AT TIME ZONE 'UTC')::date) > 1 THEN
        broken := 'accounts_disclosureacknowledgement_day_is_of_instant';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('acknowledgement of party %s breaks %s', NEW.party_id, broken);
    END IF;
    NEW.recorded_at := statement_timestamp();
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION accounts_guard_acknowledgement() FROM public;

CREATE OR REPLACE TRIGGER guard_acknowledgement BEFORE INSERT ON accounts_disclosureacknowledgement
FOR EACH ROW EXECUTE FUNCTION accounts_guard_acknowledgement();
