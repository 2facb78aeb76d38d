-- Each event of a liquidation is numbered and hashed here: SHA-256 over the hash before and the event's own content.
-- Left empty by the writer they are filled in; stated otherwise than they are, the event is refused.
CREATE FUNCTION liquidation_event_digest(
    previous_hash bytea, liquidation_id bigint, sequence integer, kind text, business_date date, actor_id bigint,
    reason text, payload jsonb
) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public, pg_temp
RETURN sha256(
    previous_hash
    || convert_to(
        jsonb_build_array(
            1, liquidation_id, sequence, kind, to_char(business_date, 'YYYY-MM-DD'), actor_id, reason, payload
        )::text,
        'UTF8'
    )
);

GRANT EXECUTE ON FUNCTION liquidation_event_digest(bytea, bigint, integer, text, date, bigint, text, jsonb)
TO plimsoll_app;

CREATE FUNCTION liquidation_chain_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    last_sequence integer := 0;
    last_hash bytea := decode(repeat('00', 32), 'hex');
    expected_hash bytea;
BEGIN
    PERFORM 1 FROM liquidation_liquidation WHERE id = new.liquidation_id FOR NO KEY UPDATE;
    SELECT event.sequence, event.event_hash INTO last_sequence, last_hash
    FROM liquidation_liquidationevent AS event
    WHERE event.liquidation_id = new.liquidation_id
    ORDER BY event.sequence DESC
    LIMIT 1;
    IF NOT FOUND THEN
        last_sequence := 0;
        last_hash := decode(repeat('00', 32), 'hex');
    END IF;
    expected_hash := liquidation_event_digest(
        last_hash, new.liquidation_id, last_sequence + 1, new.kind, new.business_date, new.actor_id, new.reason,
        new.payload
    );
    IF new.sequence NOT IN (0, last_sequence + 1)
        OR new.previous_hash NOT IN ('', last_hash)
        OR new.event_hash NOT IN ('', expected_hash) THEN
        RAISE EXCEPTION USING
            ERRCODE = '23514', CONSTRAINT = 'liquidation_liquidationevent_chain_unbroken',
            TABLE = 'liquidation_liquidationevent',
            MESSAGE = format(
                'the event does not continue the chain of liquidation %s after event %s',
                new.liquidation_id, last_sequence
            );
    END IF;
    new.sequence := last_sequence + 1;
    new.previous_hash := last_hash;
    new.event_hash := expected_hash;
    new.recorded_at := clock_timestamp();
    RETURN new;
END
$$;

CREATE TRIGGER chain_event BEFORE INSERT ON liquidation_liquidationevent
FOR EACH ROW EXECUTE FUNCTION liquidation_chain_event();
