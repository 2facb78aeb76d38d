-- What a chunk covers is fixed with the plan, a done chunk stays done, and a done step gets no more of them; but the
-- close of a day that was reopened is to be done again. DESIGN 9, 3 (periods).
CREATE OR REPLACE FUNCTION day_guard_chunk() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF EXISTS (SELECT FROM public.day_daystep AS step WHERE step.id = NEW.step_id AND step.status = 'done') THEN
            broken := 'day_daychunk_step_not_done';
        END IF;
    ELSIF OLD.status = 'done' AND NOT (
        NEW.status = 'pending' AND EXISTS (
            SELECT FROM public.day_daystep AS step
            WHERE step.id = OLD.step_id AND step.name = 'closed_and_sealed' AND step.status <> 'done'
        )
    ) THEN
        broken := 'day_daychunk_done_is_final';
    ELSIF (NEW.id, NEW.step_id, NEW.ordinal, NEW.phase, NEW.first_id, NEW.last_id)
        IS DISTINCT FROM (OLD.id, OLD.step_id, OLD.ordinal, OLD.phase, OLD.first_id, OLD.last_id)
    THEN
        broken := 'day_daychunk_plan_unchanged';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('chunk %s of step %s breaks %s', NEW.ordinal, NEW.step_id, broken);
    END IF;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION day_guard_chunk() FROM public;

CREATE OR REPLACE TRIGGER guard_chunk
BEFORE INSERT OR UPDATE ON day_daychunk
FOR EACH ROW EXECUTE FUNCTION day_guard_chunk();
