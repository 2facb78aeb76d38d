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
    OLD.entry_id IS NOT NULL
    OR (OLD.id, OLD.book_id, OLD.accrual_date, OLD.sequence)
    IS DISTINCT FROM (NEW.id, NEW.book_id, NEW.accrual_date, NEW.sequence)
)
EXECUTE FUNCTION contracts_refuse_change('contracts_interestrun_entry_set_once');

CREATE TRIGGER contracts_financingcontract_kept BEFORE DELETE ON contracts_financingcontract
FOR EACH ROW EXECUTE FUNCTION contracts_refuse_change('contracts_financingcontract_identity_immutable');

CREATE TRIGGER contracts_financingcontract_identity_immutable BEFORE UPDATE ON contracts_financingcontract
FOR EACH ROW
WHEN (
    (
        OLD.id, OLD.book_id, OLD.code, OLD.client_id, OLD.custodian_id, OLD.terms_id, OLD.unit_id, OLD.opened_on,
        OLD.cash_account_id, OLD.unsettled_cash_account_id, OLD.principal_account_id, OLD.interest_account_id,
        OLD.penalty_account_id, OLD.fee_account_id
    )
    IS DISTINCT FROM
    (
        NEW.id, NEW.book_id, NEW.code, NEW.client_id, NEW.custodian_id, NEW.terms_id, NEW.unit_id, NEW.opened_on,
        NEW.cash_account_id, NEW.unsettled_cash_account_id, NEW.principal_account_id, NEW.interest_account_id,
        NEW.penalty_account_id, NEW.fee_account_id
    )
)
EXECUTE FUNCTION contracts_refuse_change('contracts_financingcontract_identity_immutable');
