"""Run a correction: say what would have been different, carry it out, open reviews of what is in doubt."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max

from accounts.models import ApprovalKind, ApprovalStatus
from accounts.services.approvals import execute_approval
from clearing.corrections.models import (
    Correction,
    CorrectionEntry,
    CorrectionKind,
    CorrectionRun,
    DecisionReview,
)
from clearing.corrections.queries.recompute_statement import recording, showing
from clearing.corrections.services.marks import carry_out_mark, plan_of_mark
from clearing.corrections.services.official_rates import carry_out_official_rate, plan_of_official_rate
from clearing.corrections.services.plans import Carrying, Effect, RecomputePlan
from clearing.corrections.services.rates import carry_out_rate, plan_of_rate
from clearing.corrections.services.refusals import (
    CorrectionUnknown,
    NoDayToBookInto,
    NotApprovedByTwo,
    named_correction_refusals,
)
from clearing.corrections.services.statements import carry_out_statement, plan_of_statement
from clearing.corrections.services.trades import carry_out_trade, plan_of_trade
from clearing.margin.models import Valuation
from ledger.models import BusinessDay
from ledger.queries.days import open_business_date
from ledger.services.days import stamp_positions

REVIEW_SESSIONS = 5
"""By when a review is to be decided, in sessions of the contract's calendar after the run."""

REVIEW_DAYS = dt.timedelta(days=7)
"""The same where no contract's calendar says what a session is."""

SHOWN = 1000
"""How many findings a dry run lists; it counts all."""


@dataclass(frozen=True, slots=True)
class CorrectionResult:
    """What a run found and did. `findings` by figure, `reviews` by kind of decision; a dry run has no id and
    posts nothing, but shows the findings themselves.
    """

    run_id: int | None
    is_replay: bool
    first_date: dt.date
    last_date: dt.date
    booking_date: dt.date | None
    findings: Mapping[str, int]
    reviews: Mapping[str, int]
    entry_ids: tuple[int, ...]
    shown: tuple[Mapping[str, Any], ...] = ()


_PLANS: Mapping[str, Callable[..., RecomputePlan]] = {
    CorrectionKind.MARK: plan_of_mark,
    CorrectionKind.RATE: plan_of_rate,
    CorrectionKind.TRADE: plan_of_trade,
    CorrectionKind.STATEMENT: plan_of_statement,
    CorrectionKind.FX: plan_of_official_rate,
}


def dry_run_correction(*, correction_id: int) -> CorrectionResult:
    """Tell what a run would find, approved or not. Reads only; writes no row.

    :raises CorrectionUnknown: there is no such correction.
    Source: DESIGN 1, rule 10 (simulate, then do, then compare).
    """
    correction = _known(correction_id)
    plan = _PLANS[correction.kind](correction=correction)
    last_date = _last_date(correction)
    booking_date = open_business_date(book_id=correction.book_id)
    statement = showing(
        touched=plan.touched, before=plan.before, shift=plan.shift, moved=plan.moved, own=plan.own
    )
    findings, reviews, shown = _execute(
        statement, correction, plan, last_date, {"booking_date": booking_date or last_date, "shown": SHOWN}
    )
    return CorrectionResult(
        run_id=None,
        is_replay=False,
        first_date=correction.effective_on,
        last_date=last_date,
        booking_date=booking_date,
        findings=findings or {},
        reviews={**(reviews or {}), **Counter(doubt.kind for doubt in plan.doubts)},
        entry_ids=(),
        shown=tuple(shown or ()),
    )


def run_correction(*, correction_id: int, maker_id: int) -> CorrectionResult:
    """Carry out an approved correction, once: findings, effects and reviews in one transaction.

    Joins the caller's transaction, else is its own; locks the approval. Killed in the middle it leaves
    nothing, and running it again does it all; run again after that it returns the first run. Days from the
    corrected one to the newest valued are worked out anew, entries are booked into the open day with the
    value dates that they should have had. Minor units.

    :raises CorrectionUnknown: there is no such correction.
    :raises NoDayToBookInto: no business day is open.
    :raises NotApprovedByTwo: it was not approved, or was rejected.
    :raises SubjectSuperseded: what is corrected has been corrected since.
    Source: DESIGN 3 (after close).
    """
    with named_correction_refusals(), transaction.atomic():
        correction = _known(correction_id)
        approval = type(correction.approval).objects.select_for_update().get(pk=correction.approval_id)
        earlier = CorrectionRun.objects.filter(correction=correction).first()
        if earlier is not None:
            return result_of_run(run=earlier)
        booking_date = open_business_date(book_id=correction.book_id)
        if booking_date is None:
            raise NoDayToBookInto(correction.reference)
        if approval.status != ApprovalStatus.APPROVED:
            raise NotApprovedByTwo(correction.reference)
        execute_approval(
            approval_id=approval.pk,
            kind=ApprovalKind.CORRECT_AFTER_CLOSE,
            subject=approval.subject,
            payload=approval.payload,
        )
        run = CorrectionRun.objects.create(
            correction=correction,
            book_id=correction.book_id,
            first_date=correction.effective_on,
            last_date=_last_date(correction),
            booking_date=booking_date,
            ledger_position=stamp_positions(book_id=correction.book_id),
            maker_id=maker_id,
        )
        _record(correction, run)
        effects = _carry_out(
            correction, Carrying(run_id=run.pk, booking_date=booking_date, maker_id=maker_id)
        )
        CorrectionEntry.objects.bulk_create(
            [CorrectionEntry(run=run, entry_id=each.entry_id, purpose=each.purpose) for each in effects]
        )
    return result_of_run(run=run, is_replay=False)


