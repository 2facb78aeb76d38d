-- Months of postings leave the table and come back. DETACH ... CONCURRENTLY runs in no function, so the steps are
-- taken by the owner's commands (ledger/services/months.py); what each step may do is held here.

-- What a month's table holds: number, sums, and a digest over every column of every posting, hashed by entry and by
-- four thousand entries, so that no text grows with the month.
CREATE OR REPLACE FUNCTION ledger_month_content(
    month_table regclass, OUT postings bigint, OUT debit_minor numeric, OUT credit_minor numeric, OUT digest bytea
)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    EXECUTE format(
        $digest$
        SELECT
            coalesce(sum(bucket.postings), 0)::bigint,
            coalesce(sum(bucket.debit_minor), 0),
            coalesce(sum(bucket.credit_minor), 0),
            sha256(coalesce(string_agg(bucket.digest, ''::bytea ORDER BY bucket.no), ''::bytea))
        FROM (
            SELECT
                entry.entry_id / 4096 AS no,
                sum(entry.postings) AS postings,
                sum(entry.debit_minor) AS debit_minor,
                sum(entry.credit_minor) AS credit_minor,
                sha256(string_agg(entry.digest, ''::bytea ORDER BY entry.entry_id)) AS digest
            FROM (
                SELECT
                    p.entry_id,
                    count(*) AS postings,
                    sum(greatest(p.amount_minor, 0)) AS debit_minor,
                    sum(least(p.amount_minor, 0)) AS credit_minor,
                    sha256(convert_to(string_agg(
                        concat_ws(
                            ' ', p.entry_id, p.posting_no, p.account_id, p.amount_minor, p.unit_id, p.book_id,
                            p.booking_date - date '2000-01-01', p.value_date - date '2000-01-01'
                        ),
                        ',' ORDER BY p.posting_no, p.booking_date
                    ), 'UTF8')) AS digest
                FROM %s AS p
                GROUP BY p.entry_id
            ) AS entry
            GROUP BY entry.entry_id / 4096
        ) AS bucket
        $digest$,
        month_table
    ) INTO postings, debit_minor, credit_minor, digest;
END;
$$;

CREATE OR REPLACE FUNCTION ledger_month_is_attached(month_start date) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM pg_inherits AS i
        INNER JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.ledger_posting'::regclass AND NOT i.inhdetachpending
            AND c.relname = 'ledger_posting_' || to_char(month_start, 'YYYYMM')
    );
END;
$$;

-- A step of a month: in order; out only behind every book's newest day and with all its days closed; back only as it
-- went. The lock keeps days of the month from being opened in between.
CREATE OR REPLACE FUNCTION ledger_guard_month_move() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    previous record;
    broken text;
    reason text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger_month_move'));
    SELECT m.move, m.postings, m.debit_minor, m.credit_minor, m.digest INTO previous
    FROM ledger_monthmove AS m
    WHERE m.month = NEW.month
    ORDER BY m.id DESC
    LIMIT 1;

    IF (NEW.move, coalesce(previous.move, 'attached')) NOT IN (
            ('frozen', 'attached'), ('detached', 'frozen'), ('attached', 'detached'), ('attached', 'frozen')
        ) THEN
        broken := 'ledger_monthmove_in_order';
        reason := format('%s does not follow %s', NEW.move, coalesce(previous.move, 'nothing'));
    ELSIF NEW.move = 'frozen' AND (
            NOT EXISTS (
                SELECT FROM ledger_businessday AS d
                WHERE d.business_date >= NEW.month AND d.business_date < NEW.month + interval '1 month'
            )
            OR EXISTS (
                SELECT FROM ledger_businessday AS d
                WHERE d.business_date >= NEW.month AND d.business_date < NEW.month + interval '1 month'
                    AND (
                        d.status <> 'closed' OR NOT EXISTS (
                            SELECT FROM ledger_businessday AS later
                            WHERE later.book_id = d.book_id
                                AND later.business_date >= NEW.month + interval '1 month'
                        )
                    )
            )
        ) THEN
        broken := 'ledger_monthmove_days_are_closed';
        reason := 'a day of it is not closed, or is the newest of its book, or it has no day at all';
    ELSIF NEW.move = 'attached' AND previous.move = 'detached'
        AND (NEW.postings, NEW.debit_minor, NEW.credit_minor, NEW.digest)
        IS DISTINCT FROM (previous.postings, previous.debit_minor, previous.credit_minor, previous.digest) THEN
        broken := 'ledger_monthmove_content_unchanged';
        reason := format(
            'it went with %s postings, debits %s, credits %s, digest %s, and comes back with %s, %s, %s, %s',
            previous.postings, previous.debit_minor, previous.credit_minor, encode(previous.digest, 'hex'),
            NEW.postings, NEW.debit_minor, NEW.credit_minor, encode(NEW.digest, 'hex')
        );
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = 'ledger_monthmove',
            MESSAGE = format('month %s: %s', to_char(NEW.month, 'YYYY-MM'), reason);
    END IF;
    NEW.login := session_user;
    NEW.recorded_at := clock_timestamp();
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_monthmove_guard BEFORE INSERT ON ledger_monthmove
FOR EACH ROW EXECUTE FUNCTION ledger_guard_month_move();

CREATE OR REPLACE TRIGGER ledger_monthmove_append_only BEFORE UPDATE OR DELETE ON ledger_monthmove
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_monthmove_append_only');

CREATE OR REPLACE TRIGGER ledger_monthmove_never_emptied BEFORE TRUNCATE ON ledger_monthmove
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change('ledger_monthmove_append_only');

-- No day is opened, or opened again, in a month that is away or going. Fires after the guard that makes the month.
CREATE OR REPLACE FUNCTION ledger_check_month_of_day() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    month_start date := date_trunc('month', NEW.business_date::timestamp);
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('ledger_month_move'));
    IF ledger_month_is_attached(month_start) AND coalesce((
            SELECT m.move
            FROM ledger_monthmove AS m
            WHERE m.month = month_start
            ORDER BY m.id DESC
            LIMIT 1
        ), 'attached') = 'attached' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation',
        CONSTRAINT = 'ledger_businessday_month_is_attached',
        TABLE = 'ledger_businessday',
        MESSAGE = format('the postings of %s are detached', to_char(month_start, 'YYYY-MM'));
END;
$$;

CREATE OR REPLACE TRIGGER ledger_businessday_month BEFORE INSERT OR UPDATE ON ledger_businessday
FOR EACH ROW WHEN (new.status = 'open') EXECUTE FUNCTION ledger_check_month_of_day();

-- An entry whose postings are away cannot be reversed: nothing is there to mirror. Before the rule of postings, which
-- would only find that the mirror is missing.
CREATE OR REPLACE FUNCTION ledger_check_month_of_reversed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    reversed_on date;
BEGIN
    SELECT e.booking_date INTO reversed_on FROM ledger_journalentry AS e WHERE e.id = NEW.reverses_id;
    IF reversed_on IS NULL OR ledger_month_is_attached(date_trunc('month', reversed_on::timestamp)::date) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation',
        CONSTRAINT = 'ledger_journalentry_reversed_month_is_attached',
        TABLE = 'ledger_journalentry',
        MESSAGE = format(
            'entry %s is of %s, whose postings are detached', NEW.reverses_id, to_char(reversed_on, 'YYYY-MM')
        );
END;
$$;

CREATE OR REPLACE TRIGGER ledger_journalentry_month_of_reversed AFTER INSERT ON ledger_journalentry
FOR EACH ROW WHEN (new.reverses_id IS NOT NULL) EXECUTE FUNCTION ledger_check_month_of_reversed();
