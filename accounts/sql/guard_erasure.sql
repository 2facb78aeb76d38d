-- Erasing a party: the row that says so is permitted by two people, after the time that records are kept, for a party
-- that is closed; writing it takes the personal data out, here and by triggers of the apps above. Codes, days, digests,
-- scores, decisions and amounts stay, so that approvals, seals and numbers prove what they proved.

-- How long records of a client are kept after the last of them: the longest of the rule packs' countries
-- (Securities Law of the People's Republic of China, article 137: twenty years).
CREATE OR REPLACE FUNCTION accounts_retention() RETURNS interval
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
SELECT interval '20 years';
$$;

GRANT EXECUTE ON FUNCTION accounts_retention() TO plimsoll_app;

-- Whether this transaction is erasing a party: what the guards of its rows let pass then, and only then.
CREATE OR REPLACE FUNCTION accounts_is_being_erased(wanted_id bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
SELECT EXISTS (
    SELECT FROM public.accounts_partyerasure AS e
    WHERE e.party_id = wanted_id AND e.transaction_id = pg_current_xact_id()::text::bigint
);
$$;

REVOKE ALL ON FUNCTION accounts_is_being_erased(bigint) FROM public;

CREATE OR REPLACE FUNCTION accounts_guard_erasure() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    broken text;
    erased public.accounts_party;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        broken := 'accounts_partyerasure_append_only';
    ELSE
        SELECT * INTO erased FROM public.accounts_party WHERE id = NEW.party_id FOR UPDATE;
        NEW.transaction_id := pg_current_xact_id()::text::bigint;
        NEW.recorded_at := statement_timestamp();
        IF abs(NEW.erased_on - (statement_timestamp() AT TIME ZONE 'UTC')::date) > 1 THEN
            broken := 'accounts_partyerasure_day_is_today';
        ELSIF NOT EXISTS (
            SELECT
            FROM public.accounts_approval AS a
            WHERE a.id = NEW.approval_id AND a.kind = 'erase_party' AND a.status = 'executed'
                AND a.payload = jsonb_build_object('party', erased.code)
        ) THEN
            broken := 'accounts_partyerasure_approved_by_two';
        ELSIF erased.status IS DISTINCT FROM 'closed' THEN
            broken := 'accounts_partyerasure_party_closed';
        ELSIF EXISTS (SELECT FROM public.accounts_standinghit AS hit WHERE hit.party_id = NEW.party_id) THEN
            broken := 'accounts_partyerasure_no_hit_stands';
        ELSIF NEW.erased_on - accounts_retention() < (
            SELECT
                greatest(
                    (SELECT max(c.checked_on) FROM public.accounts_identitycheck AS c WHERE c.party_id = NEW.party_id),
                    (SELECT max(s.screened_on) FROM public.accounts_screening AS s WHERE s.party_id = NEW.party_id),
                    (
                        SELECT max(q.assessed_on)
                        FROM public.accounts_suitabilityassessment AS q WHERE q.party_id = NEW.party_id
                    ),
                    (
                        SELECT max(d.acknowledged_on)
                        FROM public.accounts_disclosureacknowledgement AS d WHERE d.party_id = NEW.party_id
                    )
                )
        ) THEN
            broken := 'accounts_partyerasure_retention_over';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('the erasure of party %s breaks %s', coalesce(erased.code, '?'), broken);
    END IF;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION accounts_guard_erasure() FROM public;

CREATE OR REPLACE TRIGGER guard_erasure BEFORE INSERT OR UPDATE OR DELETE ON accounts_partyerasure
FOR EACH ROW EXECUTE FUNCTION accounts_guard_erasure();

CREATE OR REPLACE FUNCTION accounts_erase_party() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    erased constant text := '[erased]';
    groups bigint[];
BEGIN
    UPDATE public.accounts_party SET display_name = erased WHERE id = NEW.party_id;
    UPDATE public.accounts_historicalparty SET display_name = erased, history_change_reason = erased
    WHERE id = NEW.party_id;

    DELETE FROM public.accounts_identitydocument AS d
    USING public.accounts_identitycheck AS c
    WHERE d.identity_check_id = c.id AND c.party_id = NEW.party_id;
    UPDATE public.accounts_identitycheck SET number = erased, issuing_country = 'XX', issued_on = NULL
    WHERE party_id = NEW.party_id;
    UPDATE public.accounts_historicalidentitycheck
    SET number = erased, issuing_country = 'XX', issued_on = NULL, history_change_reason = erased
    WHERE party_id = NEW.party_id;

    UPDATE public.accounts_screening SET finding = '' WHERE party_id = NEW.party_id;
    UPDATE public.accounts_historicalscreening SET finding = '', history_change_reason = erased
    WHERE party_id = NEW.party_id;

    UPDATE public.accounts_suitabilityassessment SET answers = '{}' WHERE party_id = NEW.party_id;
    UPDATE public.accounts_outboxmessage SET payload = '{}' WHERE party_id = NEW.party_id;

    -- A group's name may be a family's; it goes with the last of its members.
    SELECT array_agg(DISTINCT m.group_id) INTO groups
    FROM public.accounts_creditgroupmember AS m
    WHERE m.party_id = NEW.party_id AND NOT EXISTS (
        SELECT FROM public.accounts_creditgroupmember AS other
        WHERE other.group_id = m.group_id
            AND other.party_id NOT IN (SELECT e.party_id FROM public.accounts_partyerasure AS e)
    );
    UPDATE public.accounts_creditgroup SET name = erased WHERE id = ANY(groups);
    UPDATE public.accounts_historicalcreditgroup SET name = erased, history_change_reason = erased
    WHERE id = ANY(groups);
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION accounts_erase_party() FROM public;

CREATE OR REPLACE TRIGGER erase_party AFTER INSERT ON accounts_partyerasure
FOR EACH ROW EXECUTE FUNCTION accounts_erase_party();

GRANT INSERT ON accounts_partyerasure TO plimsoll_app;
