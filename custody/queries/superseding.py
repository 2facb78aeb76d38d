"""What a corrected statement no longer tells, and what had been booked by it. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class ToldBefore:
    """A line that the corrected statement does not tell, or tells otherwise. Minor units, plus is in.

    `payment_id` and `transfer_id` say what it booked or confirmed; `entry_ids` with what, the newest first.
    """

    statement_entry_id: int
    bank_reference: str
    amount_minor: int
    payment_id: int | None
    transfer_id: int | None
    is_receipt: bool
    entry_ids: tuple[int, ...]
    has_moved_on: bool
    """A receipt that was returned since, or whose return is under way."""
    entitlement_account_id: int | None


@dataclass(frozen=True, slots=True)
class ToldNow:
    """A line that only the corrected statement tells, or that it tells otherwise. Minor units, plus is in."""

    statement_entry_id: int
    bank_reference: str
    amount_minor: int


# A line is the same where what it does is the same: what it is called and when the bank booked it is not.
_LINES = """
WITH was AS MATERIALIZED (
    SELECT e.* FROM custody_statemententry AS e WHERE e.statement_id = %(replaced_id)s
), now AS MATERIALIZED (
    SELECT e.* FROM custody_statemententry AS e WHERE e.statement_id = %(corrected_id)s
), gone AS MATERIALIZED (
    SELECT w.* FROM was AS w
    WHERE NOT EXISTS (
        SELECT FROM now AS n
        WHERE (n.bank_reference, n.custody_account_id, n.unit_id, n.amount_minor, n.type, n.account_reference,
            n.value_date) = (w.bank_reference, w.custody_account_id, w.unit_id, w.amount_minor, w.type,
            w.account_reference, w.value_date)
    )
)"""

_TOLD = """, order_told AS MATERIALIZED (
    -- Another line may tell of the same order: then its bank carried it out all the same.
    SELECT g.* FROM gone AS g
    WHERE g.account_reference <> '' AND NOT EXISTS (
        SELECT FROM now AS n
        WHERE (n.account_reference, n.custody_account_id, n.unit_id, n.amount_minor, n.value_date)
            = (g.account_reference, g.custody_account_id, g.unit_id, g.amount_minor, g.value_date)
    )
)
SELECT
    g.id, g.bank_reference, g.amount_minor, p.id, NULL::bigint, true,
    array_remove(ARRAY[p.resolved_entry_id, p.booked_entry_id], NULL),
    p.state = 'returned' OR EXISTS (
        SELECT FROM custody_payment AS r WHERE r.returns_id = p.id AND r.state <> 'rejected'
    ),
    p.entitlement_account_id, g.sequence
FROM gone AS g
INNER JOIN custody_custodyaccount AS c ON c.id = g.custody_account_id
INNER JOIN custody_payment AS p
    ON p.custodian_id = c.custodian_id AND p.bank_reference = g.bank_reference AND p.direction = 'in'
    AND p.state <> 'reversed' AND p.amount_minor = g.amount_minor
UNION ALL
SELECT
    g.id, g.bank_reference, g.amount_minor, p.id, NULL, false, ARRAY[p.resolved_entry_id], false,
    p.entitlement_account_id, g.sequence
FROM order_told AS g
INNER JOIN custody_payment AS p
    ON p.reference = g.account_reference AND p.bank_reference = g.bank_reference AND p.state = 'confirmed'
UNION ALL
SELECT
    g.id, g.bank_reference, g.amount_minor, NULL, t.id, false,
    ARRAY[CASE WHEN g.amount_minor < 0 THEN t.debited_entry_id ELSE t.credited_entry_id END], false, NULL,
    g.sequence
FROM order_told AS g
INNER JOIN custody_transferinstruction AS t
    ON t.reference = g.account_reference AND t.unit_id = g.unit_id AND t.amount_minor = abs(g.amount_minor)
WHERE (g.amount_minor < 0 AND g.custody_account_id = t.from_account_id AND t.debited_entry_id IS NOT NULL)
    OR (g.amount_minor > 0 AND g.custody_account_id = t.to_account_id AND t.credited_entry_id IS NOT NULL)
ORDER BY 10, 4, 5
"""

_DIFFERING = """
SELECT g.id, g.bank_reference, g.amount_minor FROM gone AS g ORDER BY g.sequence
"""


def told_before(*, replaced_id: int, corrected_id: int) -> Sequence[ToldBefore]:
    """Return what was booked or confirmed by lines that the corrected statement does not tell as they were.

    In the order of the file; a side of a transfer for itself. One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LINES + _TOLD, {"replaced_id": replaced_id, "corrected_id": corrected_id})
        rows = cursor.fetchall()
    return [
        ToldBefore(line, bank, amount, payment, transfer, is_receipt, tuple(entries), moved_on, whose)
        for line, bank, amount, payment, transfer, is_receipt, entries, moved_on, whose, _ in rows
    ]


def lines_gone(*, replaced_id: int, corrected_id: int) -> list[int]:
    """Return the entries of a statement that the corrected one does not tell as they were."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES + _DIFFERING, {"replaced_id": replaced_id, "corrected_id": corrected_id})
        return [line for line, _reference, _amount in cursor.fetchall()]


def told_now(*, replaced_id: int, corrected_id: int) -> Sequence[ToldNow]:
    """Return the lines that only the corrected statement tells, or tells otherwise."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES + _DIFFERING, {"replaced_id": corrected_id, "corrected_id": replaced_id})
        return [ToldNow(*row) for row in cursor.fetchall()]
