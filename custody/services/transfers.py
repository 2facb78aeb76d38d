"""Sweep what rings owe one another, and confirm by the custodians' statements what they have carried out."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from custody.models import Statement, StatementKind, TransferInstruction
from custody.queries.statements import is_superseded, is_usable
from custody.services.references import lock_references, reference_stem
from ledger.models import Book, JournalEntry
from ledger.services.posting import EntryDraft, PostingDraft, post_journal_entries

CALLER = "custody.transfers"

# Transit below zero owes money to the other rings, above zero awaits it. What is instructed and not confirmed
# counts as done. Debts and dues of a unit are laid side by side in the order of their accounts, and where two
# overlap one instruction is made: all of the smaller total, by as many instructions as there are overlaps.
_SWEEP = """
WITH pending AS (
    SELECT t.from_account_id AS custody_account_id, t.unit_id, t.amount_minor
    FROM custody_transferinstruction AS t
    WHERE t.book_id = %(book_id)s AND t.state = 'instructed' AND t.debited_entry_id IS NULL
    UNION ALL
    SELECT t.to_account_id, t.unit_id, -t.amount_minor
    FROM custody_transferinstruction AS t
    WHERE t.book_id = %(book_id)s AND t.state = 'instructed' AND t.credited_entry_id IS NULL
), net AS (
    SELECT
        c.custodian_id,
        c.id AS custody_account_id,
        u.unit_id,
        b.balance_minor + coalesce((
            SELECT sum(p.amount_minor) FROM pending AS p
            WHERE p.custody_account_id = c.id AND p.unit_id = u.unit_id
        ), 0) AS net_minor
    FROM custody_custodyaccount AS c
    INNER JOIN custody_custodyaccountunit AS u ON u.custody_account_id = c.id
    INNER JOIN ledger_currentbalance AS b ON b.account_id = u.transit_account_id
    WHERE c.book_id = %(book_id)s
), owing AS (
    SELECT
        n.custody_account_id,
        n.unit_id,
        sum(-n.net_minor) OVER w + n.net_minor AS low,
        sum(-n.net_minor) OVER w AS high
    FROM net AS n
    WHERE n.net_minor < 0
    WINDOW w AS (PARTITION BY n.unit_id ORDER BY n.custodian_id, n.custody_account_id)
), awaiting AS (
    SELECT
        n.custody_account_id,
        n.unit_id,
        sum(n.net_minor) OVER w - n.net_minor AS low,
        sum(n.net_minor) OVER w AS high
    FROM net AS n
    WHERE n.net_minor > 0
    WINDOW w AS (PARTITION BY n.unit_id ORDER BY n.custodian_id, n.custody_account_id)
), pair AS (
    SELECT
        o.custody_account_id AS from_account_id,
        a.custody_account_id AS to_account_id,
        o.unit_id,
        (least(o.high, a.high) - greatest(o.low, a.low))::bigint AS amount_minor,
        row_number() OVER (ORDER BY o.unit_id, greatest(o.low, a.low)) + (
            SELECT count(*) FROM custody_transferinstruction AS t WHERE starts_with(t.reference, %(stem)s)
        ) AS number
    FROM owing AS o
    INNER JOIN awaiting AS a ON a.unit_id = o.unit_id AND a.low < o.high AND o.low < a.high
)
INSERT INTO custody_transferinstruction (
    book_id, reference, from_account_id, to_account_id, unit_id, amount_minor, instructed_on, state, maker_id
)
SELECT
    %(book_id)s, %(stem)s || to_char(p.number, 'FM00000'), p.from_account_id, p.to_account_id, p.unit_id,
    p.amount_minor, %(business_date)s, 'instructed', %(maker_id)s
FROM pair AS p
ORDER BY p.number
RETURNING id
"""

# Entries of the statement that carry our reference and agree in account, unit and amount with a side that is
# still open. Anything that does not agree is left to reconciliation.
_TRANSFERS = """
WITH told AS MATERIALIZED (
    SELECT e.* FROM custody_statemententry AS e
    WHERE e.statement_id = %(statement_id)s AND e.account_reference <> ''
)
SELECT t.id, t.reference, e.amount_minor, e.value_date, u.ledger_account_id, u.transit_account_id
FROM told AS e
INNER JOIN custody_transferinstruction AS t ON t.reference = e.account_reference AND t.unit_id = e.unit_id
INNER JOIN custody_custodyaccountunit AS u
    ON u.custody_account_id = e.custody_account_id AND u.unit_id = e.unit_id
