-- A corrected rate is exactly what two people have approved; what it adds to interest arrives with it and stays.
CREATE OR REPLACE FUNCTION contracts_guard_rate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM accounts_approval AS a
        WHERE a.id = NEW.approval_id AND a.kind = 'correct_after_close' AND a.status = 'executed'
            AND a.payload ->> 'effective_on' = NEW.from_date::text
            AND (a.payload #>> '{corrected,rate_ppm}')::bigint = NEW.rate_ppm
            AND (a.payload #>> '{was,terms}')::bigint IS NOT DISTINCT FROM NEW.terms_id
            AND (a.payload #>> '{was,tranche}')::bigint IS NOT DISTINCT FROM NEW.tranche_id
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'contracts_ratecorrection_approved_by_two',
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('the rate of %s from %s was not approved', NEW.rate_ppm, NEW.from_date);
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION contracts_guard_rate() FROM public;

CREATE OR REPLACE TRIGGER contracts_ratecorrection_guard BEFORE INSERT ON contracts_ratecorrection
FOR EACH ROW EXECUTE FUNCTION contracts_guard_rate();

-- An adjustment amends the newest accrual of its side that was made before its run, and by a correction of that
-- side where a rate was corrected. Terms that the contract was held to at any time are its own.
CREATE OR REPLACE FUNCTION contracts_guard_adjustments() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM new_adjustments AS n
        INNER JOIN contracts_ratecorrection AS r ON r.id = n.correction_id
        WHERE NOT coalesce(
            n.tranche_id IS NULL AND EXISTS (
                SELECT FROM contracts_termsspan AS s
                WHERE s.contract_id = n.contract_id AND s.terms_id = r.terms_id
            )
            OR r.tranche_id = n.tranche_id AND EXISTS (
                SELECT FROM contracts_fundingtranche AS t
                WHERE t.id = n.tranche_id AND t.contract_id = n.contract_id
            ), false
        )
    ) OR EXISTS (
        SELECT FROM new_adjustments AS n
        WHERE n.accrual_date IS DISTINCT FROM (
            SELECT max(a.accrual_date)
            FROM contracts_interestaccrual AS a
            WHERE a.contract_id = n.contract_id AND a.tranche_id IS NOT DISTINCT FROM n.tranche_id
                AND a.run_id IS DISTINCT FROM n.run_id
        )
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'contracts_interestadjustment_amends_the_last',
            TABLE = TG_TABLE_NAME,
            MESSAGE = 'an adjustment amends the newest accrual of the side that its rate is of';
    END IF;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION contracts_guard_adjustments() FROM public;

CREATE OR REPLACE TRIGGER contracts_interestadjustment_check AFTER INSERT ON contracts_interestadjustment
REFERENCING NEW TABLE AS new_adjustments
FOR EACH STATEMENT EXECUTE FUNCTION contracts_guard_adjustments();
