-- Fees of terms are written while the terms are a draft, and stay; a charge is of the contract's own terms and gets
-- its entry once.
CREATE OR REPLACE FUNCTION contracts_guard_fee_schedule() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM contracts_termsversion AS t
        WHERE t.id = CASE tg_op WHEN 'DELETE' THEN OLD.terms_id ELSE NEW.terms_id END AND t.state = 'draft'
    ) OR tg_op = 'UPDATE' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'contracts_feeschedule_terms_are_draft',
            TABLE = tg_table_name,
            MESSAGE = format('%s of a fee of terms in force, or a change of one', tg_op);
    END IF;
    RETURN CASE tg_op WHEN 'DELETE' THEN OLD ELSE NEW END;
END;
$$;

REVOKE ALL ON FUNCTION contracts_guard_fee_schedule() FROM public;

CREATE OR REPLACE TRIGGER contracts_feeschedule_guard BEFORE INSERT OR UPDATE OR DELETE ON contracts_feeschedule
FOR EACH ROW EXECUTE FUNCTION contracts_guard_fee_schedule();

CREATE OR REPLACE FUNCTION contracts_guard_fee_charges() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    bad record;
BEGIN
    SELECT n.contract_id INTO bad
    FROM new_charges AS n
    INNER JOIN contracts_financingcontract AS c ON c.id = n.contract_id
    INNER JOIN contracts_feeschedule AS f ON f.id = n.schedule_id
    WHERE n.book_id <> c.book_id
        OR n.amount_minor <> coalesce(f.amount_minor, div(2 * n.basis_minor::numeric * f.rate_ppm + 1000000, 2000000))
        OR NOT (
            f.terms_id = c.terms_id
            OR EXISTS (
                SELECT FROM contracts_contractamendment AS a
                WHERE a.contract_id = c.id AND a.to_terms_id = f.terms_id AND a.effective_from <= n.charge_date
            )
        )
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'contracts_feecharge_as_terms_say',
            TABLE = tg_table_name,
            MESSAGE = format('a fee of contract %s is not what its terms say', bad.contract_id);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION contracts_guard_fee_charges() FROM public;

CREATE OR REPLACE TRIGGER contracts_feecharge_check AFTER INSERT ON contracts_feecharge
REFERENCING NEW TABLE AS new_charges
FOR EACH STATEMENT EXECUTE FUNCTION contracts_guard_fee_charges();

CREATE OR REPLACE TRIGGER contracts_feecharge_kept BEFORE DELETE ON contracts_feecharge
FOR EACH ROW EXECUTE FUNCTION contracts_refuse_change('contracts_feecharge_entry_set_once');

CREATE OR REPLACE TRIGGER contracts_feecharge_entry_set_once BEFORE UPDATE ON contracts_feecharge
FOR EACH ROW
WHEN (
    old.entry_id IS NOT NULL
    OR (
        old.id, old.book_id, old.contract_id, old.schedule_id, old.occasion, old.charge_date, old.basis_minor,
        old.amount_minor
    )
    IS DISTINCT FROM
    (
        new.id, new.book_id, new.contract_id, new.schedule_id, new.occasion, new.charge_date, new.basis_minor,
        new.amount_minor
    )
)
EXECUTE FUNCTION contracts_refuse_change('contracts_feecharge_entry_set_once');
