"""The checks of `verify_ledger` that prove periods: states, approvals, soft closes, months, year ends."""

from ledger.queries.verification_check import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "day_states_follow",
        "every day stands as its closes and reopenings say, and only the newest is not closed",
        """
        SELECT format(
            'day %%s: is %%s, but its soft closes and reopenings say otherwise', d.business_date, d.status
        )
        FROM ledger_businessday AS d
        CROSS JOIN LATERAL (
            SELECT count(*) AS closes FROM ledger_dayclose AS c WHERE c.day_id = d.id
        ) AS c
        CROSS JOIN LATERAL (
            SELECT count(*) AS soft_closes
            FROM ledger_daysoftclose AS s
            WHERE s.day_id = d.id AND s.close_no = c.closes + 1
        ) AS s
        CROSS JOIN LATERAL (
            SELECT count(*) AS reopenings
            FROM ledger_dayreopening AS r
            WHERE r.day_id = d.id AND r.from_status = 'soft_closed' AND r.close_no = c.closes + 1
        ) AS r
        WHERE d.book_id = %(book)s AND (d.status = 'soft_closed')::integer <> s.soft_closes - r.reopenings
        UNION ALL
        SELECT format('day %%s: its closes are not numbered in their order', d.business_date)
        FROM (
            SELECT
                c.day_id,
                c.close_no,
                c.last_position,
                row_number() OVER w AS should_be,
                lag(c.last_position) OVER w AS before
            FROM ledger_dayclose AS c
            WINDOW w AS (PARTITION BY c.day_id ORDER BY c.close_no)
        ) AS c
        INNER JOIN ledger_businessday AS d ON d.id = c.day_id
        WHERE d.book_id = %(book)s AND (c.close_no <> c.should_be OR c.last_position < c.before)
        UNION ALL
        SELECT format('day %%s: is %%s, though a later day was opened', d.business_date, d.status)
        FROM ledger_businessday AS d
        WHERE d.book_id = %(book)s AND d.status <> 'closed'
            AND d.business_date < (
                SELECT max(l.business_date) FROM ledger_businessday AS l WHERE l.book_id = %(book)s
            )
        """,
    ),
    Check(
        "former_closes_proved",
        "the snapshots of a close that was taken back are the postings up to its last position",
        """
        SELECT format(
            'account %%s, %%s, close %%s: postings till then %%s and %%s, snapshot says %%s and %%s',
            coalesce(p.account_id, s.account_id), coalesce(p.business_date, s.business_date),
            coalesce(p.close_no, s.close_no), p.debit_minor, p.credit_minor, s.debit_minor, s.credit_minor
        )
        FROM (
            SELECT
                p.account_id,
                d.business_date,
                c.close_no,
                sum(greatest(p.amount_minor, 0)) AS debit_minor,
                sum(least(p.amount_minor, 0)) AS credit_minor
            FROM ledger_dayreopening AS r
            INNER JOIN ledger_businessday AS d ON d.id = r.day_id
            INNER JOIN ledger_dayclose AS c ON c.day_id = r.day_id AND c.close_no = r.close_no
            INNER JOIN ledger_posting AS p ON p.book_id = d.book_id AND p.booking_date = d.business_date
            INNER JOIN ledger_entryposition AS o
                ON o.entry_id = p.entry_id AND o.position <= c.last_position
            WHERE d.book_id = %(book)s AND r.from_status = 'closed'
            GROUP BY p.account_id, d.business_date, c.close_no
        ) AS p
        FULL JOIN (
            SELECT s.account_id, s.business_date, s.close_no, s.debit_minor, s.credit_minor
            FROM ledger_dayreopening AS r
            INNER JOIN ledger_businessday AS d ON d.id = r.day_id
            INNER JOIN ledger_dailysnapshot AS s
                ON s.book_id = d.book_id AND s.business_date = d.business_date AND s.close_no = r.close_no
            WHERE d.book_id = %(book)s AND r.from_status = 'closed'
        ) AS s
            ON s.account_id = p.account_id AND s.business_date = p.business_date AND s.close_no = p.close_no
        WHERE (p.debit_minor, p.credit_minor)
            IS DISTINCT FROM (s.debit_minor::numeric, s.credit_minor::numeric)
        """,
        needs_every_month=True,
    ),
    Check(
        "periods_by_two",
        "every soft close, reopening, month close and year-end transfer is the one that two people approved",
        """
        SELECT format('%%s of %%s: not what two people approved', done.kind, done.subject)
        FROM (
            SELECT
                'soft_close_business_day' AS kind, d.book_id,
                to_char(d.business_date, 'YYYY-MM-DD') AS subject,
                s.approval_id, s.maker_id, s.checker_id, '{}'::jsonb AS payload
            FROM ledger_daysoftclose AS s
            INNER JOIN ledger_businessday AS d ON d.id = s.day_id
            UNION ALL
            SELECT
                'reopen_business_day', d.book_id, to_char(d.business_date, 'YYYY-MM-DD'), r.approval_id,
                r.maker_id, r.checker_id, jsonb_build_object('reason', r.reason)
            FROM ledger_dayreopening AS r
            INNER JOIN ledger_businessday AS d ON d.id = r.day_id
            UNION ALL
            SELECT
                'close_month', m.book_id, to_char(m.month, 'YYYY-MM'), m.approval_id, m.maker_id,
                m.checker_id, jsonb_build_object('hardness', m.hardness)
            FROM ledger_monthclose AS m
            UNION ALL
            SELECT
                'reopen_month', m.book_id, to_char(m.month, 'YYYY-MM'), r.approval_id, r.maker_id,
                r.checker_id, jsonb_build_object('reason', r.reason)
            FROM ledger_monthreopening AS r
            INNER JOIN ledger_monthclose AS m ON m.id = r.close_id
            UNION ALL
            SELECT
                'transfer_year_end', t.book_id, t.year::text, t.approval_id, t.maker_id, t.checker_id,
                '{}'::jsonb
            FROM ledger_yearendtransfer AS t
        ) AS done
        INNER JOIN ledger_book AS b ON b.id = done.book_id
        LEFT JOIN accounts_approval AS a ON a.id = done.approval_id
        WHERE done.book_id = %(book)s AND (
            done.maker_id = done.checker_id
            OR (a.kind, a.book_code, a.subject, a.maker_id, a.checker_id) IS DISTINCT FROM (
                done.kind, b.code, b.code || '/' || done.subject, done.maker_id, done.checker_id
            )
            OR NOT a.payload @> done.payload
        )
        """,
    ),
    Check(
        "soft_closes_held",
        "between a day's soft close and what followed it, only corrections were booked",
        """
        SELECT format(
            'entry %%s: booked into %%s while it was soft-closed, corrects nothing', e.id, e.booking_date
        )
        FROM ledger_daysoftclose AS s
        INNER JOIN ledger_businessday AS d ON d.id = s.day_id
        LEFT JOIN ledger_dayclose AS c ON c.day_id = s.day_id AND c.close_no = s.close_no
        LEFT JOIN LATERAL (
            SELECT min(r.last_position) AS last_position
            FROM ledger_dayreopening AS r
            WHERE r.day_id = s.day_id AND r.from_status = 'soft_closed' AND r.recorded_at >= s.recorded_at
        ) AS r ON true
        INNER JOIN ledger_journalentry AS e
            ON e.book_id = d.book_id AND e.booking_date = d.business_date
            AND e.reverses_id IS NULL AND e.adjusts_id IS NULL
        INNER JOIN ledger_entrykind AS k ON k.code = e.kind_id AND NOT k.posts_in_soft_close
        INNER JOIN ledger_entryposition AS p
            ON p.entry_id = e.id AND p.position > s.last_position
            AND p.position <= least(c.last_position, r.last_position, 9223372036854775807)
        WHERE d.book_id = %(book)s
        ORDER BY e.id
        """,
    ),
    Check(
        "months_held",
        "every day of a closed month is closed, and was not opened or reopened since; hard closes stand",
        """
        SELECT format('day %%s: is not as the close of its month left it', d.business_date)
        FROM ledger_monthclose AS m
        INNER JOIN ledger_businessday AS d
            ON d.book_id = m.book_id AND d.business_date >= m.month
            AND d.business_date < m.month + interval '1 month'
        WHERE m.book_id = %(book)s
            AND NOT EXISTS (SELECT FROM ledger_monthreopening AS r WHERE r.close_id = m.id)
            AND (
                d.status <> 'closed' OR d.opened_at > m.recorded_at OR EXISTS (
                    SELECT FROM ledger_dayreopening AS r
                    WHERE r.day_id = d.id AND r.recorded_at > m.recorded_at
                )
            )
        UNION ALL
        SELECT format('month %%s: closed hard, and reopened', to_char(m.month, 'YYYY-MM'))
        FROM ledger_monthreopening AS r
        INNER JOIN ledger_monthclose AS m ON m.id = r.close_id
        WHERE m.book_id = %(book)s AND (
            m.hardness = 'hard' OR EXISTS (
                SELECT FROM ledger_monthclose AS h
                WHERE h.book_id = m.book_id AND h.month = m.month AND h.hardness = 'hard'
                    AND h.recorded_at < r.recorded_at
            )
        )
        """,
    ),
    Check(
        "year_ends_carried",
        "every transfer to equity was decided, and left no income or expense of its year",
        """
        SELECT format('entry %%s: carries a result to equity without its decision', e.id)
        FROM ledger_journalentry AS e
        LEFT JOIN ledger_yearendtransfer AS t ON t.entry_id = e.id
        WHERE e.book_id = %(book)s AND e.kind_id = 'year_end_transferred' AND e.reverses_id IS NULL
            AND (t.book_id, make_date(t.year, 12, 31)) IS DISTINCT FROM (e.book_id, e.value_date)
        UNION ALL
        SELECT format('transfer %%s/%%s: its entry is none', t.year, t.transfer_no)
        FROM ledger_yearendtransfer AS t
        INNER JOIN ledger_journalentry AS e ON e.id = t.entry_id
        WHERE t.book_id = %(book)s AND e.kind_id <> 'year_end_transferred'
        UNION ALL
        SELECT format(
            'transfer %%s/%%s: leaves %%s on account %%s', left_over.year, left_over.transfer_no,
            left_over.amount_minor, left_over.address
        )
        FROM (
            SELECT t.year, t.transfer_no, a.address, sum(p.amount_minor) AS amount_minor
            FROM ledger_yearendtransfer AS t
            INNER JOIN ledger_entryposition AS o ON o.entry_id = t.entry_id
            INNER JOIN ledger_account AS a ON a.book_id = t.book_id
            INNER JOIN ledger_accountcategory AS c
                ON c.number = a.category_id AND c.type IN ('income', 'expense')
            INNER JOIN ledger_posting AS p
                ON p.account_id = a.id
                AND p.value_date BETWEEN make_date(t.year, 1, 1) AND make_date(t.year, 12, 31)
            INNER JOIN ledger_entryposition AS q ON q.entry_id = p.entry_id AND q.position <= o.position
            WHERE t.book_id = %(book)s
            GROUP BY t.year, t.transfer_no, a.id, a.address
            HAVING sum(p.amount_minor) <> 0
        ) AS left_over
        """,
        needs_every_month=True,
    ),
)
