-- No order without a release, and none that changes once it is out; a session ends it, and the end stands.
CREATE FUNCTION liquidation_guard_order() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF tg_op = 'INSERT' THEN
        IF new.state <> 'open' OR NOT EXISTS (
            SELECT FROM liquidation_liquidation
            WHERE id = new.liquidation_id AND state IN ('released', 'ordered')
        ) THEN
            RAISE EXCEPTION USING
                ERRCODE = '23514', CONSTRAINT = 'liquidation_liquidationorder_liquidation_released',
                TABLE = 'liquidation_liquidationorder',
                MESSAGE = format('order %s: its liquidation is not released', new.reference);
        END IF;
        RETURN new;
    END IF;
    IF old.state <> 'open' OR
        (old.liquidation_id, old.reference, old.instrument_id, old.quantity, old.expected_price_minor, old.placed_on)
        IS DISTINCT FROM
        (new.liquidation_id, new.reference, new.instrument_id, new.quantity, new.expected_price_minor, new.placed_on)
    THEN
        RAISE EXCEPTION USING
            ERRCODE = '23514', CONSTRAINT = 'liquidation_liquidationorder_stands',
            TABLE = 'liquidation_liquidationorder',
            MESSAGE = format('order %s does not change once it is out', old.reference);
    END IF;
    RETURN new;
END
$$;

CREATE TRIGGER guard_order BEFORE INSERT OR UPDATE ON liquidation_liquidationorder
FOR EACH ROW EXECUTE FUNCTION liquidation_guard_order();
