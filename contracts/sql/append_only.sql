-- Accruals and tranches are never changed; a run gets its entry once and nothing else.
CREATE FUNCTION contracts_refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation',
        CONSTRAINT = tg_argv[0],
        TABLE = tg_table_name,
        MESSAGE = format('%s of %s is refused: what was counted stays', tg_op, tg_table_name);
END;
$$;

REVOKE ALL ON FUNCTION contracts_refuse_change() FROM public;

CREATE TRIGGER contracts_interestaccrual_append_only BEFORE UPDATE OR DELETE ON contracts_interestaccrual
FOR EACH ROW EXECUTE FUNCTION contracts_refuse_change('contracts_interestaccrual_append_only');

CREATE TRIGGER contracts_fundingtranche_append_only BEFORE UPDATE OR DELETE ON contracts_fundingtranche
FOR EACH ROW EXECUTE FUNCTION contracts_refuse_change('contracts_fundingtranche_append_only');

CREATE TRIGGER contracts_interestrun_kept BEFORE DELETE ON contracts_interestrun
FOR EACH ROW EXECUTE FUNCTION contracts_refuse_change('contracts_interestrun_entry_set_once');

CREATE TRIGGER contracts_interestrun_entry_set_once BEFORE UPDATE ON contracts_interestrun
FOR EACH ROW
WHEN (
    old.entry_id IS NOT NULL
    OR (old.id, old.book_id, old.accrual_date, old.sequence)
    IS DISTINCT FROM (new.id, new.book_id, new.accrual_date, new.sequence)
)
EXECUTE FUNCTION contracts_refuse_change('contracts_interestrun_entry_set_once');

CREATE TRIGGER contracts_financingcontract_kept BEFORE DELETE ON contracts_financingcontract
FOR EACH ROW EXECUTE FUNCTION contracts_refuse_change('contracts_financingcontract_identity_immutable');

CREATE TRIGGER contracts_financingcontract_identity_immutable BEFORE UPDATE ON contracts_financingcontract
FOR EACH ROW
WHEN (
    (
        old.id, old.book_id, old.code, old.client_id, old.custodian_id, old.terms_id, old.unit_id, old.opened_on,
        old.cash_account_id, old.unsettled_cash_account_id, old.principal_account_id, old.interest_account_id,
        old.penalty_account_id, old.fee_account_id
    )
    IS DISTINCT FROM
    (
        new.id, new.book_id, new.code, new.client_id, new.custodian_id, new.terms_id, new.unit_id, new.opened_on,
        new.cash_account_id, new.unsettled_cash_account_id, new.principal_account_id, new.interest_account_id,
        new.penalty_account_id, new.fee_account_id
    )
)
EXECUTE FUNCTION contracts_refuse_change('contracts_financingcontract_identity_immutable');
