"""Checks of `verify_ledger` on what the posting rule and the rule of entries refuse beyond sums.

A superuser can write an entry whose hash and balances agree with it; what its kind may move, and what a
correction may correct, is proved here from the rows.
"""

from ledger.queries.verification_check import Check

CHECKS: tuple[Check, ...] = (
    Check(
        "flows_permitted",
        "every kind of entry is in the table, and moves value only between the rings that its row permits",
        """
        WITH flow AS (
            SELECT
                p.entry_id,
                sign(sum(p.amount_minor) FILTER (WHERE a.ring = 'client')) AS client,
                sign(sum(p.amount_minor) FILTER (WHERE a.ring = 'funder')) AS funder,
                sign(sum(p.amount_minor) FILTER (WHERE a.ring = 'reserve')) AS reserve,
                sign(sum(p.amount_minor) FILTER (WHERE a.ring = 'house')) AS house,
                -sign(sum(p.amount_minor)) AS outside
            FROM ledger_posting AS p
            INNER JOIN ledger_account AS a
                ON a.id = p.account_id
                AND a.role IN ('custody', 'transit', 'payments', 'due_from_house', 'due_to_client', 'cover')
            WHERE p.book_id = %(book)s
            GROUP BY p.entry_id, a.unit_id
        ), way AS (
            SELECT
                e.kind_id,
                CASE WHEN e.reverses_id IS NULL THEN 'forward' ELSE 'reversal' END AS direction,
                min(e.id) AS entry_id,
                count(DISTINCT e.id) AS entries,
                f.client,
                f.funder,
                f.reserve,
                f.house,
                f.outside
            FROM flow AS f
            INNER JOIN ledger_journalentry AS e ON e.id = f.entry_id
            GROUP BY e.kind_id, direction, f.client, f.funder, f.reserve, f.house, f.outside
        )
        SELECT format(
            'entry %%s: %%s does not move value from %%s to %%s (%%s); entries alike: %%s', w.entry_id,
            w.kind_id, giver.ring, taker.ring, w.direction, w.entries
        )
        FROM way AS w
        CROSS JOIN LATERAL (
            VALUES ('client', w.client), ('funder', w.funder), ('reserve', w.reserve), ('house', w.house),
                ('external', w.outside)
        ) AS giver (ring, moved)
        CROSS JOIN LATERAL (
            VALUES ('client', w.client), ('funder', w.funder), ('reserve', w.reserve), ('house', w.house),
                ('external', w.outside)
        ) AS taker (ring, moved)
        WHERE giver.moved < 0 AND taker.moved > 0
            AND NOT EXISTS (
                SELECT FROM ledger_entrykindflow AS permitted
                WHERE permitted.kind_id = w.kind_id AND permitted.from_ring = giver.ring
                    AND permitted.to_ring = taker.ring AND permitted.direction = w.direction
            )
        UNION ALL
        SELECT format(
            'entry %%s: kind %%s is not in the table; entries alike: %%s', min(e.id), e.kind_id, count(*)
        )
        FROM ledger_journalentry AS e
        WHERE e.book_id = %(book)s
        GROUP BY e.kind_id
        HAVING NOT EXISTS (SELECT FROM ledger_entrykind AS k WHERE k.code = e.kind_id)
        """,
    ),
    Check(
        "corrections_of_their_like",
        "every reversal is the only one of an entry of its book and kind, every adjustment is of its book",
        """
        SELECT format(
            'entry %%s: reverses entry %%s, which is no entry of its book and kind', e.id, e.reverses_id
        )
        FROM ledger_journalentry AS e
        LEFT JOIN ledger_journalentry AS r ON r.id = e.reverses_id
        WHERE e.book_id = %(book)s AND e.reverses_id IS NOT NULL
            AND (r.book_id, r.kind_id, r.reverses_id) IS DISTINCT FROM (e.book_id, e.kind_id, NULL::bigint)
        UNION ALL
        SELECT format('entry %%s: is reversed %%s times', e.reverses_id, count(*))
        FROM ledger_journalentry AS e
        WHERE e.book_id = %(book)s AND e.reverses_id IS NOT NULL
        GROUP BY e.reverses_id
        HAVING count(*) > 1
        UNION ALL
        SELECT format(
            'entry %%s: adjusts entry %%s, which is no other entry of its book', e.id, e.adjusts_id
        )
        FROM ledger_journalentry AS e
        LEFT JOIN ledger_journalentry AS a ON a.id = e.adjusts_id AND a.id <> e.id
        WHERE e.book_id = %(book)s AND e.adjusts_id IS NOT NULL AND a.book_id IS DISTINCT FROM e.book_id
        """,
    ),
)
