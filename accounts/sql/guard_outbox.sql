-- A message says for ever what it said, and is delivered once. Erasing its party takes what it said, not that it was.
CREATE OR REPLACE FUNCTION accounts_guard_outbox() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    broken text;
BEGIN
    IF public.accounts_is_being_erased(NEW.party_id) AND to_jsonb(NEW) - 'payload' = to_jsonb(OLD) - 'payload' THEN
        RETURN NEW;
    ELSIF (NEW.id, NEW.book_code, NEW.party_id, NEW.kind, NEW.channel, NEW.payload, NEW.idempotency_key, NEW.recorded_at)
        IS DISTINCT FROM
        (OLD.id, OLD.book_code, OLD.party_id, OLD.kind, OLD.channel, OLD.payload, OLD.idempotency_key, OLD.recorded_at)
    THEN
        broken := 'accounts_outboxmessage_content_unchanged';
    ELSIF OLD.delivered_at IS NOT NULL
        AND (NEW.delivered_at, NEW.delivery_proof) IS DISTINCT FROM (OLD.delivered_at, OLD.delivery_proof)
    THEN
        broken := 'accounts_outboxmessage_delivered_once';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('message %s breaks %s', NEW.id, broken);
    END IF;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION accounts_guard_outbox() FROM public;

CREATE OR REPLACE TRIGGER guard_outbox
BEFORE UPDATE ON accounts_outboxmessage
FOR EACH ROW EXECUTE FUNCTION accounts_guard_outbox();
