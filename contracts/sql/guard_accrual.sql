-- What an accrual refers to, once per statement: its run, a contract of the run's book, a tranche of the contract.
-- Takes the place of three foreign keys. Each is a probe by key, whatever the planner believes of the tables.
CREATE OR REPLACE FUNCTION contracts_check_accruals() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_material = off
SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    bad record;
BEGIN
    SELECT n.contract_id, n.tranche_id, n.run_id INTO bad
    FROM new_accruals AS n
    LEFT JOIN LATERAL (
        SELECT own.book_id, own.accrual_date FROM contracts_interestrun AS own WHERE own.id = n.run_id OFFSET 0
    ) AS r ON true
    LEFT JOIN LATERAL (
        SELECT own.book_id FROM contracts_financingcontract AS own WHERE own.id = n.contract_id OFFSET 0
    ) AS c ON true
    WHERE c.book_id IS DISTINCT FROM r.book_id OR c.book_id IS NULL OR r.accrual_date <> n.accrual_date
    LIMIT 1;
    IF NOT FOUND THEN
        SELECT n.contract_id, n.tranche_id, n.run_id INTO bad
        FROM new_accruals AS n
        LEFT JOIN LATERAL (
            SELECT own.contract_id FROM contracts_fundingtranche AS own WHERE own.id = n.tranche_id OFFSET 0
        ) AS t ON true
        WHERE n.tranche_id IS NOT NULL AND t.contract_id IS DISTINCT FROM n.contract_id
        LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'contracts_interestaccrual_of_its_contract',
            TABLE = tg_table_name,
            MESSAGE = format(
                'run %s, contract %s, tranche %s do not belong together', bad.run_id, bad.contract_id, bad.tranche_id
            );
    END IF;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION contracts_check_accruals() FROM public;

CREATE OR REPLACE TRIGGER contracts_interestaccrual_check AFTER INSERT ON contracts_interestaccrual
REFERENCING NEW TABLE AS new_accruals
FOR EACH STATEMENT EXECUTE FUNCTION contracts_check_accruals();