def result_of_run(*, run: CorrectionRun, is_replay: bool = True) -> CorrectionResult:
    """What a run found and did, from its rows. Reads only."""
    findings = run.findings.order_by().values_list("figure").annotate(n=Count("pk"))
    reviews = run.reviews.order_by().values_list("kind").annotate(n=Count("pk"))
    return CorrectionResult(
        run_id=run.pk,
        is_replay=is_replay,
        first_date=run.first_date,
        last_date=run.last_date,
        booking_date=run.booking_date,
        findings=dict(sorted(findings)),
        reviews=dict(sorted(reviews)),
        entry_ids=tuple(run.entries.order_by("entry_id").values_list("entry_id", flat=True)),
    )


def _carry_out(correction: Correction, carrying: Carrying) -> list[Effect]:
    """Do what the kind of correction asks for."""
    match correction.kind:
        case CorrectionKind.MARK:
            return carry_out_mark(correction=correction)
        case CorrectionKind.RATE:
            return carry_out_rate(correction=correction, carrying=carrying)
        case CorrectionKind.TRADE:
            return carry_out_trade(correction=correction, carrying=carrying)
        case CorrectionKind.STATEMENT:
            return carry_out_statement(correction=correction, carrying=carrying)
        case CorrectionKind.FX:
            return carry_out_official_rate(correction=correction, carrying=carrying)
        case _:
            raise CorrectionUnknown(f"{correction.reference} at {carrying.booking_date}")


def _known(correction_id: int) -> Correction:
    found = Correction.objects.select_related("approval", "book").filter(pk=correction_id).first()
    if found is None:
        raise CorrectionUnknown(str(correction_id))
    return found


def _last_date(correction: Correction) -> dt.date:
    """The newest day valued or closed; what has not happened yet cannot have gone wrong."""
    newest: list[dt.date | None] = [
        Valuation.objects.filter(book_id=correction.book_id).aggregate(day=Max("business_date"))["day"],
        BusinessDay.objects.filter(book_id=correction.book_id, status="closed").aggregate(
            day=Max("business_date")
        )["day"],
    ]
    return max([correction.effective_on, *(day for day in newest if day is not None)])


def _record(correction: Correction, run: CorrectionRun) -> None:
    plan = _PLANS[correction.kind](correction=correction)
    statement = recording(
        touched=plan.touched, before=plan.before, shift=plan.shift, moved=plan.moved, own=plan.own
    )
    _execute(statement, correction, plan, run.last_date, {"booking_date": run.booking_date, "run_id": run.pk})
    DecisionReview.objects.bulk_create(
        [
            DecisionReview(
                run=run,
                book_id=run.book_id,
                contract_id=doubt.contract_id,
                kind=doubt.kind,
                payment_id=doubt.payment_id,
                reconciliation_break_id=doubt.reconciliation_break_id,
                business_date=doubt.business_date,
                stored=dict(doubt.stored),
                recomputed=dict(doubt.recomputed),
                opened_on=run.booking_date,
                deadline_on=run.booking_date + REVIEW_DAYS,
            )
            for doubt in plan.doubts
        ]
    )


def _execute(
    statement: str,
    correction: Correction,
    plan: RecomputePlan,
    last_date: dt.date,
    more: Mapping[str, object],
) -> tuple[Any, ...]:
    params: dict[str, Any] = {
        "mark_ids": [],
        "price_minor": None,
        "hold_reason": "",
        "usable": False,
        **plan.params,
        **more,
        "book_id": correction.book_id,
        "first": correction.effective_on,
        "last": last_date,
        "deadline_sessions": REVIEW_SESSIONS,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        row = cursor.fetchone()
    return tuple(json.loads(part) if isinstance(part, str) else part for part in row)
