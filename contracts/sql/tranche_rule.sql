-- The tranches of a contract come in one statement, one that takes another's place after it: the shares of those in
-- force make the whole, the house has one of them, each funder is a funder, and the accounts are the tranche's own.
CREATE OR REPLACE FUNCTION contracts_check_tranches() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    bad record;
BEGIN
    SELECT touched.contract_id, rule.name INTO bad
    FROM (SELECT DISTINCT n.contract_id FROM new_tranches AS n) AS touched
    CROSS JOIN LATERAL (
        SELECT sum(t.share_ppm) AS shares_ppm, count(*) FILTER (WHERE t.funder_id IS NULL) AS of_house
        FROM contracts_fundingtranche AS t
        -- Of one that was replaced the share has gone to its successor.
        WHERE t.contract_id = touched.contract_id AND t.replaced_on IS NULL
    ) AS whole
    CROSS JOIN LATERAL (
        VALUES
        (1, 'contracts_fundingtranche_shares_make_whole', whole.shares_ppm = 1000000),
        (2, 'contracts_fundingtranche_house_has_one', whole.of_house = 1)
    ) AS rule (step, name, kept)
    WHERE NOT rule.kept
    ORDER BY touched.contract_id, rule.step
    LIMIT 1;
    IF NOT FOUND THEN
        -- Found first and ordered then: a plan that hopes to meet the first soon, in order, reads every new tranche again
        -- for each contract.
        WITH broken AS MATERIALIZED (
            SELECT n.contract_id, n.ordinal, rule.step, rule.name
            FROM new_tranches AS n
            INNER JOIN contracts_financingcontract AS c ON c.id = n.contract_id
            INNER JOIN ledger_account AS funded ON funded.id = n.funded_account_id
            LEFT JOIN accounts_party AS p ON p.id = n.funder_id
            LEFT JOIN ledger_account AS interest ON interest.id = n.interest_account_id
            LEFT JOIN ledger_account AS available ON available.id = n.available_account_id
            CROSS JOIN LATERAL (
                VALUES
                (1, 'contracts_fundingtranche_funder_is_funder', coalesce(p.kind, 'funder') = 'funder'),
                (
                    2, 'contracts_fundingtranche_accounts_match',
                    (funded.book_id, funded.unit_id, funded.contract_code, funded.role, funded.owner_id)
                    IS NOT DISTINCT FROM (c.book_id, c.unit_id, c.code, 'funded_principal', n.funder_id)
                    AND (
                        n.funder_id IS NULL
                        OR (
                            (interest.book_id, interest.unit_id, interest.contract_code, interest.role, interest.owner_id)
                            IS NOT DISTINCT FROM (c.book_id, c.unit_id, c.code, 'funder_interest', n.funder_id)
                            AND (available.book_id, available.unit_id, available.role, available.owner_id)
                            IS NOT DISTINCT FROM (c.book_id, c.unit_id, 'funder_available', n.funder_id)
                        )
                    )
                )
            ) AS rule (step, name, kept)
            WHERE NOT rule.kept
        )
        SELECT b.contract_id, b.name INTO bad
        FROM broken AS b
        ORDER BY b.contract_id, b.ordinal, b.step
        LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = bad.name,
            TABLE = tg_table_name,
            MESSAGE = format('the tranches of contract %s break %s', bad.contract_id, bad.name);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION contracts_check_tranches() FROM public;

CREATE OR REPLACE TRIGGER contracts_fundingtranche_rule AFTER INSERT ON contracts_fundingtranche
REFERENCING NEW TABLE AS new_tranches
FOR EACH STATEMENT EXECUTE FUNCTION contracts_check_tranches();
