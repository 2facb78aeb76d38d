-- Holds. Whoever places one, or adds an event to one, locks the balance of its account first: holds, postings and
-- restrictions of an account come one after another, and its limit counts them all.

-- Lock balances in account order, before a statement that will draw on holds of several accounts.
CREATE OR REPLACE FUNCTION ledger_lock_balances(account_ids bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM locked.account_id
    FROM (
        SELECT DISTINCT named.account_id
        FROM unnest(account_ids) AS named (account_id)
        ORDER BY named.account_id
        OFFSET 0
    ) AS named
    CROSS JOIN LATERAL (
        SELECT b.account_id
        FROM ledger_balance AS b
        WHERE b.account_id = named.account_id AND NOT b.is_hot
        FOR NO KEY UPDATE
    ) AS locked;
END;
$$;

-- All of a new hold is open. Nothing else is done before the row is there: a conflicting key leaves no trace.
CREATE OR REPLACE FUNCTION ledger_open_hold() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.open_minor := NEW.amount_minor;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_hold_opens BEFORE INSERT ON ledger_hold
FOR EACH ROW EXECUTE FUNCTION ledger_open_hold();

-- A hold is placed on an account of its book that has a limit, and the limit counts it from now on.
CREATE OR REPLACE FUNCTION ledger_place_holds() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    bad record;
BEGIN
    SELECT
        a.address,
        CASE WHEN a.book_id <> n.book_id THEN 'ledger_hold_book_agrees' ELSE 'ledger_hold_account_has_limit' END AS rule
    INTO bad
    FROM new_holds AS n
    INNER JOIN ledger_account AS a ON a.id = n.account_id
    WHERE a.book_id <> n.book_id OR a."limit" = 'none'
    ORDER BY a.book_id = n.book_id
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = bad.rule,
            TABLE = 'ledger_hold',
            MESSAGE = CASE bad.rule
                WHEN 'ledger_hold_book_agrees' THEN format('account %s is of another book than the hold', bad.address)
                ELSE format('account %s has no limit, so that nothing can be held on it', bad.address)
            END;
    END IF;

    PERFORM ledger_lock_balances((SELECT array_agg(n.account_id) FROM new_holds AS n));
    UPDATE ledger_balance AS b
    SET held_minor = b.held_minor + placed.amount_minor
    FROM (
        SELECT n.account_id, sum(n.amount_minor)::bigint AS amount_minor FROM new_holds AS n GROUP BY n.account_id
    ) AS placed
    WHERE b.account_id = placed.account_id;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_hold_rule AFTER INSERT ON ledger_hold
REFERENCING NEW TABLE AS new_holds
FOR EACH STATEMENT EXECUTE FUNCTION ledger_place_holds();

-- An event takes its amount off the hold, and off what its account holds back. A posting draws before its row is
-- written, for the posting rule at the end of the same statement must find the amount free; no key can make such
-- a row conflict. A release or an expiry takes effect only once its row is there: its key may be a known one.
CREATE OR REPLACE FUNCTION ledger_draw_hold() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    drawn record;
    broken text;
BEGIN
    SELECT h.book_id, h.account_id, h.placed_on, h.expires_on INTO drawn
    FROM ledger_hold AS h
    WHERE h.id = NEW.hold_id;
    IF NOT FOUND THEN
        broken := 'ledger_holdevent_hold_exists';
    ELSIF NEW.business_date < drawn.placed_on THEN
        broken := 'ledger_holdevent_after_its_hold';
    ELSIF NEW.event = 'posted' AND NEW.business_date >= drawn.expires_on THEN
        broken := 'ledger_holdevent_hold_in_force';
    ELSIF NEW.event = 'expired' AND (
        drawn.expires_on IS NULL OR NEW.business_date < drawn.expires_on OR NOT EXISTS (
            SELECT FROM ledger_businessday AS d
            WHERE d.book_id = drawn.book_id AND d.business_date = NEW.business_date
        )
    ) THEN
        broken := 'ledger_holdevent_expired_is_due';
    ELSE
        PERFORM ledger_lock_balances(array[drawn.account_id]);
        UPDATE ledger_hold AS h
        SET open_minor = h.open_minor - NEW.amount_minor
        WHERE h.id = NEW.hold_id AND h.open_minor >= NEW.amount_minor;
        IF NOT FOUND THEN
            broken := 'ledger_holdevent_within_hold';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = 'ledger_holdevent',
            MESSAGE = format(
                'hold %s: %s of %s on %s; still held: %s', NEW.hold_id, NEW.event, NEW.amount_minor, NEW.business_date,
                coalesce((SELECT h.open_minor FROM ledger_hold AS h WHERE h.id = NEW.hold_id)::text, 'there is no such hold')
            );
    END IF;

    UPDATE ledger_balance AS b
    SET held_minor = b.held_minor - NEW.amount_minor
    WHERE b.account_id = drawn.account_id;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_holdevent_draws BEFORE INSERT ON ledger_holdevent
FOR EACH ROW WHEN (new.event = 'posted') EXECUTE FUNCTION ledger_draw_hold();

CREATE OR REPLACE TRIGGER ledger_holdevent_ends AFTER INSERT ON ledger_holdevent
FOR EACH ROW WHEN (new.event <> 'posted') EXECUTE FUNCTION ledger_draw_hold();

-- What was posted through holds was posted by this transaction, on that day, by that person, and took at least as
-- much out of the account as all draws on its holds by the same entry.
CREATE OR REPLACE FUNCTION ledger_check_hold_draws() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    bad record;
BEGIN
    SELECT n.entry_id INTO bad
    FROM new_events AS n
    LEFT JOIN ledger_journalentry AS e ON e.id = n.entry_id
    WHERE n.event = 'posted'
        AND (e.creating_xid, e.booking_date, e.maker_id)
        IS DISTINCT FROM (pg_current_xact_id(), n.business_date, n.maker_id)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_holdevent_entry_is_its_own',
            TABLE = 'ledger_holdevent',
            MESSAGE = format('entry %s was written by another transaction, day or person', bad.entry_id);
    END IF;

    SELECT d.entry_id, d.account_id, d.amount_minor, coalesce(taken.amount_minor, 0) AS taken_minor INTO bad
    FROM (
        SELECT v.entry_id, h.account_id, max(a."limit") AS "limit", sum(v.amount_minor) AS amount_minor
        FROM ledger_holdevent AS v
        INNER JOIN ledger_hold AS h ON h.id = v.hold_id
        INNER JOIN ledger_account AS a ON a.id = h.account_id
        WHERE v.entry_id IN (SELECT n.entry_id FROM new_events AS n WHERE n.event = 'posted')
        GROUP BY v.entry_id, h.account_id
    ) AS d
    LEFT JOIN LATERAL (
        SELECT sum(CASE d."limit" WHEN 'no_debit_balance' THEN p.amount_minor ELSE -p.amount_minor END) AS amount_minor
        FROM ledger_posting AS p
        WHERE p.entry_id = d.entry_id AND p.account_id = d.account_id
    ) AS taken ON true
    WHERE d.amount_minor > coalesce(taken.amount_minor, 0)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_holdevent_entry_takes_it',
            TABLE = 'ledger_holdevent',
            MESSAGE = format(
                'entry %s takes %s out of account %s, %s were to be posted through its holds',
                bad.entry_id, bad.taken_minor, bad.account_id, bad.amount_minor
            );
    END IF;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_holdevent_rule AFTER INSERT ON ledger_holdevent
REFERENCING NEW TABLE AS new_events
FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_hold_draws();

-- The opening of a day ends the holds that are held until then, by rows of the day and its opener.
CREATE OR REPLACE FUNCTION ledger_expire_holds() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ending bigint [];
BEGIN
    SELECT array_agg(h.account_id) INTO ending
    FROM ledger_hold AS h
    WHERE h.book_id = NEW.book_id AND h.open_minor > 0 AND h.expires_on <= NEW.business_date;
    IF ending IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM ledger_lock_balances(ending);
    INSERT INTO ledger_holdevent (hold_id, event, amount_minor, business_date, maker_id)
    SELECT
        h.id,
        'expired',
        h.open_minor,
        NEW.business_date,
        NEW.opened_by_id
    FROM ledger_hold AS h
    WHERE h.book_id = NEW.book_id AND h.open_minor > 0 AND h.expires_on <= NEW.business_date
        AND h.account_id = any(ending)
    ORDER BY h.account_id, h.id;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_businessday_expires_holds AFTER INSERT ON ledger_businessday
FOR EACH ROW EXECUTE FUNCTION ledger_expire_holds();

-- What was held and what became of it stays; of a hold only what is still open moves, by its events.
CREATE OR REPLACE TRIGGER ledger_hold_append_only BEFORE UPDATE ON ledger_hold
FOR EACH ROW WHEN (
    (
        new.id, new.book_id, new.account_id, new.amount_minor, new.reason, new.source, new.caller, new.idempotency_key,
        new.placed_on, new.expires_on, new.maker_id, new.recorded_at
    ) IS DISTINCT FROM (
        old.id, old.book_id, old.account_id, old.amount_minor, old.reason, old.source, old.caller, old.idempotency_key,
        old.placed_on, old.expires_on, old.maker_id, old.recorded_at
    ) OR new.open_minor > old.open_minor
) EXECUTE FUNCTION ledger_refuse_change('ledger_hold_append_only');

CREATE OR REPLACE TRIGGER ledger_hold_never_deleted BEFORE DELETE ON ledger_hold
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_hold_append_only');

CREATE OR REPLACE TRIGGER ledger_hold_never_emptied BEFORE TRUNCATE ON ledger_hold
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change('ledger_hold_append_only');

CREATE OR REPLACE TRIGGER ledger_holdevent_append_only BEFORE UPDATE OR DELETE ON ledger_holdevent
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_holdevent_append_only');

CREATE OR REPLACE TRIGGER ledger_holdevent_never_emptied BEFORE TRUNCATE ON ledger_holdevent
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change('ledger_holdevent_append_only');
