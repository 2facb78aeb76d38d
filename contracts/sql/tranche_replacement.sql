-- A tranche takes another's place by two people: same contract and share, from the day on which the other is
-- replaced. The one replaced has nothing left outstanding.
CREATE OR REPLACE FUNCTION contracts_guard_successor() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    broken text;
BEGIN
    IF NOT EXISTS (
        SELECT FROM contracts_fundingtranche AS former
        WHERE former.id = NEW.replaces_id AND former.contract_id = NEW.contract_id AND former.share_ppm = NEW.share_ppm
            AND former.replaced_on = NEW.joined_on AND former.funder_id IS NOT NULL
    ) THEN
        broken := 'contracts_fundingtranche_takes_whole_place';
    ELSIF NOT EXISTS (
        SELECT FROM accounts_approval AS a
        INNER JOIN contracts_financingcontract AS c ON c.id = NEW.contract_id
        INNER JOIN accounts_party AS p ON p.id = NEW.funder_id
        WHERE a.id = NEW.approval_id AND a.kind = 'replace_funder' AND a.status = 'executed'
            AND a.book_code = (SELECT b.code FROM ledger_book AS b WHERE b.id = c.book_id)
            AND a.payload ->> 'contract' = c.code
            AND (a.payload ->> 'tranche_id')::bigint = NEW.replaces_id
            AND a.payload ->> 'funder' = p.code
            AND (a.payload ->> 'rate_ppm')::integer = NEW.rate_ppm
            AND (a.payload ->> 'seniority')::integer = NEW.seniority
            AND a.payload ->> 'source' = NEW.source
    ) THEN
        broken := 'contracts_fundingtranche_replaced_by_two';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = tg_table_name,
            MESSAGE = format('tranche %s of contract %s breaks %s', NEW.ordinal, NEW.contract_id, broken);
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION contracts_guard_successor() FROM public;

CREATE OR REPLACE TRIGGER contracts_fundingtranche_successor BEFORE INSERT ON contracts_fundingtranche
FOR EACH ROW
WHEN (new.replaces_id IS NOT NULL OR new.replaced_on IS NOT NULL)
EXECUTE FUNCTION contracts_guard_successor();

CREATE OR REPLACE FUNCTION contracts_check_replaced() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM contracts_fundingtranche AS n WHERE n.replaces_id = NEW.id AND n.joined_on = NEW.replaced_on
    ) OR EXISTS (
        SELECT FROM ledger_balance AS b WHERE b.account_id = NEW.funded_account_id AND b.balance_minor <> 0
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'contracts_fundingtranche_replaced_has_successor',
            TABLE = tg_table_name,
            MESSAGE = format('tranche %s is replaced by none, or has principal left', NEW.id);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION contracts_check_replaced() FROM public;

CREATE CONSTRAINT TRIGGER contracts_fundingtranche_replaced AFTER UPDATE ON contracts_fundingtranche
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION contracts_check_replaced();

-- Instead of "never changed": the day on which it was replaced is set once.
DROP TRIGGER contracts_fundingtranche_append_only ON contracts_fundingtranche;

CREATE TRIGGER contracts_fundingtranche_append_only BEFORE DELETE ON contracts_fundingtranche
FOR EACH ROW EXECUTE FUNCTION contracts_refuse_change('contracts_fundingtranche_append_only');

CREATE TRIGGER contracts_fundingtranche_replaced_once BEFORE UPDATE ON contracts_fundingtranche
FOR EACH ROW
WHEN (
    old.replaced_on IS NOT NULL OR new.replaced_on IS NULL
    OR (
        old.id, old.contract_id, old.ordinal, old.funder_id, old.share_ppm, old.rate_ppm, old.seniority, old.source,
        old.replaces_id, old.joined_on, old.approval_id, old.funded_account_id, old.interest_account_id,
        old.available_account_id
    )
    IS DISTINCT FROM
    (
        new.id, new.contract_id, new.ordinal, new.funder_id, new.share_ppm, new.rate_ppm, new.seniority, new.source,
        new.replaces_id, new.joined_on, new.approval_id, new.funded_account_id, new.interest_account_id,
        new.available_account_id
    )
)
EXECUTE FUNCTION contracts_refuse_change('contracts_fundingtranche_append_only');
