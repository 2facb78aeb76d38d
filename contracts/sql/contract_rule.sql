-- What a contract is made of, once per statement: a client, terms in force, their currency, and accounts that are
-- its own by book, unit, role and contract code.
CREATE FUNCTION contracts_check_contracts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    bad record;
BEGIN
    SELECT n.code, rule.name INTO bad
    FROM new_contracts AS n
    INNER JOIN accounts_party AS p ON p.id = n.client_id
    INNER JOIN contracts_termsversion AS t ON t.id = n.terms_id
    CROSS JOIN LATERAL (
        VALUES
        (1, 'contracts_financingcontract_client_is_client', p.kind = 'client'),
        (2, 'contracts_financingcontract_terms_are_active', t.state = 'active'),
        (3, 'contracts_financingcontract_unit_is_of_terms', t.unit_id = n.unit_id),
        (
            4, 'contracts_financingcontract_accounts_match',
            -- Accounts are looked up by id alone: what else must hold is compared, lest another index be taken.
            (
                SELECT
                    bool_and(
                        (
                            a.ring, a.role, a.book_id, a.unit_id, a.contract_code,
                            CASE WHEN a.ring = 'client' THEN a.owner_id END
                        )
                        IS NOT DISTINCT FROM
                        (
                            named.ring, named.role, n.book_id, n.unit_id, n.code,
                            CASE WHEN named.ring = 'client' THEN n.client_id END
                        )
                    )
                FROM (
                    VALUES
                    (n.cash_account_id, 'client', 'entitlement'),
                    (n.unsettled_cash_account_id, 'client', 'unsettled'),
                    (n.principal_account_id, 'principal', 'loan_principal'),
                    (n.interest_account_id, 'house', 'interest_receivable'),
                    (n.penalty_account_id, 'house', 'penalty_receivable'),
                    (n.fee_account_id, 'house', 'fee_receivable')
                ) AS named (account_id, ring, role)
                LEFT JOIN ledger_account AS a ON a.id = named.account_id
            )
        )
    ) AS rule (step, name, kept)
    WHERE NOT rule.kept
    ORDER BY n.code, rule.step
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = bad.name,
            TABLE = tg_table_name,
            MESSAGE = format('contract %s breaks %s', bad.code, bad.name);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION contracts_check_contracts() FROM public;

CREATE TRIGGER contracts_financingcontract_rule AFTER INSERT ON contracts_financingcontract
REFERENCING NEW TABLE AS new_contracts
FOR EACH STATEMENT EXECUTE FUNCTION contracts_check_contracts();
