"""Decisions that rested on lines of a statement: breaks that they closed, money paid out. Reads only."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A decision in doubt, the figures it was made on and those that are right. Minor units."""

    kind: str
    business_date: dt.date
    stored: Mapping[str, int | bool]
    recomputed: Mapping[str, int | bool]
    contract_id: int | None = None
    payment_id: int | None = None
    reconciliation_break_id: int | None = None


_LIVE = """
SELECT DISTINCT a.match_id
FROM reconciliation_matchallocation AS a
WHERE a.statement_entry_id = ANY(%(lines)s)
    AND NOT EXISTS (SELECT FROM reconciliation_unmatch AS u WHERE u.match_id = a.match_id)
"""

_BREAKS = """
SELECT b.id, b.closed_on, b.difference_minor
FROM reconciliation_reconciliationbreak AS b
WHERE b.status = 'closed' AND b.closing_match_id = ANY(%(matches)s)
ORDER BY b.id
"""

# What the account would have held after each payment, had the receipts before it not come.
_PAID_OUT = """
WITH receipt AS (
    SELECT * FROM unnest(%(account_ids)s::bigint[], %(entry_ids)s::bigint[], %(amounts)s::bigint[])
        AS r(account_id, entry_id, amount_minor)
)
SELECT p.id, e.booking_date, c.id, held.minor, held.minor - missing.minor
FROM custody_payment AS p
INNER JOIN ledger_journalentry AS e ON e.id = p.booked_entry_id
LEFT JOIN contracts_financingcontract AS c ON c.cash_account_id = p.entitlement_account_id
CROSS JOIN LATERAL (
    SELECT coalesce(-sum(x.amount_minor), 0)::bigint AS minor
    FROM ledger_posting AS x
    WHERE x.account_id = p.entitlement_account_id AND x.entry_id <= e.id
) AS held
CROSS JOIN LATERAL (
    SELECT coalesce(sum(r.amount_minor), 0)::bigint AS minor
    FROM receipt AS r
    WHERE r.account_id = p.entitlement_account_id AND r.entry_id < e.id
) AS missing
WHERE p.book_id = %(book_id)s AND p.direction = 'out' AND p.state IN ('instructed', 'confirmed')
    AND p.entitlement_account_id IN (SELECT r.account_id FROM receipt AS r)
    AND missing.minor > 0 AND held.minor < missing.minor
ORDER BY p.id
"""


def live_matches_of(*, statement_entry_ids: Sequence[int]) -> list[int]:
    """Return the matches that hold and that these lines are part of."""
    with connection.cursor() as cursor:
        cursor.execute(_LIVE, {"lines": list(statement_entry_ids)})
        return [match_id for (match_id,) in cursor.fetchall()]


def breaks_closed_by(*, match_ids: Sequence[int]) -> Sequence[Doubt]:
    """Return the breaks that one of these matches closed."""
    with connection.cursor() as cursor:
        cursor.execute(_BREAKS, {"matches": list(match_ids)})
        rows = cursor.fetchall()
    return [
        Doubt(
            kind="break_closed",
            business_date=closed_on,
            stored={"breaks": 0, "difference_minor": difference},
            recomputed={"breaks": 1, "difference_minor": difference},
            reconciliation_break_id=break_id,
        )
        for break_id, closed_on, difference in rows
    ]


def paid_out_since(
    *, book_id: int, account_ids: Sequence[int], entry_ids: Sequence[int], amounts_minor: Sequence[int]
) -> Sequence[Doubt]:
    """Return the payments out that the accounts could not have borne without these receipts."""
    with connection.cursor() as cursor:
        cursor.execute(
            _PAID_OUT,
            {
                "book_id": book_id,
                "account_ids": list(account_ids),
                "entry_ids": list(entry_ids),
                "amounts": list(amounts_minor),
            },
        )
        rows = cursor.fetchall()
    return [
        Doubt(
            kind="paid_out",
            business_date=day,
            stored={"balance_minor": held},
            recomputed={"balance_minor": right},
            contract_id=contract_id,
            payment_id=payment_id,
        )
        for payment_id, day, contract_id, held, right in rows
    ]
