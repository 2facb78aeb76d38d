"""Checks of `verify_ledger` on the snapshots by value date.

A close writes an account's rows from the lowest value date that its day touched up to the greatest known. So
the greatest has everything booked till then, and each other row what the row above it has, less what was
booked till then of the value date above. Sums that run once over the rows prove them all, in linear time; a
second check proves that no value date is left out.

An account is plain where each of its postings is valued on its booking date and no close that touched it was
taken back. Each of its closes has one row, which a shorter check proves; the two others look at the rest.
"""

from ledger.queries.verification_check import Check

_NOT_PLAIN = """
closed AS MATERIALIZED (
    SELECT
        d.business_date AS closed_date,
        c.close_no,
        c.last_position,
        c.close_no = max(c.close_no) OVER (PARTITION BY d.id) AS is_last,
        d.status = 'closed' AS stands
    FROM ledger_businessday AS d
    INNER JOIN ledger_dayclose AS c ON c.day_id = d.id
    WHERE d.book_id = %(book)s
), not_plain AS MATERIALIZED (
    SELECT account_id
    FROM ledger_posting
    WHERE book_id = %(book)s AND value_date <> booking_date
    UNION
    SELECT p.account_id
    FROM closed AS c
    INNER JOIN ledger_posting AS p ON p.booking_date = c.closed_date
    WHERE p.book_id = %(book)s AND NOT (c.is_last AND c.stands)
    UNION
    SELECT v.account_id
    FROM closed AS c
    INNER JOIN ledger_valuesnapshot AS v USING (closed_date, close_no)
    WHERE v.book_id = %(book)s AND NOT (c.is_last AND c.stands)
)"""

# What each close found booked on its day, by value date: one that was taken back, up to its last position.
_CELLS = f"""
{_NOT_PLAIN}, posted AS (
    SELECT p.account_id, p.value_date, c.closed_date, c.close_no, c.is_last, p.amount_minor
    FROM closed AS c
    INNER JOIN ledger_posting AS p ON p.booking_date = c.closed_date
    WHERE p.book_id = %(book)s AND c.is_last AND c.stands
        AND p.account_id IN (SELECT n.account_id FROM not_plain AS n)
    UNION ALL
    SELECT p.account_id, p.value_date, c.closed_date, c.close_no, c.is_last, p.amount_minor
    FROM closed AS c
    INNER JOIN ledger_posting AS p ON p.booking_date = c.closed_date
    INNER JOIN ledger_entryposition AS o ON o.entry_id = p.entry_id AND o.position <= c.last_position
    WHERE p.book_id = %(book)s AND NOT (c.is_last AND c.stands)
), cell AS MATERIALIZED (
    SELECT
        account_id, value_date, closed_date, close_no, is_last,
        sum(amount_minor) AS net_minor,
        sum(greatest(amount_minor, 0)) AS debit_minor,
        sum(least(amount_minor, 0)) AS credit_minor,
        count(*) AS posting_count
    FROM posted
    GROUP BY account_id, value_date, closed_date, close_no, is_last
)"""  # noqa: S608 (constants only)

_PLAIN = f"""
WITH {_NOT_PLAIN}, cell AS (
    SELECT
        p.account_id,
        c.closed_date,
        c.close_no,
        sum(p.amount_minor) AS net_minor,
        sum(greatest(p.amount_minor, 0)) AS debit_minor,
        sum(least(p.amount_minor, 0)) AS credit_minor,
        count(*) AS posting_count
    FROM closed AS c
    INNER JOIN ledger_posting AS p ON p.booking_date = c.closed_date
    WHERE p.book_id = %(book)s AND NOT EXISTS (
            SELECT FROM not_plain AS n WHERE n.account_id = p.account_id
        )
    GROUP BY p.account_id, c.closed_date, c.close_no
), due AS (
    SELECT cell.*, sum(net_minor) OVER (PARTITION BY account_id ORDER BY closed_date) AS due_minor
    FROM cell
)
SELECT format(
    'account %%s, close %%s of %%s: postings give %%s, snapshot valued %%s says %%s%%s', account_id, close_no,
    closed_date, coalesce(d.due_minor::text, 'nothing'), coalesce(v.value_date::text, 'never'),
    coalesce(v.balance_minor::text, 'nothing'),
    CASE
        WHEN (d.debit_minor, d.credit_minor, d.posting_count)
            IS DISTINCT FROM (v.debit_minor::numeric, v.credit_minor::numeric, v.posting_count)
            THEN '; its turnover differs'
        ELSE ''
    END
)
FROM due AS d
FULL JOIN (
    SELECT s.*
    FROM ledger_valuesnapshot AS s
    WHERE s.book_id = %(book)s AND NOT EXISTS (
            SELECT FROM not_plain AS n WHERE n.account_id = s.account_id
        )
) AS v USING (account_id, closed_date, close_no)
WHERE (closed_date, d.due_minor, d.debit_minor, d.credit_minor, d.posting_count)
    IS DISTINCT FROM (
        v.value_date, v.balance_minor::numeric, v.debit_minor::numeric, v.credit_minor::numeric,
        v.posting_count
    )
ORDER BY account_id, closed_date, close_no
"""  # noqa: S608 (constants only)

