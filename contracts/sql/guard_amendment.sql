-- An amendment is what two people have approved; it goes on from the terms in force, forwards in time, never back
-- before what interest has been counted on, and keeps currency and day count. An extension keeps the vintage, and is no
-- longer than a term under it may be; no terms are looser than the version of the rule pack that the contract was
-- opened under.
CREATE OR REPLACE FUNCTION contracts_guard_amendment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    contract record;
    latest record;
    before record;
    after record;
    broken text;
BEGIN
    SELECT c.* INTO contract FROM contracts_financingcontract AS c WHERE c.id = NEW.contract_id FOR UPDATE;
    SELECT a.ordinal, a.to_terms_id, a.effective_from INTO latest
    FROM contracts_contractamendment AS a
    WHERE a.contract_id = NEW.contract_id
    ORDER BY a.ordinal DESC
    LIMIT 1;
    SELECT t.* INTO before FROM contracts_termsversion AS t WHERE t.id = NEW.from_terms_id;
    SELECT t.* INTO after FROM contracts_termsversion AS t WHERE t.id = NEW.to_terms_id;
    IF NEW.book_id IS DISTINCT FROM contract.book_id THEN
        broken := 'contracts_contractamendment_book_agrees';
    ELSIF NOT EXISTS (
        SELECT FROM accounts_approval AS a
        WHERE a.id = NEW.approval_id AND a.status = 'executed'
            AND a.kind = CASE NEW.kind WHEN 'extension' THEN 'extend_contract' ELSE 'amend_contract' END
            AND a.payload ->> 'contract' = contract.code
            AND (a.payload ->> 'to_terms_id')::bigint = NEW.to_terms_id
            AND a.payload ->> 'effective_from' = NEW.effective_from::text
            AND a.payload ->> 'matures_on' IS NOT DISTINCT FROM NEW.matures_on::text
            AND a.book_code = (SELECT b.code FROM ledger_book AS b WHERE b.id = contract.book_id)
    ) THEN
        broken := 'contracts_contractamendment_approved_by_two';
    ELSIF contract.state NOT IN ('approved', 'active', 'restricted', 'in_call') THEN
        broken := 'contracts_contractamendment_contract_lives';
    ELSIF NEW.ordinal <> coalesce(latest.ordinal, 0) + 1
        OR NEW.from_terms_id <> coalesce(latest.to_terms_id, contract.terms_id)
        OR NEW.effective_from <= coalesce(latest.effective_from, contract.opened_on) THEN
        broken := 'contracts_contractamendment_follows_the_last';
    ELSIF (after.state, after.unit_id, after.day_count) IS DISTINCT FROM ('active', contract.unit_id, before.day_count)
        THEN
        broken := 'contracts_contractamendment_terms_fit';
    ELSIF NEW.effective_from < (
        SELECT max(a.accrual_date) FROM contracts_interestaccrual AS a WHERE a.contract_id = NEW.contract_id
    ) THEN
        broken := 'contracts_contractamendment_after_accrual';
    ELSIF NEW.kind = 'extension' AND (
        contract.matures_on IS NULL OR NEW.matures_on IS NULL OR NEW.matures_on <= contract.matures_on
        OR NEW.effective_from > contract.matures_on
    ) THEN
        broken := 'contracts_contractamendment_extends';
    ELSIF NEW.kind = 'extension' AND before.rule_pack_version_id IS DISTINCT FROM after.rule_pack_version_id THEN
        broken := 'contracts_contractamendment_keeps_vintage';
    ELSIF NEW.kind = 'extension' AND EXISTS (
        -- Each extension is a term of its own under the version that the contract was opened under.
        SELECT
        FROM contracts_rulepackversion AS named
        INNER JOIN contracts_rulepackversion AS v
            ON v.id = contracts_pack_in_force(named.pack_id, contract.opened_on)
        WHERE named.id = before.rule_pack_version_id
            AND coalesce(v.parameters ->> 'longest_term_months', '') <> ''
            AND NEW.matures_on > contract.matures_on + make_interval(
                months => (v.parameters ->> 'longest_term_months')::integer
            )
    ) THEN
        broken := 'contracts_contractamendment_term_within_pack';
    ELSIF (
        SELECT contracts_looser_terms(to_jsonb(after), v.parameters)
        FROM contracts_termsversion AS first
        INNER JOIN contracts_rulepackversion AS named ON named.id = first.rule_pack_version_id
        INNER JOIN contracts_rulepackversion AS v ON v.id = contracts_pack_in_force(named.pack_id, contract.opened_on)
        WHERE first.id = contract.terms_id
    ) IS NOT NULL THEN
        broken := 'contracts_contractamendment_terms_within_pack';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = tg_table_name,
            MESSAGE = format('amendment %s of contract %s breaks %s', NEW.ordinal, contract.code, broken);
    END IF;
    -- 30E/360 ISDA counts the last day of a February as the 30th but at the maturity: nights counted up to a maturity
    -- that moves on weigh more. Accruals take the lock shared.
    IF NEW.kind = 'extension' AND before.day_count = 'THIRTY_E_360_ISDA'
        AND extract(MONTH FROM contract.matures_on) = 2 AND extract(DAY FROM contract.matures_on + 1) = 1 THEN
        PERFORM pg_advisory_xact_lock(1347176782, 0);
        INSERT INTO contracts_interestchange (contract_id, from_date, after_run)
        SELECT a.contract_id, contract.matures_on - 1, max(a.run_id)
        FROM contracts_interestaccrual AS a
        WHERE a.contract_id = NEW.contract_id AND a.accrual_date = contract.matures_on
        GROUP BY a.contract_id;
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION contracts_guard_amendment() FROM public;

CREATE OR REPLACE TRIGGER contracts_contractamendment_guard BEFORE INSERT ON contracts_contractamendment
FOR EACH ROW EXECUTE FUNCTION contracts_guard_amendment();

CREATE OR REPLACE TRIGGER contracts_contractamendment_append_only
BEFORE UPDATE OR DELETE ON contracts_contractamendment
FOR EACH ROW EXECUTE FUNCTION contracts_refuse_change('contracts_contractamendment_append_only');

-- Once a contract is approved its maturity moves by extensions alone.
CREATE OR REPLACE FUNCTION contracts_guard_maturity() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.matures_on IS DISTINCT FROM (
        SELECT a.matures_on
        FROM contracts_contractamendment AS a
        WHERE a.contract_id = NEW.id AND a.kind = 'extension'
        ORDER BY a.ordinal DESC
        LIMIT 1
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'contracts_financingcontract_maturity_by_extension',
            TABLE = tg_table_name,
            MESSAGE = format('contract %s would mature on %s without an extension', NEW.code, NEW.matures_on);
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION contracts_guard_maturity() FROM public;

CREATE OR REPLACE TRIGGER contracts_financingcontract_maturity BEFORE UPDATE ON contracts_financingcontract
FOR EACH ROW
WHEN (old.matures_on IS DISTINCT FROM new.matures_on AND old.state NOT IN ('draft', 'submitted'))
EXECUTE FUNCTION contracts_guard_maturity();
