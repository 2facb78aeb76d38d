-- A contract that has run closes when all its interest has been counted: after it no accrual looks at it again. A
-- default has ended its interest, and a liquidation ends with its waterfall, whatever waits for a fixing. The day is
-- that of the closing, and not before the book's newest.
CREATE OR REPLACE FUNCTION contracts_guard_closing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    uncounted_minor numeric;
BEGIN
    SELECT contracts_uncounted_interest(NEW.id, greatest(NEW.closed_on, max(d.business_date))) INTO uncounted_minor
    FROM ledger_businessday AS d
    WHERE d.book_id = NEW.book_id;
    IF uncounted_minor > 0 OR uncounted_minor IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'contracts_financingcontract_closed_interest_counted',
            TABLE = tg_table_name,
            MESSAGE = format('contract %s: interest of %s is not counted yet', NEW.code, uncounted_minor);
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION contracts_guard_closing() FROM public;

CREATE OR REPLACE TRIGGER contracts_financingcontract_closing
BEFORE UPDATE OF state ON contracts_financingcontract
FOR EACH ROW
WHEN (new.state = 'closed' AND old.state NOT IN ('draft', 'submitted', 'liquidating', 'defaulted', 'closed'))
EXECUTE FUNCTION contracts_guard_closing();

-- Before it is approved a contract's maturity may be written anew, within what its rule pack permits.
CREATE OR REPLACE FUNCTION contracts_guard_first_maturity() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    longest_months integer;
BEGIN
    SELECT (v.parameters ->> 'longest_term_months')::integer INTO longest_months
    FROM contracts_termsversion AS t
    INNER JOIN contracts_rulepackversion AS named ON named.id = t.rule_pack_version_id
    INNER JOIN contracts_rulepackversion AS v ON v.id = contracts_pack_in_force(named.pack_id, NEW.opened_on)
    WHERE t.id = NEW.terms_id AND coalesce(v.parameters ->> 'longest_term_months', '') <> '';
    IF FOUND AND coalesce(NEW.matures_on > NEW.opened_on + make_interval(months => longest_months), true) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'contracts_financingcontract_term_within_pack',
            TABLE = tg_table_name,
            MESSAGE = format('contract %s: %s', NEW.code, longest_months);
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION contracts_guard_first_maturity() FROM public;

CREATE OR REPLACE TRIGGER contracts_financingcontract_first_maturity BEFORE UPDATE ON contracts_financingcontract
FOR EACH ROW
WHEN (old.matures_on IS DISTINCT FROM new.matures_on AND old.state IN ('draft', 'submitted'))
EXECUTE FUNCTION contracts_guard_first_maturity();
