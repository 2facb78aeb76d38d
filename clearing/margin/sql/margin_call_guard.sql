-- A call's demand never changes and its life only moves forward: open to expired, either to met or superseded. The
-- deadline may be set once, when the calendar has grown, and a deadline once given stands.
CREATE FUNCTION margin_guard_call() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (old.book_id, old.contract_id, old.valuation_id, old.opened_on, old.target_ppm, old.deposit_minor,
        old.repay_minor, old.sell_minor)
        IS DISTINCT FROM
        (new.book_id, new.contract_id, new.valuation_id, new.opened_on, new.target_ppm, new.deposit_minor,
        new.repay_minor, new.sell_minor)
        OR (old.deadline_on IS NOT NULL AND new.deadline_on IS DISTINCT FROM old.deadline_on) THEN
        RAISE EXCEPTION USING
            ERRCODE = '23514', CONSTRAINT = 'margin_margincall_demand_stands', TABLE = 'margin_margincall',
            MESSAGE = format('margin call %s: what was asked for, and by when, does not change', old.id);
    END IF;
    IF old.closed_on IS NOT NULL OR (old.status = 'expired' AND new.status = 'open') THEN
        RAISE EXCEPTION USING
            ERRCODE = '23514', CONSTRAINT = 'margin_margincall_moves_forward', TABLE = 'margin_margincall',
            MESSAGE = format('margin call %s does not go from %s to %s', old.id, old.status, new.status);
    END IF;
    RETURN new;
END
$$;

CREATE TRIGGER guard_call BEFORE UPDATE ON margin_margincall
FOR EACH ROW EXECUTE FUNCTION margin_guard_call();