WHERE t.book_id = %(book_id)s AND t.state = 'instructed'
    AND (
        (e.custody_account_id = t.from_account_id AND e.amount_minor = -t.amount_minor
            AND t.debited_entry_id IS NULL)
        OR (e.custody_account_id = t.to_account_id AND e.amount_minor = t.amount_minor
            AND t.credited_entry_id IS NULL)
    )
ORDER BY t.id, e.sequence
FOR UPDATE OF t
"""

_PAYMENTS = """
WITH told AS MATERIALIZED (
    SELECT e.* FROM custody_statemententry AS e
    WHERE e.statement_id = %(statement_id)s AND e.account_reference <> ''
)
SELECT p.id, p.reference, e.amount_minor, e.value_date, u.ledger_account_id, a.id, e.bank_reference
FROM told AS e
INNER JOIN custody_payment AS p
    ON p.reference = e.account_reference AND p.custody_account_id = e.custody_account_id
    AND p.unit_id = e.unit_id AND p.amount_minor = -e.amount_minor
INNER JOIN custody_custodyaccountunit AS u
    ON u.custody_account_id = e.custody_account_id AND u.unit_id = e.unit_id
INNER JOIN custody_custodyaccount AS c ON c.id = e.custody_account_id
INNER JOIN custody_custodian AS k ON k.id = c.custodian_id
INNER JOIN ledger_account AS a
    ON a.book_id = p.book_id AND a.unit_id = e.unit_id AND a.address = c.ring || '/payments/' || k.code
WHERE p.book_id = %(book_id)s AND p.state = 'instructed'
ORDER BY p.id, e.sequence
FOR UPDATE OF p
"""

_CONFIRM_TRANSFERS = """
UPDATE custody_transferinstruction AS t
SET
    debited_entry_id = coalesce(c.debited, t.debited_entry_id),
    credited_entry_id = coalesce(c.credited, t.credited_entry_id),
    state = CASE
        WHEN coalesce(c.debited, t.debited_entry_id) IS NOT NULL
            AND coalesce(c.credited, t.credited_entry_id) IS NOT NULL THEN 'confirmed'
        ELSE t.state
    END
FROM (
    SELECT
        s.id,
        max(s.entry_id) FILTER (WHERE s.amount_minor < 0) AS debited,
        max(s.entry_id) FILTER (WHERE s.amount_minor > 0) AS credited
    FROM unnest(%(id)s::bigint[], %(entry_id)s::bigint[], %(amount_minor)s::bigint[])
    AS s(id, entry_id, amount_minor)
    GROUP BY s.id
) AS c
WHERE t.id = c.id
"""

_CONFIRM_PAYMENTS = """
UPDATE custody_payment AS p
SET state = 'confirmed', resolved_entry_id = c.entry_id, bank_reference = c.bank_reference
FROM unnest(%(id)s::bigint[], %(entry_id)s::bigint[], %(bank_reference)s::text[])
AS c(id, entry_id, bank_reference)
WHERE p.id = c.id
"""


class UnknownStatement(Exception):
    """There is no such statement."""


class StatementNotUsable(Exception):
    """Nothing is confirmed by a statement that failed a check: see its findings, and get a right one."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a statement confirmed: sides of transfers (two make one), payments, and the entries posted."""

    transfer_sides: int
    payments: int
    entry_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Confirmed:
    """An entry of the statement that confirms something; `amount_minor` signed from the holder's view."""

    subject_id: int
    reference: str
    side: str
    amount_minor: int
    value_date: dt.date
    custody_account_id: int
    clearing_account_id: int
    bank_reference: str = ""


def sweep_transit(*, book_id: int, business_date: dt.date, maker_id: int) -> list[TransferInstruction]:
    """Instruct the transfers that bring every transit account to zero, per unit, by one statement.

    Joins the caller's transaction, else is its own; one sweep of a book at a time. Run again it adds only
    what was posted since. Nothing is booked until the banks confirm. Deterministic: debts are met in the
    order of custodians and accounts.

    :raises Book.DoesNotExist: there is no such book.
    Source: DESIGN 4 (moves between rings run through transit until the bank confirms).
    """
    book = Book.objects.get(pk=book_id)
    with transaction.atomic():
        lock_references(book=book)
        with connection.cursor() as cursor:
            cursor.execute(
                _SWEEP,
                {
                    "book_id": book_id,
                    "business_date": business_date,
                    "maker_id": maker_id,
                    "stem": reference_stem(book=book, letter="T", day=business_date),
                },
            )
            ids = [row[0] for row in cursor.fetchall()]
        return list(TransferInstruction.objects.filter(pk__in=ids).order_by("pk")) if ids else []


