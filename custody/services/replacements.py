"""Let a corrected statement take the place of one that was accepted and acted on: undo and book by lines."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from accounts.services.violations import refusing
from custody.models import (
    EffectKind,
    Payment,
    ReplacementEffect,
    Statement,
    StatementEntry,
    StatementReplacement,
    TransferInstruction,
)
from custody.queries.statements import is_superseded
from custody.queries.superseding import ToldBefore, told_before
from custody.services.incoming import book_incoming_payments
from custody.services.statements import read_again
from custody.services.transfers import confirm_from_statement
from ledger.models import JournalEntry, Posting
from ledger.services.month_refusals import ReversedMonthDetached
from ledger.services.posting import EntryDraft, PostedEntry, PostingDraft, post_journal_entries

CALLER = "custody.replacements"


class StatementSuperseded(Exception):
    """Another statement took its place since: correct that one."""


class ReceiptMovedOn(Exception):
    """A receipt that the corrected statement does not tell was returned since: settle that with the bank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Superseding:
    """The replacement, and what it posted: reversals of what was told wrongly, bookings of what was not."""

    replacement: StatementReplacement
    reversal_ids: tuple[int, ...]
    booking_ids: tuple[int, ...]


# An identified receipt has two entries to undo; the update wants each payment or side once.
_TAKE_BACK = """
WITH undone AS (
    SELECT f.payment_id, f.transfer_id, f.undone_entry_id, f.kind
    FROM custody_replacementeffect AS f
    WHERE f.replacement_id = %(replacement_id)s AND f.undone_entry_id IS NOT NULL
), receipt AS (
    UPDATE custody_payment AS p
    SET state = 'reversed'
    FROM undone AS u
    WHERE u.payment_id = p.id AND u.kind = 'receipt_reversed'
    RETURNING p.id
), payment AS (
    UPDATE custody_payment AS p
    SET state = 'instructed', resolved_entry_id = NULL, bank_reference = NULL
    FROM undone AS u
    WHERE u.payment_id = p.id AND u.kind = 'confirmation_reversed'
    RETURNING p.id
), side AS (
    SELECT
        u.transfer_id, bool_or(u.undone_entry_id = t.debited_entry_id) AS is_debited,
        bool_or(u.undone_entry_id = t.credited_entry_id) AS is_credited
    FROM undone AS u
    INNER JOIN custody_transferinstruction AS t ON t.id = u.transfer_id
    GROUP BY u.transfer_id
), transfer AS (
    UPDATE custody_transferinstruction AS t
    SET
        state = 'instructed',
        debited_entry_id = CASE WHEN NOT coalesce(s.is_debited, false) THEN t.debited_entry_id END,
        credited_entry_id = CASE WHEN NOT coalesce(s.is_credited, false) THEN t.credited_entry_id END
    FROM side AS s
    WHERE s.transfer_id = t.id
    RETURNING t.id
)
SELECT (SELECT count(*) FROM receipt), (SELECT count(*) FROM payment), (SELECT count(*) FROM transfer)
"""


def supersede_accepted(
    *, replaced_id: int, corrected_id: int, approval_id: int, booking_date: dt.date, maker_id: int
) -> Superseding:
    """Read the corrected file in the accepted one's place; undo and book what differs, into the open day.

    Requires the caller's transaction, with the approval used up in it; locks the payments and transfers in id
    order. What a line no longer told had booked is reversed with its value date: a receipt (its
    identification first), the confirmation of a payment out or of a transfer's side, which are under way
    again. What the corrected one tells is booked and confirmed as from any statement, with the lines' value
    dates. Nothing is reversed where the two agree in what a line does.

    :raises StatementSuperseded: another took its place since.
    :raises CorrectedStatementStopped: the corrected file fails a check.
    :raises ReceiptMovedOn: a receipt to be reversed was returned since.
    :raises LedgerRefusal: any rule of the ledger; what is reversed may have been spent.
    Source: DESIGN 3 (after close), 8.
    """
    refusals = {"custody_statementreplacement_superseded_once": StatementSuperseded(str(replaced_id))}
    with refusing(refusals=refusals), transaction.atomic():
        if is_superseded(Statement.objects.defer("original").get(pk=replaced_id)):
            raise StatementSuperseded(str(replaced_id))
        replacement = read_again(
            replaced_id=replaced_id,
            corrected_id=corrected_id,
            approval_id=approval_id,
            received_on=booking_date,
            maker_id=maker_id,
        )
        told = told_before(replaced_id=replaced_id, corrected_id=replacement.replacement_id)
        _lock(told)
        for one in told:
            if one.has_moved_on:
                raise ReceiptMovedOn(one.bank_reference)
        undone = [(one, entry_id) for one in told for entry_id in one.entry_ids]
        reversals = _reverse(replacement, [entry_id for _one, entry_id in undone], booking_date, maker_id)
        ReplacementEffect.objects.bulk_create(
            [
                ReplacementEffect(
                    replacement=replacement,
                    kind=_kind(one, entry_id),
                    payment_id=one.payment_id,
                    transfer_id=one.transfer_id,
                    entry_id=posted.entry_id,
                    undone_entry_id=entry_id,
                )
                for (one, entry_id), posted in zip(undone, reversals, strict=True)
            ]
        )
        if undone:
            with connection.cursor() as cursor:
                cursor.execute(_TAKE_BACK, {"replacement_id": replacement.pk})
        booked = _book(replacement, booking_date, maker_id)
    return Superseding(
        replacement=replacement,
        reversal_ids=tuple(posted.entry_id for posted in reversals),
        booking_ids=booked,
    )