CHECKS: tuple[Check, ...] = (
    Check(
        "plain_value_snapshots_proved",
        "every close has one snapshot by value date of each plain account that moved, equal to its postings",
        _PLAIN,
        needs_every_month=True,
    ),
    Check(
        "value_snapshots_proved",
        "every snapshot by value date is the sum of what was booked till its close and valued till its date",
        f"""
        WITH {_CELLS}, version AS (
            SELECT
                account_id, value_date, closed_date, close_no,
                coalesce(c.net_minor, 0) AS net_minor,
                coalesce(l.is_last, false) AS is_last,
                v.balance_minor,
                (v.debit_minor::numeric, v.credit_minor::numeric, v.posting_count) IS NOT DISTINCT FROM (
                    coalesce(c.debit_minor, 0), coalesce(c.credit_minor, 0), coalesce(c.posting_count, 0)
                ) AS turnover_agrees
            FROM cell AS c
            FULL JOIN (
                SELECT s.*
                FROM ledger_valuesnapshot AS s
                INNER JOIN not_plain AS n USING (account_id)
                WHERE s.book_id = %(book)s
            ) AS v
                USING (account_id, value_date, closed_date, close_no)
            LEFT JOIN closed AS l USING (closed_date, close_no)
        ), summed AS (
            SELECT
                version.*,
                net_minor + coalesce(sum(net_minor) FILTER (WHERE is_last) OVER (
                    PARTITION BY account_id, value_date ORDER BY closed_date
                    RANGE BETWEEN UNBOUNDED PRECEDING AND '1 day' PRECEDING
                ), 0) AS of_value_date,
                sum(net_minor) OVER (PARTITION BY account_id, closed_date, close_no)
                + coalesce(sum(net_minor) FILTER (WHERE is_last) OVER (
                    PARTITION BY account_id ORDER BY closed_date
                    RANGE BETWEEN UNBOUNDED PRECEDING AND '1 day' PRECEDING
                ), 0) AS booked
            FROM version
        ), proved AS (
            SELECT
                summed.*,
                booked - coalesce(sum(of_value_date) OVER (
                    PARTITION BY account_id, closed_date, close_no ORDER BY value_date DESC
                    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ), 0) AS due_minor
            FROM summed
        )
        SELECT format(
            'account %%s, valued %%s, close %%s of %%s: postings give %%s, snapshot says %%s%%s', account_id,
            value_date, close_no, closed_date, due_minor, coalesce(balance_minor::text, 'nothing'),
            CASE WHEN turnover_agrees THEN '' ELSE '; its turnover differs' END
        )
        FROM proved
        WHERE balance_minor IS DISTINCT FROM due_minor OR NOT turnover_agrees
        ORDER BY account_id, closed_date, close_no, value_date
        """,  # noqa: S608 (constants only)
        needs_every_month=True,
    ),
    Check(
        "value_snapshots_whole",
        "every close has a row for each value date of the account from the lowest that its day touched",
        f"""
        WITH {_CELLS}, placed AS MATERIALIZED (
            SELECT
                account_id, value_date, closed_date, close_no,
                (closed_date - DATE '1900-01-01') * 100000::bigint + close_no AS stamp,
                dense_rank() OVER (PARTITION BY account_id ORDER BY value_date) AS place
            FROM cell
        ), reached AS (
            SELECT
                account_id, closed_date, close_no, stamp,
                min(place) AS lowest,
                max(max(place)) OVER (PARTITION BY account_id ORDER BY stamp) AS highest
            FROM placed
            GROUP BY account_id, closed_date, close_no, stamp
        ), known AS MATERIALIZED (
            SELECT account_id, value_date, place, min(stamp) AS since
            FROM placed
            GROUP BY account_id, value_date, place
        ), due AS (
            SELECT account_id, closed_date, close_no, 1 AS versions
            FROM reached
            WHERE lowest = highest
            UNION ALL
            SELECT r.account_id, r.closed_date, r.close_no, count(*) AS versions
            FROM reached AS r
            CROSS JOIN LATERAL generate_series(r.lowest, r.highest) AS each (place)
            INNER JOIN known AS k ON k.account_id = r.account_id AND k.place = each.place
            WHERE r.lowest < r.highest AND k.since <= r.stamp
            GROUP BY r.account_id, r.closed_date, r.close_no
        ), there AS (
            SELECT v.account_id, v.closed_date, v.close_no, count(k.account_id) AS versions,
                count(*) AS all_versions
            FROM ledger_valuesnapshot AS v
            INNER JOIN not_plain AS n USING (account_id)
            LEFT JOIN known AS k USING (account_id, value_date)
            WHERE v.book_id = %(book)s
            GROUP BY v.account_id, v.closed_date, v.close_no
        )
        SELECT format(
            'account %%s, close %%s of %%s: %%s value dates known, %%s snapshots', account_id, close_no,
            closed_date, coalesce(d.versions, 0), coalesce(t.all_versions, 0)
        )
        FROM due AS d
        FULL JOIN there AS t USING (account_id, closed_date, close_no)
        WHERE (d.versions, d.versions) IS DISTINCT FROM (t.versions, t.all_versions)
        ORDER BY account_id, closed_date, close_no
        """,  # noqa: S608 (constants only)
        needs_every_month=True,
    ),
)
