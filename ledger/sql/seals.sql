-- A seal is of the newest close of its book, goes on where the one before it stopped, digests what the database
-- itself finds, and names a key in force and the last event of keys, which waits for seals under way and they for it.
-- The database cannot sign, and leaves root and signature to verify_ledger.
CREATE OR REPLACE FUNCTION ledger_check_seal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    broken text;
    closed record;
    earlier record;
    last_event record;
    head bigint;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('ledger_sealkeyevent'));
    SELECT h.last_position INTO head FROM ledger_positionhead AS h WHERE h.book_id = NEW.book_id FOR NO KEY UPDATE;
    SELECT d.book_id, d.status, c.last_position INTO closed
    FROM ledger_dayclose AS c
    INNER JOIN ledger_businessday AS d ON d.id = c.day_id
    WHERE c.id = NEW.day_close_id;
    SELECT s.seal_no, s.tree_size, s.seal_hash, s.recorded_at INTO earlier
    FROM ledger_seal AS s
    WHERE s.book_id = NEW.book_id
    ORDER BY s.seal_no DESC
    LIMIT 1;
    SELECT e.event_hash, e.recorded_at INTO last_event
    FROM ledger_sealkeyevent AS e
    ORDER BY e.event_no DESC
    LIMIT 1;

    IF closed.book_id IS DISTINCT FROM NEW.book_id OR closed.status IS DISTINCT FROM 'closed' OR EXISTS (
        SELECT FROM ledger_businessday AS d WHERE d.book_id = NEW.book_id AND d.status <> 'closed'
    ) OR EXISTS (
        SELECT FROM ledger_dayclose AS c
        INNER JOIN ledger_businessday AS d ON d.id = c.day_id
        WHERE d.book_id = NEW.book_id AND c.id > NEW.day_close_id
    ) THEN
        broken := 'ledger_seal_day_is_closed';
    ELSIF NEW.seal_no <> coalesce(earlier.seal_no, 0) + 1
        OR NEW.previous_hash IS DISTINCT FROM earlier.seal_hash THEN
        broken := 'ledger_seal_follows_chain';
    ELSIF NEW.first_position <> coalesce(earlier.tree_size, 0) + 1
        OR (NEW.tree_size, NEW.tree_size) IS DISTINCT FROM (closed.last_position, head) THEN
        broken := 'ledger_seal_positions_gapless';
    ELSIF NEW.key_id IS DISTINCT FROM ledger_seal_key_in_force() THEN
        broken := 'ledger_seal_key_is_in_force';
    ELSIF NEW.key_event_hash IS DISTINCT FROM last_event.event_hash THEN
        broken := 'ledger_seal_names_last_key_event';
    ELSIF NEW.recorded_at NOT BETWEEN transaction_timestamp() AND clock_timestamp() THEN
        broken := 'ledger_seal_time_is_now';
    ELSIF NEW.recorded_at <= earlier.recorded_at OR NEW.recorded_at < last_event.recorded_at THEN
        broken := 'ledger_seal_dated_in_order';
    ELSIF (NEW.chart_id, NEW.trial_balance_digest) IS DISTINCT FROM (
        encode(sha256(convert_to(ledger_chart_text(NEW.book_id), 'UTF8')), 'hex'),
        sha256(convert_to(ledger_trial_balance_text(NEW.book_id), 'UTF8'))
    ) OR NEW.seal_hash IS DISTINCT FROM sha256(ledger_seal_header(NEW)) THEN
        broken := 'ledger_seal_digests_agree';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = 'ledger_seal',
            MESSAGE = format('seal %s of book %s is refused', NEW.seal_no, NEW.book_id);
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_seal_rule BEFORE INSERT ON ledger_seal
FOR EACH ROW EXECUTE FUNCTION ledger_check_seal();