def _lock(told: Sequence[ToldBefore]) -> None:
    payments = [one.payment_id for one in told if one.payment_id is not None]
    transfers = [one.transfer_id for one in told if one.transfer_id is not None]
    list(Payment.objects.select_for_update().filter(pk__in=payments).order_by("pk").values_list("pk"))
    list(
        TransferInstruction.objects.select_for_update()
        .filter(pk__in=transfers)
        .order_by("pk")
        .values_list("pk")
    )


def _kind(one: ToldBefore, entry_id: int) -> EffectKind:
    if not one.is_receipt:
        return EffectKind.CONFIRMATION_REVERSED
    return (
        EffectKind.RECEIPT_REVERSED if entry_id == one.entry_ids[-1] else EffectKind.IDENTIFICATION_REVERSED
    )


def _reverse(
    replacement: StatementReplacement, entry_ids: Sequence[int], booking_date: dt.date, maker_id: int
) -> list[PostedEntry]:
    """Reverse any number of entries by one posting statement, in the order given."""
    entries = JournalEntry.objects.in_bulk(entry_ids)
    legs: dict[int, list[PostingDraft]] = {entry_id: [] for entry_id in entry_ids}
    days = {entry.booking_date for entry in entries.values()}
    for posting in Posting.objects.filter(entry_id__in=entry_ids, booking_date__in=days).order_by(
        "entry_id", "posting_no"
    ):
        legs[posting.entry_id].append(PostingDraft(posting.account_id, -posting.amount_minor))
    for entry_id, found in legs.items():
        if not found:
            raise ReversedMonthDetached(f"entry {entry_id} is of {entries[entry_id].booking_date:%Y-%m}")
    return post_journal_entries(
        book_id=replacement.replacement.book_id,
        booking_date=booking_date,
        drafts=[
            EntryDraft(
                kind=entries[entry_id].kind_id,
                value_date=entries[entry_id].value_date,
                narration="the custodian's statement was corrected",
                source_reference=f"ledger.entry:{entry_id}",
                idempotency_key=f"superseded/{replacement.replaced_id}/{entry_id}",
                postings=legs[entry_id],
                reverses_id=entry_id,
            )
            for entry_id in entry_ids
        ],
        caller=CALLER,
        maker_id=maker_id,
    )


def _book(replacement: StatementReplacement, booking_date: dt.date, maker_id: int) -> tuple[int, ...]:
    """Book and confirm what nothing was booked for yet; keep what of it is new."""
    statement_id = replacement.replacement_id
    lines = StatementEntry.objects.filter(statement_id=statement_id)
    known = set(
        Payment.objects.filter(
            custodian_id=replacement.replacement.custodian_id,
            bank_reference__in=lines.values("bank_reference"),
        ).values_list("pk", flat=True)
    )
    receipts = book_incoming_payments(statement_id=statement_id, booking_date=booking_date, maker_id=maker_id)
    confirmed = confirm_from_statement(
        statement_id=statement_id, booking_date=booking_date, maker_id=maker_id
    ).entry_ids
    effects = [
        ReplacementEffect(
            replacement=replacement,
            kind=EffectKind.RECEIPT_BOOKED,
            payment_id=one.pk,
            entry_id=one.booked_entry_id or 0,
        )
        for one in receipts
        if one.pk not in known
    ]
    for payment_id, entry_id in Payment.objects.filter(resolved_entry__in=confirmed).values_list(
        "pk", "resolved_entry"
    ):
        effects.append(_confirmed(replacement, entry_id, payment_id=payment_id))
    for side in ("debited_entry", "credited_entry"):
        found = TransferInstruction.objects.filter(**{f"{side}__in": confirmed})
        effects += [
            _confirmed(replacement, entry_id, transfer_id=transfer_id)
            for transfer_id, entry_id in found.values_list("pk", side)
        ]
    ReplacementEffect.objects.bulk_create(effects)
    return tuple(sorted(effect.entry_id for effect in effects))


def _confirmed(
    replacement: StatementReplacement,
    entry_id: int,
    *,
    payment_id: int | None = None,
    transfer_id: int | None = None,
) -> ReplacementEffect:
    return ReplacementEffect(
        replacement=replacement,
        kind=EffectKind.CONFIRMED,
        payment_id=payment_id,
        transfer_id=transfer_id,
        entry_id=entry_id,
    )
