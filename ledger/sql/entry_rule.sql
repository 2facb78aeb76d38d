-- The rule of entries, once per statement: each brings its postings in the same statement and is booked into
-- the open day of its book, a correction also into a soft-closed one. FOR SHARE on the day makes a close wait for
-- every entry in flight, and makes an entry that comes after the close find the day closed. An older snapshot would
-- not see what was committed while a lock was awaited, nor a restriction imposed before: READ COMMITTED only.
CREATE OR REPLACE FUNCTION ledger_check_entries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_nestloop = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_material = off
SET enable_hashjoin = on SET jit = off SET work_mem = '128MB' SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    bad record;
    held record;
    first_entry bigint;
    last_entry bigint;
    first_day date;
    last_day date;
    is_soft_closed boolean := false;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_journalentry_read_committed',
            TABLE = 'ledger_journalentry',
            MESSAGE = 'an entry must see what was committed before it: use READ COMMITTED';
    END IF;

    FOR held IN
        SELECT d.status
        FROM ledger_businessday AS d
        WHERE d.id IN (
            SELECT open_day.id
            FROM (SELECT DISTINCT n.book_id, n.booking_date FROM new_entries AS n OFFSET 0) AS named
            -- OFFSET 0, here and below, keeps a probe by key a probe, whatever the planner believes of a table
            -- that was empty when it was analysed.
            CROSS JOIN LATERAL (
                SELECT own.id
                FROM ledger_businessday AS own
                WHERE own.book_id = named.book_id AND own.business_date = named.booking_date
                OFFSET 0
            ) AS open_day
        )
        ORDER BY d.id
        FOR SHARE
    LOOP
        is_soft_closed := is_soft_closed OR held.status = 'soft_closed';
    END LOOP;

    SELECT n.booking_date INTO bad
    FROM (SELECT DISTINCT own.book_id, own.booking_date FROM new_entries AS own OFFSET 0) AS n
    WHERE NOT EXISTS (
        SELECT FROM ledger_businessday AS d
        WHERE d.book_id = n.book_id AND d.business_date = n.booking_date AND d.status <> 'closed'
    )
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_journalentry_day_is_open',
            TABLE = 'ledger_journalentry',
            MESSAGE = format('booking date %s is not an open business day of the book', bad.booking_date);
    END IF;

    IF is_soft_closed THEN
        SELECT n.id, n.kind_id, n.booking_date INTO bad
        FROM new_entries AS n
        CROSS JOIN LATERAL (
            SELECT own.id
            FROM ledger_businessday AS own
            WHERE own.book_id = n.book_id AND own.business_date = n.booking_date AND own.status = 'soft_closed'
            OFFSET 0
        ) AS d
        WHERE n.reverses_id IS NULL AND n.adjusts_id IS NULL
            AND NOT EXISTS (SELECT FROM ledger_entrykind AS k WHERE k.code = n.kind_id AND k.posts_in_soft_close)
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation',
                CONSTRAINT = 'ledger_journalentry_soft_close_takes_corrections',
                TABLE = 'ledger_journalentry',
                MESSAGE = format(
                    '%s is soft-closed: entry %s (%s) corrects nothing', bad.booking_date, bad.id, bad.kind_id
                );
        END IF;
    END IF;

    SELECT named.maker_id INTO bad
    FROM (SELECT DISTINCT n.maker_id FROM new_entries AS n OFFSET 0) AS named
    WHERE NOT EXISTS (SELECT FROM accounts_user AS u WHERE u.id = named.maker_id);
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_journalentry_maker_exists',
            TABLE = 'ledger_journalentry',
            MESSAGE = format('maker %s is nobody', bad.maker_id);
    END IF;

    SELECT min(n.id), max(n.id), min(n.booking_date), max(n.booking_date)
    INTO first_entry, last_entry, first_day, last_day
    FROM new_entries AS n;

    -- Entries of a statement have neighbouring numbers: one range of postings, not a probe for each entry.
    WITH first_posting AS MATERIALIZED (
        SELECT p.entry_id, p.booking_date
        FROM ledger_posting AS p
        WHERE p.entry_id BETWEEN first_entry AND last_entry AND p.posting_no = 1
            AND p.booking_date BETWEEN first_day AND last_day
    )
    SELECT n.id INTO bad
    FROM new_entries AS n
    LEFT JOIN first_posting AS p ON p.entry_id = n.id AND p.booking_date = n.booking_date
    WHERE p.entry_id IS NULL
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_journalentry_brings_postings',
            TABLE = 'ledger_journalentry',
            MESSAGE = format('entry %s has no postings in its statement', bad.id);
    END IF;

    SELECT n.id INTO bad
    FROM (
        SELECT own.* FROM new_entries AS own
        WHERE own.reverses_id IS NOT NULL OR own.adjusts_id IS NOT NULL
        OFFSET 0
    ) AS n
    LEFT JOIN LATERAL (
        SELECT own.* FROM ledger_journalentry AS own WHERE own.id = n.reverses_id OFFSET 0
    ) AS r ON true
    LEFT JOIN LATERAL (
        SELECT own.* FROM ledger_journalentry AS own WHERE own.id = n.adjusts_id AND own.id <> n.id OFFSET 0
    ) AS a ON true
    WHERE (
        n.reverses_id IS NOT NULL
        AND (r.book_id, r.kind_id, r.reverses_id) IS DISTINCT FROM (n.book_id, n.kind_id, NULL::bigint)
    ) OR (n.adjusts_id IS NOT NULL AND a.book_id IS DISTINCT FROM n.book_id)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_journalentry_corrects_its_like',
            TABLE = 'ledger_journalentry',
            MESSAGE = format('entry %s corrects no entry of its book, or reverses another kind or a reversal', bad.id);
    END IF;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_journalentry_rule AFTER INSERT ON ledger_journalentry
REFERENCING NEW TABLE AS new_entries
FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_entries();
