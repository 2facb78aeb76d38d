-- A step is done for ever, only after the steps before it, and only when no chunk of it is left; but the close of a day
-- that was reopened is to be done again. DESIGN 9, 3 (periods).
CREATE OR REPLACE FUNCTION day_guard_step() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status = 'done' AND NOT (
        NEW.name = 'closed_and_sealed' AND NEW.status = 'pending' AND EXISTS (
            SELECT FROM public.day_dayrun AS run
            INNER JOIN public.ledger_businessday AS d
                ON d.book_id = run.book_id AND d.business_date = run.business_date AND d.status <> 'closed'
            WHERE run.id = OLD.run_id
        )
    ) THEN
        broken := 'day_daystep_done_is_final';
    ELSIF TG_OP = 'UPDATE'
        AND (NEW.id, NEW.run_id, NEW.ordinal, NEW.name) IS DISTINCT FROM (OLD.id, OLD.run_id, OLD.ordinal, OLD.name)
    THEN
        broken := 'day_daystep_identity_unchanged';
    ELSIF NEW.status = 'done' AND EXISTS (
        SELECT FROM public.day_daystep AS earlier
        WHERE earlier.run_id = NEW.run_id AND earlier.ordinal < NEW.ordinal AND earlier.status <> 'done'
    ) THEN
        broken := 'day_daystep_follows_order';
    ELSIF NEW.status = 'done' AND EXISTS (
        SELECT FROM public.day_daychunk AS chunk WHERE chunk.step_id = NEW.id AND chunk.status <> 'done'
    ) THEN
        broken := 'day_daystep_chunks_done';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('step %s of run %s breaks %s', NEW.name, NEW.run_id, broken);
    END IF;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION day_guard_step() FROM public;

CREATE OR REPLACE TRIGGER guard_step
BEFORE INSERT OR UPDATE ON day_daystep
FOR EACH ROW EXECUTE FUNCTION day_guard_step();
