-- A fixing is exactly what two people have approved. One of a day that interest has been counted on is noted as a
-- change; the lock, which accruals take shared, keeps it from being missed by a run under way.
CREATE OR REPLACE FUNCTION contracts_guard_fixing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(1347176782, 0);
    IF NOT EXISTS (
        SELECT FROM accounts_approval AS a
        INNER JOIN contracts_benchmark AS b ON b.id = NEW.benchmark_id
        WHERE a.id = NEW.approval_id AND a.kind = 'set_benchmark' AND a.status = 'executed'
            AND a.payload ->> 'benchmark' = b.code AND a.payload ->> 'source' = NEW.source
            AND a.payload -> 'fixings' @> jsonb_build_array(
                jsonb_build_array(NEW.fixing_date::text, NEW.rate_ppm)
            )
            -- Used again it would bring back, by one person, what two have replaced since.
            AND NOT EXISTS (
                SELECT FROM contracts_benchmarkfixing AS f
                WHERE f.approval_id = a.id AND f.benchmark_id = NEW.benchmark_id AND f.fixing_date = NEW.fixing_date
            )
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'contracts_benchmarkfixing_approved_by_two',
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('the fixing of %s at %s was not approved', NEW.fixing_date, NEW.rate_ppm);
    END IF;
    INSERT INTO contracts_interestchange (benchmark_id, from_date, after_run)
    SELECT NEW.benchmark_id, NEW.fixing_date, newest.run_id
    FROM (SELECT max(r.id) AS run_id, max(r.accrual_date) AS day FROM contracts_interestrun AS r) AS newest
    WHERE newest.day > NEW.fixing_date;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION contracts_guard_fixing() FROM public;

CREATE OR REPLACE TRIGGER contracts_benchmarkfixing_guard BEFORE INSERT ON contracts_benchmarkfixing
FOR EACH ROW EXECUTE FUNCTION contracts_guard_fixing();

CREATE OR REPLACE TRIGGER contracts_benchmarkfixing_append_only
BEFORE UPDATE OR DELETE ON contracts_benchmarkfixing
FOR EACH ROW EXECUTE FUNCTION contracts_refuse_change('contracts_benchmarkfixing_append_only');

CREATE OR REPLACE TRIGGER contracts_benchmark_append_only BEFORE UPDATE OR DELETE ON contracts_benchmark
FOR EACH ROW EXECUTE FUNCTION contracts_refuse_change('contracts_benchmark_append_only');

CREATE OR REPLACE TRIGGER contracts_penaltyaccrual_append_only BEFORE UPDATE OR DELETE ON contracts_penaltyaccrual
FOR EACH ROW EXECUTE FUNCTION contracts_refuse_change('contracts_penaltyaccrual_append_only');

CREATE OR REPLACE TRIGGER contracts_penaltyrun_entry_set_once BEFORE UPDATE OR DELETE ON contracts_penaltyrun
FOR EACH ROW
WHEN (old.entry_id IS NOT NULL)
EXECUTE FUNCTION contracts_refuse_change('contracts_penaltyrun_entry_set_once');

CREATE OR REPLACE TRIGGER contracts_interesthold_lifted_once BEFORE UPDATE ON contracts_interesthold
FOR EACH ROW
WHEN (
    old.lifted_on IS NOT NULL
    OR (old.id, old.contract_id, old.reason, old.benchmark_id, old.missing_from, old.held_on)
    IS DISTINCT FROM (new.id, new.contract_id, new.reason, new.benchmark_id, new.missing_from, new.held_on)
)
EXECUTE FUNCTION contracts_refuse_change('contracts_interesthold_lifted_once');
