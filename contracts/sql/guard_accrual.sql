-- What an accrual refers to, once per statement: its run, a contract of the run's book, a tranche of the contract.
-- Takes the place of three foreign keys. One pass: what is referred to is read by ranges of keys, since the contracts
-- of a run are neighbours, and joined by hashes, whatever the planner believes of the tables.
CREATE OR REPLACE FUNCTION contracts_check_accruals() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_nestloop = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_material = off
SET enable_hashjoin = on SET jit = off SET work_mem = '128MB' SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    bad record;
    first_contract bigint;
    last_contract bigint;
    first_run bigint;
    last_run bigint;
BEGIN
    SELECT min(n.contract_id), max(n.contract_id), min(n.run_id), max(n.run_id)
    INTO first_contract, last_contract, first_run, last_run
    FROM new_accruals AS n;
    SELECT n.contract_id, n.tranche_id, n.run_id INTO bad
    FROM new_accruals AS n
    LEFT JOIN (
        SELECT own.id, own.book_id, own.accrual_date
        FROM contracts_interestrun AS own
        WHERE own.id BETWEEN first_run AND last_run
    ) AS r ON r.id = n.run_id
    LEFT JOIN (
        SELECT own.id, own.book_id
        FROM contracts_financingcontract AS own
        WHERE own.id BETWEEN first_contract AND last_contract
    ) AS c ON c.id = n.contract_id
    LEFT JOIN (
        SELECT own.id, own.contract_id
        FROM contracts_fundingtranche AS own
        WHERE own.contract_id BETWEEN first_contract AND last_contract
    ) AS t ON t.id = n.tranche_id
    WHERE c.book_id IS DISTINCT FROM r.book_id OR c.book_id IS NULL OR r.accrual_date <> n.accrual_date
        OR n.tranche_id IS NOT NULL AND t.contract_id IS DISTINCT FROM n.contract_id
    LIMIT 1;
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
