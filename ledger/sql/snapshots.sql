-- The balance by value date of what was booked up to the close of a day: one row for each account and value date that
-- the day touched, and a new version of each later value date of these accounts, since what is valued earlier moves
-- them all. Nothing is updated. A day that closes again is taken whole: its former close counts no more.
CREATE OR REPLACE FUNCTION ledger_snapshot_values(snapshot_book integer, snapshot_day date, snapshot_close smallint)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET jit = off AS $$
BEGIN
    INSERT INTO ledger_valuesnapshot (
        account_id, value_date, closed_date, close_no, book_id, balance_minor, debit_minor, credit_minor, posting_count
    )
    WITH touched AS MATERIALIZED (
        SELECT
            p.account_id,
            p.value_date,
            sum(p.amount_minor) AS net_minor,
            sum(greatest(p.amount_minor, 0)) AS debit_minor,
            sum(least(p.amount_minor, 0)) AS credit_minor,
            count(*) AS posting_count
        FROM ledger_posting AS p
        WHERE p.book_id = snapshot_book AND p.booking_date = snapshot_day
        GROUP BY p.account_id, p.value_date
    ), first_touched AS (
        SELECT t.account_id, min(t.value_date) AS value_date
        FROM touched AS t
        GROUP BY t.account_id
    ), carried AS (
        SELECT f.account_id, later.value_date
        FROM first_touched AS f
        CROSS JOIN LATERAL (
            SELECT DISTINCT v.value_date
            FROM ledger_valuesnapshot AS v
            WHERE v.account_id = f.account_id AND v.value_date > f.value_date AND v.closed_date < snapshot_day
        ) AS later
    ), written AS (
        SELECT
            account_id,
            value_date,
            coalesce(t.net_minor, 0) AS net_minor,
            coalesce(t.debit_minor, 0) AS debit_minor,
            coalesce(t.credit_minor, 0) AS credit_minor,
            coalesce(t.posting_count, 0) AS posting_count
        FROM touched AS t
        FULL JOIN carried AS c USING (account_id, value_date)
    )
    SELECT
        w.account_id,
        w.value_date,
        snapshot_day,
        snapshot_close,
        snapshot_book,
        coalesce(known.balance_minor, 0)
        + sum(w.net_minor) OVER (PARTITION BY w.account_id ORDER BY w.value_date),
        w.debit_minor,
        w.credit_minor,
        w.posting_count
    FROM written AS w
    LEFT JOIN LATERAL (
        SELECT v.balance_minor
        FROM ledger_valuesnapshot AS v
        WHERE v.account_id = w.account_id AND v.value_date <= w.value_date AND v.closed_date < snapshot_day
        ORDER BY v.value_date DESC, v.closed_date DESC, v.close_no DESC
        LIMIT 1
    ) AS known ON true;
END;
$$;

-- Both snapshots of a day that closes, of the accounts that moved on it. Called by its close.
CREATE OR REPLACE FUNCTION ledger_snapshot_day(snapshot_book integer, snapshot_day date, snapshot_close smallint)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET jit = off AS $$
BEGIN
    INSERT INTO ledger_dailysnapshot (
        account_id, business_date, close_no, book_id, balance_minor, debit_minor, credit_minor
    )
    SELECT
        moved.account_id,
        snapshot_day,
        snapshot_close,
        snapshot_book,
        coalesce(known.balance_minor, 0) + moved.net_minor,
        moved.debit_minor,
        moved.credit_minor
    FROM (
        SELECT
            p.account_id,
            sum(p.amount_minor) AS net_minor,
            sum(greatest(p.amount_minor, 0)) AS debit_minor,
            sum(least(p.amount_minor, 0)) AS credit_minor
        FROM ledger_posting AS p
        WHERE p.book_id = snapshot_book AND p.booking_date = snapshot_day
        GROUP BY p.account_id
    ) AS moved
    LEFT JOIN LATERAL (
        SELECT s.balance_minor
        FROM ledger_dailysnapshot AS s
        WHERE s.account_id = moved.account_id AND s.business_date < snapshot_day
        ORDER BY s.business_date DESC, s.close_no DESC
        LIMIT 1
    ) AS known ON true;

    PERFORM ledger_snapshot_values(snapshot_book, snapshot_day, snapshot_close);
END;
$$;