-- Nodes come with their seal, by its transaction, each level in a row and within its tile.
CREATE OR REPLACE FUNCTION ledger_check_seal_node() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    following bigint;
BEGIN
    SELECT n.first_index + octet_length(n.hashes) / 32 INTO following
    FROM ledger_sealnode AS n
    WHERE n.book_id = NEW.book_id AND n.level = NEW.level
    ORDER BY n.first_index DESC
    LIMIT 1;
    IF NEW.first_index <> coalesce(following, 0)
        OR NEW.first_index % 256 + octet_length(NEW.hashes) / 32 > 256
        OR NOT EXISTS (
            SELECT FROM ledger_seal AS s
            WHERE s.id = NEW.seal_id AND s.book_id = NEW.book_id AND s.recorded_at >= transaction_timestamp()
                AND (s.tree_size >> (8 * NEW.level)) >= NEW.first_index + octet_length(NEW.hashes) / 32
        ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_sealnode_comes_with_seal',
            TABLE = 'ledger_sealnode',
            MESSAGE = format('nodes of level %s from %s are not those of a new seal', NEW.level, NEW.first_index);
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_sealnode_rule BEFORE INSERT ON ledger_sealnode
FOR EACH ROW EXECUTE FUNCTION ledger_check_seal_node();

-- Events of keys: approved by two, chained, and in order. The first publication, and one after all keys were
-- revoked, starts a line of trust that people compare by fingerprint; a rotation is signed by the key in force.
CREATE OR REPLACE FUNCTION ledger_check_seal_key_event() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    broken text;
    in_force text;
    earlier record;
    is_known boolean;
    is_revoked boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger_sealkeyevent'));
    in_force := ledger_seal_key_in_force();
    SELECT e.event_no, e.event_hash, e.recorded_at INTO earlier
    FROM ledger_sealkeyevent AS e
    ORDER BY e.event_no DESC
    LIMIT 1;
    SELECT count(*) > 0, coalesce(bool_or(e.event = 'revoked'), false) INTO is_known, is_revoked
    FROM ledger_sealkeyevent AS e
    WHERE e.key_id = NEW.key_id;

    IF NEW.event_no <> coalesce(earlier.event_no, 0) + 1
        OR NEW.previous_hash IS DISTINCT FROM earlier.event_hash THEN
        broken := 'ledger_sealkeyevent_follows_chain';
    ELSIF NOT (CASE NEW.event
        WHEN 'published' THEN NOT is_known AND in_force IS NULL AND NEW.signer_id = NEW.key_id
        WHEN 'rotated' THEN NOT is_known AND NEW.signer_id IS NOT DISTINCT FROM in_force AND in_force IS NOT NULL
        ELSE is_known AND NOT is_revoked
            AND (NEW.signer_id IS NULL OR NEW.signer_id = NEW.key_id OR NEW.signer_id IS NOT DISTINCT FROM in_force)
    END) THEN
        broken := 'ledger_sealkeyevent_in_order';
    ELSIF NEW.recorded_at NOT BETWEEN transaction_timestamp() AND clock_timestamp() THEN
        broken := 'ledger_sealkeyevent_time_is_now';
    ELSIF NEW.recorded_at <= earlier.recorded_at
        OR NEW.recorded_at <= (SELECT max(s.recorded_at) FROM ledger_seal AS s) THEN
        broken := 'ledger_sealkeyevent_dated_in_order';
    ELSIF NEW.event_hash IS DISTINCT FROM sha256(ledger_seal_key_statement(NEW)) THEN
        broken := 'ledger_sealkeyevent_hash_agrees';
    ELSIF NOT EXISTS (
        SELECT FROM accounts_approval AS a
        WHERE a.id = NEW.approval_id AND a.kind = 'change_seal_keys' AND a.status IN ('approved', 'executed')
            AND a.subject = 'ALL/' || NEW.event || ' ' || NEW.key_id
            AND a.maker_id = NEW.maker_id AND a.checker_id = NEW.checker_id
    ) THEN
        broken := 'ledger_sealkeyevent_is_approved';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = 'ledger_sealkeyevent',
            MESSAGE = format('event "%s" of key %s is refused', NEW.event, NEW.key_id);
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_sealkeyevent_rule BEFORE INSERT ON ledger_sealkeyevent
FOR EACH ROW EXECUTE FUNCTION ledger_check_seal_key_event();

ALTER TABLE ledger_sealkey
DROP CONSTRAINT IF EXISTS ledger_sealkey_named_by_its_hash,
ADD CONSTRAINT ledger_sealkey_named_by_its_hash CHECK (
    octet_length(public_key) = 32 AND key_id = left(encode(sha256(public_key), 'hex'), 16)
);

ALTER TABLE ledger_sealchart
DROP CONSTRAINT IF EXISTS ledger_sealchart_named_by_its_hash,
ADD CONSTRAINT ledger_sealchart_named_by_its_hash CHECK (
    digest = encode(sha256(convert_to(content, 'UTF8')), 'hex')
);

CREATE OR REPLACE TRIGGER ledger_seal_append_only BEFORE UPDATE OR DELETE ON ledger_seal
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_seal_append_only');

CREATE OR REPLACE TRIGGER ledger_sealnode_append_only BEFORE UPDATE OR DELETE ON ledger_sealnode
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_sealnode_append_only');

CREATE OR REPLACE TRIGGER ledger_sealchart_append_only BEFORE UPDATE OR DELETE ON ledger_sealchart
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_sealchart_append_only');

CREATE OR REPLACE TRIGGER ledger_sealkey_append_only BEFORE UPDATE OR DELETE ON ledger_sealkey
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_sealkey_append_only');

CREATE OR REPLACE TRIGGER ledger_sealkeyevent_append_only BEFORE UPDATE OR DELETE ON ledger_sealkeyevent
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_sealkeyevent_append_only');
