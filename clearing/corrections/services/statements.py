"""An accepted statement corrected late: superseded by two people, undone and booked anew, matched again."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clearing.corrections.models import Correction, CorrectionKind, EntryPurpose, FindingFigure
from clearing.corrections.queries.doubts import Doubt, breaks_closed_by, live_matches_of, paid_out_since
from clearing.corrections.services.overruns import fund_shortfalls, settle_funding
from clearing.corrections.services.own_findings import OWN, OwnFindings
from clearing.corrections.services.plans import Carrying, Effect, RecomputePlan
from clearing.corrections.services.proposals import CorrectionDraft, propose_correction
from clearing.corrections.services.refusals import (
    CorrectionRefusal,
    CorrectionUnfit,
    NoDayToBookInto,
    SubjectSuperseded,
    SubjectUnknown,
)
from clearing.marks.models import Instrument
from clearing.reconciliation.services.reconcile import reconcile_anew
from clearing.reconciliation.services.unmatching import unmatch_superseded
from contracts.models import FinancingContract
from custody.models import Payment, Statement, StatementEntry
from custody.queries.replacements import differences_of
from custody.queries.statements import is_superseded, is_usable, usable_statement
from custody.queries.superseding import ToldBefore, lines_gone, told_before, told_now
from custody.services.incoming import incoming_drafts
from custody.services.payments import ReceiptDraft
from custody.services.replacements import ReceiptMovedOn, StatementSuperseded, supersede_accepted
from custody.services.statements import CorrectedStatementStopped, import_statement, what_stops_correction
from ledger.models import Account, JournalEntry
from ledger.queries.days import open_business_date
from ledger.services.refusals import LimitExceeded

_TOUCHED = "SELECT DISTINCT u.contract_id FROM unnest(%(contract_ids)s::bigint[]) AS u(contract_id)"

_SHIFT = """
    SELECT u.contract_id, u.first_date, %(last)s::date AS last_date, u.cash_minor, 0::bigint AS debt_minor
    FROM unnest(%(contract_ids)s::bigint[], %(first_dates)s::date[], %(cash)s::bigint[])
        AS u(contract_id, first_date, cash_minor)
"""

_MOVED = """
    SELECT u.contract_id, u.instrument_id, u.first_date, u.quantity
    FROM unnest(
        %(moved_ids)s::bigint[], %(instrument_ids)s::bigint[], %(moved_dates)s::date[],
        %(quantities)s::bigint[]
    ) AS u(contract_id, instrument_id, first_date, quantity)