def confirm_from_statement(*, statement_id: int, booking_date: dt.date, maker_id: int) -> Confirmation:
    """Book what a cash statement confirms of our payments and transfers, by one posting statement.

    Joins the caller's transaction, else is its own; locks what it confirms in id order. An entry confirms
    what carries its reference and agrees with it in account, unit and amount. Each side of a transfer
    stands for itself: it may be at another bank. Run again it confirms nothing more. Holdings confirm
    nothing.

    :raises UnknownStatement: there is no such statement.
    :raises StatementNotUsable: the statement was unreadable, failed a check that stops it, or was superseded.
    :raises LedgerRefusal: any rule of the ledger.
    Source: DESIGN 4 (then paid), 8.
    """
    statement = Statement.objects.defer("original").filter(pk=statement_id).first()
    if statement is None:
        raise UnknownStatement(str(statement_id))
    if not is_usable(statement) or is_superseded(statement):
        codes = ", ".join(sorted({finding["code"] for finding in statement.findings})) or "superseded"
        raise StatementNotUsable(f"{statement}: {codes}")
    if statement.kind != StatementKind.CASH:
        return Confirmation(0, 0, ())
    with transaction.atomic():
        transfers = _open_sides(statement)
        payments = _open_payments(statement)
        keys = _keys(statement, [*transfers, *payments])
        drafts = [_draft("ring_transfer_confirmed", one, keys) for one in transfers]
        drafts += [_draft("payment_confirmed", one, keys) for one in payments]
        posted = post_journal_entries(
            book_id=statement.book_id,
            booking_date=booking_date,
            drafts=drafts,
            caller=CALLER,
            maker_id=maker_id,
        )
        entry_ids = [entry.entry_id for entry in posted]
        _write(_CONFIRM_TRANSFERS, transfers, entry_ids[: len(transfers)])
        _write(_CONFIRM_PAYMENTS, payments, entry_ids[len(transfers) :])
    return Confirmation(len(transfers), len(payments), tuple(entry_ids))


def _open_sides(statement: Statement) -> list[_Confirmed]:
    rows = _rows(_TRANSFERS, statement)
    return _first_of_each(
        _Confirmed(subject_id, reference, "paid" if amount < 0 else "received", amount, *rest)
        for subject_id, reference, amount, *rest in rows
    )


def _open_payments(statement: Statement) -> list[_Confirmed]:
    rows = _rows(_PAYMENTS, statement)
    return _first_of_each(
        _Confirmed(subject_id, reference, "paid", amount, *rest)
        for subject_id, reference, amount, *rest in rows
    )


def _rows(query: str, statement: Statement) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"statement_id": statement.pk, "book_id": statement.book_id})
        return list(cursor.fetchall())


def _first_of_each(found: Iterable[_Confirmed]) -> list[_Confirmed]:
    """A bank that books one order twice confirms it once; the second entry is a break."""
    first: dict[tuple[str, str], _Confirmed] = {}
    for one in found:
        first.setdefault((one.reference, one.side), one)
    return list(first.values())


def _keys(statement: Statement, confirmed: Sequence[_Confirmed]) -> dict[tuple[str, str], str]:
    """What each is confirmed under; a confirmation that a corrected statement took back is not had again."""
    keys = {(one.reference, one.side): f"confirm/{one.reference}/{one.side}" for one in confirmed}
    taken_back = set(
        JournalEntry.objects.filter(
            book_id=statement.book_id,
            caller=CALLER,
            idempotency_key__in=keys.values(),
            reversals__isnull=False,
        ).values_list("idempotency_key", flat=True)
    )
    return {one: f"{key}/{statement.pk}" if key in taken_back else key for one, key in keys.items()}


def _draft(kind: str, confirmed: _Confirmed, keys: Mapping[tuple[str, str], str]) -> EntryDraft:
    return EntryDraft(
        kind=kind,
        value_date=confirmed.value_date,
        narration=f"{kind.replace('_', ' ')} by the custodian's statement",
        source_reference=f"instruction:{confirmed.reference}",
        idempotency_key=keys[confirmed.reference, confirmed.side],
        postings=[
            PostingDraft(confirmed.custody_account_id, confirmed.amount_minor),
            PostingDraft(confirmed.clearing_account_id, -confirmed.amount_minor),
        ],
    )


def _write(query: str, confirmed: Sequence[_Confirmed], entry_ids: Sequence[int]) -> None:
    if not confirmed:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            query,
            {
                "id": [one.subject_id for one in confirmed],
                "entry_id": list(entry_ids),
                "amount_minor": [one.amount_minor for one in confirmed],
                "bank_reference": [one.bank_reference for one in confirmed],
            },
        )
