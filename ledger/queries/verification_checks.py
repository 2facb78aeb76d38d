"""The checks of `verify_ledger` that prove entries, postings, balances, positions and days."""

from ledger.queries.verification_check import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "entries_balance",
        "every entry sums to zero per unit and ring, and per contract in the principal ring",
        """
        SELECT format(
            'entry %%s: ring %%s, unit %%s%%s: sums to %%s', p.entry_id, a.ring, u.code,
            CASE WHEN a.ring = 'principal' THEN ', contract ' || a.contract_code ELSE '' END,
            sum(p.amount_minor)
        )
        FROM ledger_posting AS p
        INNER JOIN ledger_account AS a ON a.id = p.account_id
        INNER JOIN ledger_unit AS u ON u.id = a.unit_id
        WHERE p.book_id = %(book)s
        GROUP BY p.entry_id, a.ring, u.code, CASE WHEN a.ring = 'principal' THEN a.contract_code ELSE '' END,
            CASE WHEN a.ring = 'principal' THEN ', contract ' || a.contract_code ELSE '' END
        HAVING sum(p.amount_minor) <> 0
        ORDER BY p.entry_id
        """,
    ),
    Check(
        "entries_are_whole",
        "every entry has the postings it was written with, numbered from one",
        """
        SELECT format(
            'entry %%s: %%s postings, written with %%s', e.id, coalesce(p.postings, 0), e.posting_count
        )
        FROM ledger_journalentry AS e
        LEFT JOIN (
            SELECT entry_id, count(*) AS postings, min(posting_no) AS first_no, max(posting_no) AS last_no
            FROM ledger_posting
            WHERE book_id = %(book)s
            GROUP BY entry_id
        ) AS p ON p.entry_id = e.id
        WHERE e.book_id = %(book)s AND EXISTS (
                SELECT FROM pg_inherits AS i
                INNER JOIN pg_class AS c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'ledger_posting'::regclass AND NOT i.inhdetachpending
                    AND c.relname = 'ledger_posting_' || to_char(e.booking_date, 'YYYYMM')
            )
            AND (p.postings, p.first_no, p.last_no)
            IS DISTINCT FROM (e.posting_count::bigint, 1, e.posting_count)
        ORDER BY e.id
        """,
    ),
    Check(
        "postings_agree",
        "every posting is of the book, unit and dates of its account and entry",
        """
        SELECT format('entry %%s, posting %%s: disagrees with its account or entry', p.entry_id, p.posting_no)
        FROM ledger_posting AS p
        LEFT JOIN ledger_account AS a ON a.id = p.account_id
        LEFT JOIN ledger_journalentry AS e ON e.id = p.entry_id
        WHERE (
            p.book_id = %(book)s OR a.book_id = %(book)s OR e.book_id = %(book)s
            OR (a.id IS NULL AND e.id IS NULL)
        )
            AND (p.book_id, p.book_id, p.unit_id, p.booking_date, p.value_date)
            IS DISTINCT FROM (a.book_id, e.book_id, a.unit_id, e.booking_date, e.value_date)
        ORDER BY p.entry_id, p.posting_no
        """,
    ),
    Check(
        "payloads_unchanged",
        "every entry still has the caller, the key and the payload that it was posted with",
        """
        SELECT format('entry %%s: not what was posted under its key', e.id)
        FROM ledger_journalentry AS e
        LEFT JOIN (
            SELECT
                entry_id,
                string_agg(account_id || ' ' || amount_minor, ',' ORDER BY account_id, amount_minor)
                AS postings
            FROM ledger_posting
            WHERE book_id = %(book)s
            GROUP BY entry_id
        ) AS p ON p.entry_id = e.id
        WHERE e.book_id = %(book)s AND EXISTS (
                SELECT FROM pg_inherits AS i
                INNER JOIN pg_class AS c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'ledger_posting'::regclass AND NOT i.inhdetachpending
                    AND c.relname = 'ledger_posting_' || to_char(e.booking_date, 'YYYYMM')
            )
            AND e.payload_hash IS DISTINCT FROM ledger_payload_hash(
                e.caller, e.idempotency_key, e.kind_id, e.value_date, e.narration, e.source_reference,
                e.reverses_id, e.adjusts_id, p.postings
            )
        ORDER BY e.id
        """,
    ),
    Check(
        "reversals_mirror",
        "every reversal negates its entry posting by posting, all of them",
        """
        SELECT format('entry %%s: is no mirror of entry %%s', e.id, e.reverses_id)
        FROM ledger_journalentry AS e
        INNER JOIN ledger_posting AS p ON p.entry_id = e.id AND p.booking_date = e.booking_date
        LEFT JOIN ledger_journalentry AS o ON o.id = e.reverses_id
        LEFT JOIN ledger_posting AS r ON r.entry_id = e.reverses_id AND r.posting_no = p.posting_no
        WHERE e.book_id = %(book)s AND e.reverses_id IS NOT NULL
            AND (o.posting_count, r.account_id, r.amount_minor)
            IS DISTINCT FROM (e.posting_count, p.account_id, -p.amount_minor)
        GROUP BY e.id, e.reverses_id
        ORDER BY e.id
        """,
        needs_every_month=True,
    ),
    Check(
        "balances_proved",
        "every running balance (roll-up plus deltas) is the sum of its account's postings",
        """
        SELECT format(
            'account %%s %%s: postings give %%s, the running balance says %%s', a.address, u.code,
            coalesce(p.amount_minor, 0), coalesce(b.balance_minor::text, 'nothing')
        )
        FROM ledger_account AS a
        INNER JOIN ledger_unit AS u ON u.id = a.unit_id
        LEFT JOIN (
            SELECT account_id, sum(amount_minor) AS amount_minor FROM ledger_posting GROUP BY account_id
        ) AS p ON p.account_id = a.id
        LEFT JOIN ledger_currentbalance AS b ON b.account_id = a.id
        WHERE a.book_id = %(book)s AND coalesce(p.amount_minor, 0) IS DISTINCT FROM b.balance_minor
        ORDER BY a.address
        """,
        needs_every_month=True,
    ),
    Check(
        "limits_hold",
        "no account is past its limit, and each balance row carries its account's limit",
        """
        SELECT format('account %%s: stands at %%s against limit %%s', a.address, c.balance_minor, a."limit")
        FROM ledger_account AS a
        INNER JOIN ledger_balance AS b ON b.account_id = a.id
        INNER JOIN ledger_currentbalance AS c ON c.account_id = a.id
        WHERE a.book_id = %(book)s
            AND (
                (a."limit", a.is_hot) <> (b."limit", b.is_hot)
                OR (a."limit" = 'no_debit_balance' AND c.balance_minor > 0)
                OR (a."limit" = 'no_credit_balance' AND c.balance_minor < 0)
            )
        ORDER BY a.address
        """,
    ),
    Check(
        "deltas_belong",
        "every delta is of a hot account: none waits to be rolled into another",
        """
        SELECT format('delta %%s: account %%s is not there or not hot', d.id, d.account_id)
        FROM ledger_balancedelta AS d
        LEFT JOIN ledger_account AS a ON a.id = d.account_id
        WHERE a.id IS NULL OR (a.book_id = %(book)s AND NOT a.is_hot)
        ORDER BY d.id
        """,
    ),
    Check(
        "owners_keep_own",
        "no entry passes the entitlements of one client or funder to another",
        """
        SELECT format('entry %%s: in ring %%s value passed from one owner to another', o.entry_id, o.ring)
        FROM (
            SELECT p.entry_id, a.ring, a.unit_id, a.owner_id, sum(p.amount_minor) AS amount_minor
            FROM ledger_posting AS p
            INNER JOIN ledger_account AS a ON a.id = p.account_id
            WHERE p.book_id = %(book)s AND a.role IN ('entitlement', 'unsettled', 'funder_available')
            GROUP BY p.entry_id, a.ring, a.unit_id, a.owner_id
        ) AS o
        GROUP BY o.entry_id, o.ring, o.unit_id
        HAVING min(o.amount_minor) < 0 AND max(o.amount_minor) > 0
        ORDER BY o.entry_id
        """,
    ),
    Check(
        "rings_balance",
        "per ring and unit, custody, transit and receivables equal entitlements and payables",
        """
        SELECT format('ring %%s, unit %%s: the balances sum to %%s', a.ring, u.code, sum(b.balance_minor))
        FROM ledger_account AS a
        INNER JOIN ledger_unit AS u ON u.id = a.unit_id
        INNER JOIN ledger_currentbalance AS b ON b.account_id = a.id
        WHERE a.book_id = %(book)s
        GROUP BY a.ring, u.code
        HAVING sum(b.balance_minor) <> 0
        ORDER BY a.ring, u.code
        """,
    ),
    Check(
        "contracts_balance",
        "per contract, loan principal equals what its funders lent, and claims sum to zero",
        """
        SELECT format(
            'contract %%s, unit %%s: principal ring sums to %%s', a.contract_code, u.code,
            sum(b.balance_minor)
        )
        FROM ledger_account AS a
        INNER JOIN ledger_unit AS u ON u.id = a.unit_id
        INNER JOIN ledger_currentbalance AS b ON b.account_id = a.id
        WHERE a.book_id = %(book)s AND a.ring = 'principal'
        GROUP BY a.contract_code, u.code, a.role = 'claim'
        HAVING sum(b.balance_minor) <> 0
        ORDER BY a.contract_code
        """,
    ),
    Check(
        "snapshots_proved",
        "every closed day has the snapshot of each account that moved, equal to its postings till then",
        """
        SELECT format(
            'account %%s, %%s: postings give %%s, snapshot says %%s',
            coalesce(p.account_id, s.account_id),
            coalesce(p.booking_date, s.business_date), coalesce(p.balance_minor::text, 'nothing'),
            coalesce(s.balance_minor::text, 'nothing')
        )
        FROM (
            SELECT
                account_id,
                booking_date,
                sum(debit_minor + credit_minor) OVER (PARTITION BY account_id ORDER BY booking_date)
                AS balance_minor,
                debit_minor,
                credit_minor
            FROM (
                SELECT
                    p.account_id,
                    p.booking_date,
                    sum(greatest(p.amount_minor, 0)) AS debit_minor,
                    sum(least(p.amount_minor, 0)) AS credit_minor
                FROM ledger_posting AS p
                INNER JOIN ledger_businessday AS d
                    ON d.book_id = p.book_id AND d.business_date = p.booking_date AND d.status = 'closed'
                WHERE p.book_id = %(book)s
                GROUP BY p.account_id, p.booking_date
            ) AS daily
        ) AS p
        -- Of a day closed again the newest snapshot counts; of one that stands reopened none does.
        FULL JOIN (
            SELECT DISTINCT ON (s.account_id, s.business_date) s.*
            FROM ledger_dailysnapshot AS s
            LEFT JOIN ledger_businessday AS d
                ON d.book_id = s.book_id AND d.business_date = s.business_date AND d.status <> 'closed'
            WHERE s.book_id = %(book)s AND NOT (
                    d.id IS NOT NULL AND EXISTS (
                        SELECT FROM ledger_dayreopening AS r
                        WHERE r.day_id = d.id AND r.from_status = 'closed' AND r.close_no >= s.close_no
                    )
                )
            ORDER BY s.account_id, s.business_date, s.close_no DESC
        ) AS s
            ON s.account_id = p.account_id AND s.business_date = p.booking_date
        WHERE (p.balance_minor, p.debit_minor, p.credit_minor)
            IS DISTINCT FROM (s.balance_minor::numeric, s.debit_minor::numeric, s.credit_minor::numeric)
        """,
        needs_every_month=True,
    ),
    Check(
        "positions_gapless",
        "positions run from one without a gap, each to one entry of the book, as far as the head says",
        """
        SELECT format(
            'positions run to %%s and are %%s in number; the head says %%s', p.last, p.number, h.last_position
        )
        FROM ledger_positionhead AS h
        CROSS JOIN (
            SELECT coalesce(max(position), 0) AS last, count(*) AS number
            FROM ledger_entryposition
            WHERE book_id = %(book)s
        ) AS p
        WHERE h.book_id = %(book)s AND NOT (p.last = p.number AND p.number = h.last_position)
        UNION ALL
        SELECT format('position %%s: entry %%s is not of the book', p.position, p.entry_id)
        FROM ledger_entryposition AS p
        LEFT JOIN ledger_journalentry AS e ON e.id = p.entry_id
        WHERE p.book_id = %(book)s AND e.book_id IS DISTINCT FROM p.book_id
        UNION ALL
        SELECT format('entry %%s: has no position, and the stamper will not look for it again', e.id)
        FROM ledger_positionhead AS h
        INNER JOIN ledger_journalentry AS e ON e.book_id = h.book_id AND e.creating_xid < h.horizon
        WHERE h.book_id = %(book)s AND h.horizon <= pg_snapshot_xmax(pg_current_snapshot())
            AND NOT EXISTS (SELECT FROM ledger_entryposition AS p WHERE p.entry_id = e.id)
        """,
    ),
    Check(
        "closed_days_stamped",
        "every entry of a closed day has a position, and its day was closed at the last of them",
        """
        SELECT format('entry %%s of %%s: not stamped at the close of its day', e.id, e.booking_date)
        FROM ledger_businessday AS d
        INNER JOIN (
            SELECT day_id, max(last_position) AS last_position FROM ledger_dayclose GROUP BY day_id
        ) AS c ON c.day_id = d.id
        INNER JOIN ledger_journalentry AS e ON e.book_id = d.book_id AND e.booking_date = d.business_date
        LEFT JOIN ledger_entryposition AS p ON p.entry_id = e.id
        WHERE d.book_id = %(book)s AND d.status = 'closed'
            AND (p.position IS NULL OR p.position > c.last_position)
        UNION ALL
        SELECT format(
            'day %%s, close %%s: closed at position %%s, with %%s to %%s entries booked till then',
            d.business_date, c.close_no, c.last_position, d.entries - d.of_the_day, d.entries
        )
        FROM (
            SELECT
                d.id,
                d.business_date,
                d.status,
                coalesce(e.entries, 0) AS of_the_day,
                sum(coalesce(e.entries, 0)) OVER (ORDER BY d.business_date) AS entries,
                (SELECT max(n.close_no) FROM ledger_dayclose AS n WHERE n.day_id = d.id) AS closes
            FROM ledger_businessday AS d
            LEFT JOIN (
                SELECT booking_date, count(*) AS entries
                FROM ledger_journalentry
                WHERE book_id = %(book)s
                GROUP BY booking_date
            ) AS e ON e.booking_date = d.business_date
            WHERE d.book_id = %(book)s
        ) AS d
        INNER JOIN ledger_dayclose AS c ON c.day_id = d.id
        -- A close that was taken back counted a part of its day.
        WHERE CASE
            WHEN d.status = 'closed' AND c.close_no = d.closes THEN c.last_position <> d.entries
            ELSE c.last_position NOT BETWEEN d.entries - d.of_the_day AND d.entries
        END
        """,
    ),
    Check(
        "days_in_order",
        "every closed day has its close by two people, every entry a day of the book",
        """
        SELECT format('day %%s: closed without a close by two people', d.business_date)
        FROM ledger_businessday AS d
        LEFT JOIN (
            SELECT day_id, count(*) AS closes, bool_and(maker_id <> checker_id) AS by_two
            FROM ledger_dayclose
            GROUP BY day_id
        ) AS c ON c.day_id = d.id
        LEFT JOIN (
            SELECT day_id, count(*) AS reopenings
            FROM ledger_dayreopening
            WHERE from_status = 'closed'
            GROUP BY day_id
        ) AS r ON r.day_id = d.id
        WHERE d.book_id = %(book)s
            AND (d.status = 'closed')::integer
            IS DISTINCT FROM CASE WHEN c.by_two THEN c.closes ELSE 0 END - coalesce(r.reopenings, 0)
        UNION ALL
        SELECT format('day %%s: its close is not the one that two people approved', d.business_date)
        FROM ledger_dayclose AS c
        INNER JOIN ledger_businessday AS d ON d.id = c.day_id
        INNER JOIN ledger_book AS b ON b.id = d.book_id
        LEFT JOIN accounts_approval AS a ON a.id = c.approval_id
        WHERE d.book_id = %(book)s
            AND (a.kind, a.book_code, a.subject, a.maker_id, a.checker_id) IS DISTINCT FROM (
                'close_business_day', b.code, b.code || '/' || to_char(d.business_date, 'YYYY-MM-DD'),
                c.maker_id, c.checker_id
            )
        UNION ALL
        SELECT format('entry %%s: booked on %%s, which is no day of the book', e.id, e.booking_date)
        FROM ledger_journalentry AS e
        WHERE e.book_id = %(book)s
            AND NOT EXISTS (
                SELECT FROM ledger_businessday AS d
                WHERE d.book_id = e.book_id AND d.business_date = e.booking_date
            )
        """,
    ),
    Check(
        "rules_in_force",
        "no trigger on a table of the ledger is switched off",
        """
        SELECT format('trigger %%s on %%s: switched off', t.tgname, t.tgrelid::regclass)
        FROM pg_trigger AS t
        INNER JOIN pg_class AS c ON c.oid = t.tgrelid
        WHERE c.relname LIKE 'ledger\\_%%' AND c.relnamespace = 'public'::regnamespace
            AND t.tgenabled NOT IN ('O', 'A') AND %(book)s IS NOT NULL
        ORDER BY t.tgname
        """,
    ),
)
