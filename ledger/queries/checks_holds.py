"""Checks of holds: what is held is what holds and their events say, and posted through them is there."""

from ledger.queries.verification_check import Check

CHECKS = (
    Check(
        "holds_add_up",
        "of every hold is open what its events left, and each account holds back what its holds have open",
        """
        SELECT format(
            'hold %%s: of %%s its events took %%s, still held is said to be %%s', h.id, h.amount_minor,
            coalesce(v.amount_minor, 0), h.open_minor
        )
        FROM ledger_hold AS h
        LEFT JOIN (
            SELECT hold_id, sum(amount_minor) AS amount_minor FROM ledger_holdevent GROUP BY hold_id
        ) AS v ON v.hold_id = h.id
        WHERE h.book_id = %(book)s AND h.amount_minor - coalesce(v.amount_minor, 0) <> h.open_minor
        UNION ALL
        SELECT format(
            'account %%s: its holds have %%s open, held is said to be %%s', a.address,
            coalesce(h.open_minor, 0), b.held_minor
        )
        FROM ledger_account AS a
        INNER JOIN ledger_balance AS b ON b.account_id = a.id
        LEFT JOIN (
            SELECT account_id, sum(open_minor) AS open_minor FROM ledger_hold GROUP BY account_id
        ) AS h ON h.account_id = a.id
        WHERE a.book_id = %(book)s AND coalesce(h.open_minor, 0) <> b.held_minor
        UNION ALL
        SELECT format('hold %%s: is not of the book of account %%s, or that has no limit', h.id, a.address)
        FROM ledger_hold AS h
        LEFT JOIN ledger_account AS a ON a.id = h.account_id
        WHERE h.book_id = %(book)s AND (a.book_id IS DISTINCT FROM h.book_id OR a."limit" = 'none')
        """,
    ),
    Check(
        "holds_within_limits",
        "no account holds back more than it has",
        """
        SELECT format(
            'account %%s: stands at %%s with %%s held against limit %%s', a.address, b.balance_minor,
            b.held_minor, a."limit"
        )
        FROM ledger_account AS a
        INNER JOIN ledger_balance AS b ON b.account_id = a.id
        WHERE a.book_id = %(book)s
            AND (
                b.held_minor < 0
                OR (a."limit" = 'no_debit_balance' AND b.balance_minor + b.held_minor > 0)
                OR (a."limit" = 'no_credit_balance' AND b.balance_minor - b.held_minor < 0)
            )
        ORDER BY a.address
        """,
    ),
    Check(
        "holds_posted",
        "what was posted through holds was taken out of their accounts by its entry, on its day",
        """
        SELECT format(
            'entry %%s: takes %%s out of account %%s, %%s are said to be posted through its holds',
            d.entry_id, coalesce(p.amount_minor, 0), d.account_id, d.amount_minor
        )
        FROM (
            SELECT v.entry_id, h.account_id, sum(v.amount_minor) AS amount_minor
            FROM ledger_holdevent AS v
            INNER JOIN ledger_hold AS h ON h.id = v.hold_id
            WHERE h.book_id = %(book)s AND v.event = 'posted'
            GROUP BY v.entry_id, h.account_id
        ) AS d
        LEFT JOIN (
            SELECT
                p.entry_id,
                p.account_id,
                sum(CASE a."limit" WHEN 'no_debit_balance' THEN p.amount_minor ELSE -p.amount_minor END)
                AS amount_minor
            FROM ledger_posting AS p
            INNER JOIN ledger_account AS a ON a.id = p.account_id
            WHERE p.book_id = %(book)s
                AND p.entry_id IN (SELECT v.entry_id FROM ledger_holdevent AS v WHERE v.event = 'posted')
            GROUP BY p.entry_id, p.account_id
        ) AS p ON p.entry_id = d.entry_id AND p.account_id = d.account_id
        WHERE coalesce(p.amount_minor, 0) < d.amount_minor
        UNION ALL
        SELECT format('hold %%s: event %%s is not dated or made as entry %%s is', h.id, v.id, v.entry_id)
        FROM ledger_holdevent AS v
        INNER JOIN ledger_hold AS h ON h.id = v.hold_id
        LEFT JOIN ledger_journalentry AS e ON e.id = v.entry_id
        WHERE h.book_id = %(book)s AND v.event = 'posted'
            AND (e.book_id, e.booking_date, e.maker_id)
            IS DISTINCT FROM (h.book_id, v.business_date, v.maker_id)
        UNION ALL
        SELECT format('hold %%s: expired on %%s, was to expire on %%s', h.id, v.business_date, h.expires_on)
        FROM ledger_holdevent AS v
        INNER JOIN ledger_hold AS h ON h.id = v.hold_id
        WHERE h.book_id = %(book)s AND v.event = 'expired'
            AND (h.expires_on IS NULL OR h.expires_on > v.business_date)
        """,
        needs_every_month=True,
    ),
)