"""


class ReceiptSpent(CorrectionRefusal):
    """What came in by a receipt that is to be reversed has been lent, sold or delivered since."""

    code = "corrections_statement_receipt_spent"
    sentence = _("What came in by a receipt to be reversed has left since; correct that first.")


@dataclass(frozen=True, slots=True)
class _Move:
    """Value that a contract has more from a day on: cash in minor units, or a quantity of a security."""

    contract_id: int
    account: Account
    first_date: dt.date
    amount_minor: int
    bank_reference: str


def keep_corrected_statement(
    *, book_id: int, custodian_code: str, raw: bytes, file_name: str, maker_id: int
) -> Statement:
    """Keep a corrected file that nobody proposes yet; it takes no place by itself. One transaction.

    :raises NoDayToBookInto: no business day is open to receive it.
    :raises CorrectionUnfit: nothing stopped it: it corrects no accepted statement, and nothing is kept.
    :raises UnknownCustodian, EmptyStatement: as `import_statement`.
    Source: DESIGN 8.
    """
    received_on = open_business_date(book_id=book_id)
    if received_on is None:
        raise NoDayToBookInto(file_name)
    with transaction.atomic():
        kept = import_statement(
            book_id=book_id,
            custodian_code=custodian_code,
            raw=raw,
            file_name=file_name,
            received_on=received_on,
            maker_id=maker_id,
        )
        if is_usable(kept):
            raise CorrectionUnfit(str(kept))
    return kept


def propose_statement_file(
    *,
    book_id: int,
    custodian_code: str,
    raw: bytes,
    file_name: str,
    received_on: dt.date,
    reason: str,
    evidence: str,
    maker_id: int,
) -> Correction:
    """Keep a corrected file and propose that it takes the accepted statement's place. One transaction.

    As `import_statement`, then `propose_statement_correction`; where that is refused, nothing is kept.

    Source: DESIGN 3 (after close), 8.
    """
    with transaction.atomic():
        kept = import_statement(
            book_id=book_id,
            custodian_code=custodian_code,
            raw=raw,
            file_name=file_name,
            received_on=received_on,
            maker_id=maker_id,
        )
        return propose_statement_correction(
            book_id=book_id, corrected_id=kept.pk, reason=reason, evidence=evidence, maker_id=maker_id
        )


def propose_statement_correction(
    *, book_id: int, corrected_id: int, reason: str, evidence: str, maker_id: int
) -> Correction:
    """Propose that a kept file takes the place of the accepted statement of its day and number.

    Joins the caller's transaction, else is its own. The file was stopped when it came, because the accepted
    one stood; anything else that stops it is refused here.

    :raises SubjectUnknown: there is no such file, or no accepted statement of its day and number.
    :raises CorrectionUnfit: it takes no place, or fails a check of its own; says which.
    :raises ReasonOrEvidenceMissing: it does not say why, or names no evidence.
    Source: DESIGN 3 (after close), 8.
    """
    corrected = Statement.objects.filter(pk=corrected_id, book_id=book_id).defer("original").first()
    if corrected is None or corrected.sequence_number is None:
        raise SubjectUnknown(str(corrected_id))
    replaced = usable_statement(
        book_id=book_id,
        custodian_id=corrected.custodian_id,
        kind=corrected.kind,
        statement_date=corrected.statement_date,
    )
    if replaced is None or replaced.sequence_number != corrected.sequence_number:
        raise SubjectUnknown(str(corrected))
    if replaced.pk == corrected.pk or (is_usable(corrected) and not is_superseded(corrected)):
        raise CorrectionUnfit(str(corrected))
    stops = what_stops_correction(replaced_id=replaced.pk, corrected_id=corrected.pk)
    if stops:
        raise CorrectionUnfit(", ".join(f"{one.code} {one.pointer} {one.detail}" for one in stops))
    custodian = corrected.custodian.code
    return propose_correction(
        book_id=book_id,
        draft=CorrectionDraft(
            kind=CorrectionKind.STATEMENT,
            subject=f"statement/{custodian}/{corrected.kind}/{corrected.statement_date}",
            effective_on=corrected.statement_date,
            was=_said(replaced),
            corrected=_said(corrected),
            reason=reason,
            evidence=evidence,
        ),
        maker_id=maker_id,
    )


def plan_of_statement(*, correction: Correction) -> RecomputePlan:
    """What the two statements tell otherwise, what was booked and matched by it, and its cash. Reads only."""
    ids = {
        "replaced_id": int(correction.was["statement"]),
        "corrected_id": int(correction.corrected["statement"]),
    }
    told = told_before(**ids)
    matches = live_matches_of(statement_entry_ids=lines_gone(**ids))
    breaks = breaks_closed_by(match_ids=matches)
    moves = [*_undone(correction.book_id, told), *_missing(correction.book_id, told, **ids)]
    own = _own_findings(correction, told, moves, matched=len(matches), breaks=len(breaks), **ids)
    cash = [move for move in moves if move.account.unit.kind == "currency"]
    shares = [move for move in moves if move.account.unit.kind != "currency"]
    instruments = dict(
        Instrument.objects.filter(unit_id__in={move.account.unit_id for move in shares}).values_list(
            "unit_id", "pk"
        )
    )
    shares = [move for move in shares if move.account.unit_id in instruments]
    return RecomputePlan(
        touched=_TOUCHED,
        shift=_SHIFT,
        moved=_MOVED,
        own=OWN,
        params={
            "contract_ids": [move.contract_id for move in [*cash, *shares]],
            "first_dates": [move.first_date for move in [*cash, *shares]],
            "cash": [*(move.amount_minor for move in cash), *(0 for _share in shares)],
            "moved_ids": [move.contract_id for move in shares],
            "instrument_ids": [instruments[move.account.unit_id] for move in shares],
            "moved_dates": [move.first_date for move in shares],
            "quantities": [move.amount_minor for move in shares],
            **own.params(),
        },
        doubts=(*breaks, *_paid_out(correction.book_id, told)),
    )


def carry_out_statement(*, correction: Correction, carrying: Carrying) -> list[Effect]:
    """Supersede, undo, book, unmake the matches, reconcile anew. Requires the run's transaction.

    What a client has spent of a receipt that never was is lent by the house, as of any execution; a funder's
    money that was lent on, or securities that are gone, nobody can lend: that is refused.

    :raises SubjectSuperseded: another statement took its place since this was proposed.
    :raises CorrectionUnfit: the corrected file fails a check that it passed when proposed.
    :raises ReceiptSpent: what came in has left, and nobody can lend it.
    """
    ids = {
        "replaced_id": int(correction.was["statement"]),
        "corrected_id": int(correction.corrected["statement"]),
    }
    told = told_before(**ids)
    taken: dict[int, int] = {}
    for one in told:
        if one.is_receipt and one.entitlement_account_id is not None:
            taken[one.entitlement_account_id] = taken.get(one.entitlement_account_id, 0) + one.amount_minor
    try:
        funded = fund_shortfalls(correction=correction, carrying=carrying, taken_minor=taken)
        done = supersede_accepted(
            **ids,
            approval_id=correction.approval_id,
            booking_date=carrying.booking_date,
            maker_id=carrying.maker_id,
        )
    except StatementSuperseded as error:
        raise SubjectSuperseded(correction.subject) from error
    except (CorrectedStatementStopped, ReceiptMovedOn) as error:
        raise CorrectionUnfit(f"{type(error).__name__}: {error}") from error
    except LimitExceeded as error:
        raise ReceiptSpent(error.detail) from error
    settled = settle_funding(correction=correction, carrying=carrying, funded=funded)
    unmatch_superseded(
        replacement_id=done.replacement.pk, unmatched_on=carrying.booking_date, maker_id=carrying.maker_id
    )
    reconcile_anew(statement_id=done.replacement.replacement_id, maker_id=carrying.maker_id)
    purposes: Iterable[tuple[Sequence[int], EntryPurpose]] = (
        ([one.entry_id for one in funded], EntryPurpose.OVERRUN),
        (done.reversal_ids, EntryPurpose.REVERSAL),
        (done.booking_ids, EntryPurpose.REBOOKING),
        (settled, EntryPurpose.OVERRUN),
    )
    return [Effect(entry_id=entry_id, purpose=purpose) for found, purpose in purposes for entry_id in found]


def _said(statement: Statement) -> dict[str, str | int]:
    return {
        "statement": statement.pk,
        "number": statement.external_number,
        "sequence": statement.sequence_number or 0,
        "sha256": bytes(statement.sha256).hex(),
        "lines": statement.entries.count(),
    }


def _undone(book_id: int, told: Sequence[ToldBefore]) -> list[_Move]:
    """What the contracts lose, from the day on which they had it in the books."""
    receipts = [one for one in told if one.is_receipt and one.entitlement_account_id is not None]
    whose = _contracts(book_id, [one.entitlement_account_id or 0 for one in receipts])
    booked = JournalEntry.objects.in_bulk([one.entry_ids[0] for one in receipts])
    return [
        _Move(
            *whose[account_id], booked[one.entry_ids[0]].booking_date, -one.amount_minor, one.bank_reference
        )
        for one in receipts
        if (account_id := one.entitlement_account_id or 0) in whose
    ]


def _missing(book_id: int, told: Sequence[ToldBefore], *, replaced_id: int, corrected_id: int) -> list[_Move]:
    """What the contracts would have had, from the day on which the bank booked it."""
    fresh = {one.bank_reference for one in told_now(replaced_id=replaced_id, corrected_id=corrected_id)}
    undone = {one.payment_id for one in told}
    custodian_id = Statement.objects.values_list("custodian_id", flat=True).get(pk=corrected_id)
    had = set(
        Payment.objects.filter(custodian_id=custodian_id, bank_reference__in=fresh)
        .exclude(pk__in=[one for one in undone if one is not None])
        .exclude(state="reversed")
        .values_list("bank_reference", flat=True)
    )
    days = dict(
        StatementEntry.objects.filter(statement_id=corrected_id).values_list("bank_reference", "booking_date")
    )
    drafts: list[ReceiptDraft] = [
        one
        for one in incoming_drafts(statement_id=corrected_id)
        if one.bank_reference in fresh - had and one.entitlement_account_id is not None
    ]
    whose = _contracts(book_id, [one.entitlement_account_id or 0 for one in drafts])
    return [
        _Move(*whose[account_id], days[one.bank_reference], one.amount_minor, one.bank_reference)
        for one in drafts
        if (account_id := one.entitlement_account_id or 0) in whose
    ]


def _contracts(book_id: int, account_ids: Sequence[int]) -> dict[int, tuple[int, Account]]:
    """The contract and the account, by account, of those that belong to one."""
    accounts = Account.objects.select_related("unit").in_bulk(account_ids)
    codes = {account.contract_code for account in accounts.values()}
    contracts = dict(
        FinancingContract.objects.filter(book_id=book_id, code__in=codes).values_list("code", "pk")
    )
    return {
        pk: (contracts[account.contract_code], account)
        for pk, account in accounts.items()
        if account.contract_code in contracts
    }


def _own_findings(
    correction: Correction,
    told: Sequence[ToldBefore],
    moves: Sequence[_Move],
    *,
    matched: int,
    breaks: int,
    replaced_id: int,
    corrected_id: int,
) -> OwnFindings:
    own, day = OwnFindings(), correction.effective_on
    replaced = Statement.objects.defer("original").get(pk=replaced_id)
    corrected = Statement.objects.defer("original").get(pk=corrected_id)
    for line in differences_of(replaced=replaced, replacement=corrected):
        if line.what == "opening":
            continue
        figure = FindingFigure.STATED_ENTRY if line.what == "entry" else FindingFigure.STATED
        subject = f"{line.account} {line.unit} {line.reference}".strip()
        own.add(figure, day, subject, line.was_minor, line.corrected_minor)
    booked: dict[tuple[int, str], tuple[int | None, int | None]] = {}
    for move in moves:
        key = (move.contract_id, move.bank_reference)
        before, after = booked.get(key, (None, None))
        booked[key] = (-move.amount_minor, after) if move.amount_minor < 0 else (before, move.amount_minor)
    for (contract_id, reference), (before, after) in sorted(booked.items()):
        own.add(FindingFigure.RECEIPT, day, reference, before, after, contract_id)
    known = {reference for _contract_id, reference in booked}
    for one in told:
        if one.is_receipt and one.bank_reference not in known:
            own.add(FindingFigure.RECEIPT, day, one.bank_reference, one.amount_minor, None)
        elif not one.is_receipt:
            own.add(FindingFigure.CONFIRMATION, day, one.bank_reference, one.amount_minor, None)
    custodian = corrected.custodian.code
    own.add(FindingFigure.MATCHED, day, custodian, matched, 0)
    own.add(FindingFigure.BREAKS, day, custodian, 0, breaks)
    return own


def _paid_out(book_id: int, told: Sequence[ToldBefore]) -> Sequence[Doubt]:
    receipts = [one for one in told if one.is_receipt and one.entitlement_account_id is not None]
    return paid_out_since(
        book_id=book_id,
        account_ids=[one.entitlement_account_id or 0 for one in receipts],
        entry_ids=[one.entry_ids[0] for one in receipts],
        amounts_minor=[one.amount_minor for one in receipts],
    )
