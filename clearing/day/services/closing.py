"""Close a day by two people."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now

from accounts.models import Approval, ApprovalKind, ApprovalStatus
from accounts.services.approvals import approve, execute_approval, propose_approval
from clearing.day.domain.plan import Figures
from clearing.day.models import DayRun, DayStep, StepName, StepStatus
from clearing.day.services.chunks import NeedsSecondPerson
from ledger.models import Book, BusinessDay, DayReopening
from ledger.services.days import close_business_day, stamp_positions
from ledger.services.seals import seal_close


class DayNotReady(Exception):
    """A step before the close is not done: run the day to its end first."""

    code = "day_not_ready"


def close_by_two(*, book_id: int, business_date: dt.date, maker_id: int, checker_id: int | None) -> Figures:
    """Close the day if a second person has approved it, or is at hand to.

    Requires the caller's transaction. The proposal names the last position of the ledger: what is approved is
    these books. With a checker it is proposed, approved and executed at once.

    :raises NeedsSecondPerson: nobody has approved yet; `propose_close` asks for it.
    :raises SelfApproval, CheckerNotPermitted: the checker may not.
    :raises LedgerRefusal: the ledger's own checks of a close.
    Source: DESIGN 9, 3 (periods), 1 rule 9.
    """
    if _is_closed(book_id, business_date):
        return {"closed": 0}
    approval = _standing(book_id, business_date)
    if checker_id is not None and (approval is None or approval.status == ApprovalStatus.PROPOSED):
        proposal = propose_close(book_id=book_id, business_date=business_date, maker_id=maker_id)
        approval = approve(approval_id=proposal.pk, checker_id=checker_id)
    if approval is None or approval.status != ApprovalStatus.APPROVED:
        raise NeedsSecondPerson(f"the close of {business_date} awaits a second person")
    _execute(approval, book_id, business_date)
    return {"closed": 1}


def propose_close(*, book_id: int, business_date: dt.date, maker_id: int) -> Approval:
    """Return the open proposal to close the day as the books stand; make it where there is none.

    Joins or opens an atomic block. A proposal made before further entries is stale and left behind.
    Source: DESIGN 1, rule 9.
    """
    with transaction.atomic():
        standing = _standing(book_id, business_date)
        if standing is not None:
            return standing
        book = Book.objects.get(pk=book_id)
        return propose_approval(
            book_code=book.code,
            kind=ApprovalKind.CLOSE_BUSINESS_DAY,
            subject=_subject(book, business_date),
            payload=_payload(book, business_date),
            maker_id=maker_id,
        )


def close_day(*, book_id: int, business_date: dt.date, checker_id: int) -> DayStep:
    """Approve the standing proposal as the second person, close the day and check its last step off.

    Opens an atomic block or joins one. For whoever closes by hand what `run_day` left pending.

    :raises DayNotReady: the day was not run, or a step before the close is not done.
    :raises SelfApproval, CheckerNotPermitted: the checker may not.
    :raises LedgerRefusal: the ledger's own checks of a close.
    Source: DESIGN 9, 3 (periods).
    """
    with transaction.atomic():
        run = DayRun.objects.filter(book_id=book_id, business_date=business_date).first()
        step = DayStep.objects.select_for_update().filter(run=run, name=StepName.CLOSED).first()
        if run is None or step is None:
            raise DayNotReady(DayNotReady.__doc__)
        expect_close_again(run=run)
        step.refresh_from_db()
        if run.steps.filter(ordinal__lt=step.ordinal).exclude(status=StepStatus.DONE).exists():
            raise DayNotReady(DayNotReady.__doc__)
        if step.status != StepStatus.DONE:
            figures = close_by_two(
                book_id=book_id, business_date=business_date, maker_id=run.maker_id, checker_id=checker_id
            )
            step.chunks.exclude(status=StepStatus.DONE).update(
                status=StepStatus.DONE, figures=figures, message=""
            )
            DayStep.objects.filter(pk=step.pk).update(
                status=StepStatus.DONE, figures=figures, message="", finished_at=Now()
            )
            step.refresh_from_db()
    return step


def expect_close_again(*, run: DayRun) -> None:
    """Make the last step of a day pending again whose close was taken back. Joins or opens an atomic block.

    The steps before it stay done: what they did stands, and what is booked afterwards is a correction of it.
    Source: DESIGN 3 (periods), decision 26.
    """
    with transaction.atomic():
        steps = run.steps.filter(name=StepName.CLOSED, status=StepStatus.DONE)
        step = steps.select_for_update().first()
        if step is None or _is_closed(run.book_id, run.business_date):
            return
        DayStep.objects.filter(pk=step.pk).update(
            status=StepStatus.PENDING, figures={}, message="", finished_at=None
        )
        step.chunks.update(status=StepStatus.PENDING, figures={}, message="")


def _standing(book_id: int, business_date: dt.date) -> Approval | None:
    """The newest open proposal that is about these very books, made since the day was last opened again."""
    book = Book.objects.get(pk=book_id)
    reopenings = DayReopening.objects.filter(day__book=book, day__business_date=business_date)
    reopened_at = reopenings.aggregate(at=Max("recorded_at"))["at"]
    payload = _payload(book, business_date)
    rows = Approval.objects.filter(
        book_code=book.code,
        kind=ApprovalKind.CLOSE_BUSINESS_DAY,
        subject=_subject(book, business_date),
        status__in=[ApprovalStatus.PROPOSED, ApprovalStatus.APPROVED],
    ).order_by("-pk")
    if reopened_at is not None:
        rows = rows.filter(proposed_at__gt=reopened_at)
    return next((approval for approval in rows if approval.payload == payload), None)


def _execute(approval: Approval, book_id: int, business_date: dt.date) -> None:
    book = Book.objects.get(pk=book_id)
    execute_approval(
        approval_id=approval.pk,
        kind=ApprovalKind.CLOSE_BUSINESS_DAY,
        subject=_subject(book, business_date),
        payload=_payload(book, business_date),
    )
    close = close_business_day(book_id=book_id, business_date=business_date, approval_id=approval.pk)
    seal_close(day_close_id=close.pk)


def _subject(book: Book, business_date: dt.date) -> str:
    return f"{book.code}/{business_date}"


def _payload(book: Book, business_date: dt.date) -> Mapping[str, str | int]:
    return {
        "book": book.code,
        "business_date": business_date.isoformat(),
        "last_position": stamp_positions(book_id=book.pk),
    }


def _is_closed(book_id: int, business_date: dt.date) -> bool:
    return BusinessDay.objects.filter(
        book_id=book_id, business_date=business_date, status=BusinessDay.Status.CLOSED
    ).exists()
