-- Terms come into force under an active version of a rule pack and nowhere looser than it, by an approval that named
-- it. Terms of the time before packs have none.
CREATE OR REPLACE FUNCTION contracts_check_terms_within_pack() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    held record;
    looser text;
    broken text;
BEGIN
    SELECT v.state, v.parameters, p.code || '/v' || v.version AS name INTO held
    FROM contracts_rulepackversion AS v
    INNER JOIN contracts_rulepack AS p ON p.id = v.pack_id
    WHERE v.id = NEW.rule_pack_version_id;
    IF held.state IS DISTINCT FROM 'active' OR held.name IS DISTINCT FROM (
        SELECT a.payload ->> 'rule_pack' FROM accounts_approval AS a WHERE a.id = NEW.approval_id
    ) THEN
        broken := 'contracts_termsversion_names_its_pack';
    ELSE
        looser := contracts_looser_terms(to_jsonb(NEW), held.parameters);
        IF looser IS NOT NULL THEN
            broken := 'contracts_termsversion_within_pack';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = tg_table_name,
            MESSAGE = format('terms %s under %s: %s', NEW.id, coalesce(held.name, 'no rule pack'), looser);
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION contracts_check_terms_within_pack() FROM public;

CREATE OR REPLACE TRIGGER contracts_termsversion_within_pack BEFORE UPDATE ON contracts_termsversion
FOR EACH ROW WHEN (new.state = 'active' AND old.state <> 'active')
EXECUTE FUNCTION contracts_check_terms_within_pack();

-- A contract's vintage is the version in force when it opens; the terms of an older version serve only where they are
-- strict enough for it. How long it may run is the vintage's too.
CREATE OR REPLACE FUNCTION contracts_check_contracts_of_packs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    bad record;
BEGIN
    SELECT shape.code, rule.name, rule.detail INTO bad
    FROM (
        SELECT
            t.id AS terms_id, v.pack_id, n.opened_on, n.matures_on, min(n.code) AS code
        FROM new_contracts AS n
        INNER JOIN contracts_termsversion AS t ON t.id = n.terms_id
        INNER JOIN contracts_rulepackversion AS v ON v.id = t.rule_pack_version_id
        GROUP BY t.id, v.pack_id, n.opened_on, n.matures_on
    ) AS shape
    INNER JOIN contracts_termsversion AS t ON t.id = shape.terms_id
    LEFT JOIN contracts_rulepackversion AS v ON v.id = contracts_pack_in_force(shape.pack_id, shape.opened_on)
    CROSS JOIN LATERAL (
        VALUES
        (1, 'contracts_financingcontract_pack_in_force', v.id IS NOT NULL, shape.opened_on::text),
        (
            2, 'contracts_financingcontract_terms_within_pack',
            v.id IS NULL OR contracts_looser_terms(to_jsonb(t), v.parameters) IS NULL,
            contracts_looser_terms(to_jsonb(t), v.parameters)
        ),
        (
            3, 'contracts_financingcontract_term_within_pack',
            coalesce(v.parameters ->> 'longest_term_months', '') = ''
            OR coalesce(
                shape.matures_on <= shape.opened_on + make_interval(
                    months => (v.parameters ->> 'longest_term_months')::integer
                ), false
            ),
            v.parameters ->> 'longest_term_months'
        )
    ) AS rule (step, name, kept, detail)
    WHERE NOT rule.kept
    ORDER BY shape.code, rule.step
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = bad.name,
            TABLE = tg_table_name,
            MESSAGE = format('contract %s: %s', bad.code, bad.detail);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION contracts_check_contracts_of_packs() FROM public;

CREATE OR REPLACE TRIGGER contracts_financingcontract_of_pack AFTER INSERT ON contracts_financingcontract
REFERENCING NEW TABLE AS new_contracts
FOR EACH STATEMENT EXECUTE FUNCTION contracts_check_contracts_of_packs();
