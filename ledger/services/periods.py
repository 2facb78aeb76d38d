"""Soft-close and reopen days, close and reopen months: proposed by one person, done by another's approval.

The payload of an approval says everything that the row will say, the reason included, so that what was
decided is what is written; the database compares the two.
"""

import datetime as dt
from typing import Any

from django.db import transaction

from accounts.domain.payloads import Payload
from accounts.models import Approval, ApprovalKind
from accounts.services.approvals import execute_approval, propose_approval
from ledger.domain.months import month_code, month_of
from ledger.models import Book, BusinessDay, DayReopening, DaySoftClose, Hardness, MonthClose, MonthReopening
from ledger.queries.periods import month_close_in_force
from ledger.services.period_refusals import MonthNotSoftClosed, NoSuchDay, ReasonMissing
from ledger.services.refusals import named_refusals


def propose_soft_close(*, book_id: int, business_date: dt.date, maker_id: int) -> Approval:
    """Propose to shut a day to all but corrections. Joins the caller's transaction, else is its own.

    :raises NoSuchDay: the book has no such day.
    Source: DESIGN 3 (periods); DESIGN 1, rule 9.
    """
    return _propose(
        ApprovalKind.SOFT_CLOSE_BUSINESS_DAY,
        _book(book_id),
        business_date.isoformat(),
        _payload_of_day(_day(book_id, business_date)),
        maker_id,
    )


def soft_close_business_day(*, book_id: int, business_date: dt.date, approval_id: int) -> DaySoftClose:
    """Shut the open day to all but corrections; waits for every entry in flight.

    Joins the caller's transaction, else is its own; READ COMMITTED. Uses the approval up. From then on the
    day takes entries that reverse or adjust, and kinds marked so; it is then closed, or reopened.

    :raises NoSuchDay: the book has no such day.
    :raises DayNotOpenForSoftClose: it is soft-closed or closed already.
    :raises ApprovalMissing: and its like (`execute_approval`), where the approval does not permit it.
    Source: DESIGN 3 (periods), decision 26.
    """
    with named_refusals(), transaction.atomic():
        day = _day(book_id, business_date)
        approval = execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.SOFT_CLOSE_BUSINESS_DAY,
            subject=f"{_book(book_id).code}/{business_date}",
            payload=_payload_of_day(day),
        )
        made = DaySoftClose.objects.create(day=day, **by_two(approval=approval))
    made.refresh_from_db()
    return made


def propose_day_reopening(*, book_id: int, business_date: dt.date, reason: str, maker_id: int) -> Approval:
    """Propose to open a closed or soft-closed day again. Joins the caller's transaction, else is its own.

    :raises ReasonMissing: the reason is blank.
    :raises NoSuchDay: the book has no such day.
    Source: DESIGN 3 (periods); DESIGN 1, rule 9.
    """
    if not reason.strip():
        raise ReasonMissing
    return _propose(
        ApprovalKind.REOPEN_BUSINESS_DAY,
        _book(book_id),
        business_date.isoformat(),
        {**_payload_of_day(_day(book_id, business_date)), "reason": reason.strip()},
        maker_id,
    )


def reopen_business_day(*, book_id: int, business_date: dt.date, approval_id: int) -> DayReopening:
    """Open the newest day of a book again, for the reason that was approved; it is closed anew afterwards.

    Joins the caller's transaction, else is its own; READ COMMITTED. Uses the approval up. The earlier
    close and its snapshots stay as they are; the next close has the next number. An approval given for one
    close does not permit to reopen a later one.

    :raises NoSuchDay: the book has no such day.
    :raises DayIsOpen: it is open.
    :raises NotNewestDay: a later day was opened.
    :raises MonthIsClosed: its month is closed.
    :raises ApprovalMissing: and its like (`execute_approval`), where the approval does not permit it.
    Source: DESIGN 3 (periods), decision 26.
    """
    with named_refusals(), transaction.atomic():
        day = _day(book_id, business_date)
        reason = _reason_of(approval_id)
        approval = execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.REOPEN_BUSINESS_DAY,
            subject=f"{_book(book_id).code}/{business_date}",
            payload={**_payload_of_day(day), "reason": reason},
        )
        made = DayReopening.objects.create(
            day=day, from_status=BusinessDay.Status.CLOSED, reason=reason, **by_two(approval=approval)
        )
    made.refresh_from_db()
    return made


def propose_month_close(*, book_id: int, month: dt.date, hardness: Hardness, maker_id: int) -> Approval:
    """Propose to close the month of a date, soft or hard. Joins the caller's transaction, else is its own.

    Source: DESIGN 3 (periods); DESIGN 1, rule 9.
    """
    book = _book(book_id)
    return _propose(
        ApprovalKind.CLOSE_MONTH, book, month_code(month), _payload_of_month(book, month, hardness), maker_id
    )


def close_month(*, book_id: int, month: dt.date, hardness: Hardness, approval_id: int) -> MonthClose:
    """Close the month of a date: no day of it is opened or reopened any more.

    Joins the caller's transaction, else is its own; READ COMMITTED. Uses the approval up. Soft can be taken
    back by two people with a reason; hard never, and comes after soft or at once.

    :raises MonthAlreadyClosed: it is closed, or soft-closed and soft was asked.
    :raises MonthDaysOpen: a day that was opened in it is not closed, or it has none.
    :raises ApprovalMissing: and its like (`execute_approval`), where the approval does not permit it.
    Source: DESIGN 3 (periods), decision 26.
    """
    with named_refusals(), transaction.atomic():
        book = _book(book_id)
        approval = execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.CLOSE_MONTH,
            subject=f"{book.code}/{month_code(month)}",
            payload=_payload_of_month(book, month, hardness),
        )
        made = MonthClose.objects.create(
            book=book, month=month_of(month), hardness=hardness, **by_two(approval=approval)
        )
    made.refresh_from_db()
    return made


def propose_month_reopening(*, book_id: int, month: dt.date, reason: str, maker_id: int) -> Approval:
    """Propose to open a soft-closed month again. Joins the caller's transaction, else is its own.

    :raises ReasonMissing: the reason is blank.
    :raises MonthNotSoftClosed: the month is open, or closed hard.
    Source: DESIGN 3 (periods); DESIGN 1, rule 9.
    """
    if not reason.strip():
        raise ReasonMissing
    book, close = _book(book_id), _soft_close_of(book_id, month)
    return _propose(
        ApprovalKind.REOPEN_MONTH,
        book,
        month_code(month),
        {**_payload_of_close(book, close), "reason": reason.strip()},
        maker_id,
    )


def reopen_month(*, book_id: int, month: dt.date, approval_id: int) -> MonthReopening:
    """Take the soft close of a month back, for the reason that was approved.

    Joins the caller's transaction, else is its own; READ COMMITTED. Uses the approval up.

    :raises MonthNotSoftClosed: the month is open, or closed hard.
    :raises ApprovalMissing: and its like (`execute_approval`), where the approval does not permit it.
    Source: DESIGN 3 (periods), decision 26.
    """
    with named_refusals(), transaction.atomic():
        book, close = _book(book_id), _soft_close_of(book_id, month)
        reason = _reason_of(approval_id)
        approval = execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.REOPEN_MONTH,
            subject=f"{book.code}/{month_code(month)}",
            payload={**_payload_of_close(book, close), "reason": reason},
        )
        made = MonthReopening.objects.create(close=close, reason=reason, **by_two(approval=approval))
    made.refresh_from_db()
    return made


def by_two(*, approval: Approval) -> dict[str, Any]:
    """What a row that two people decided says of them: the approval, its maker and its checker."""
    return {"approval": approval, "maker_id": approval.maker_id, "checker_id": approval.checker_id}


def _propose(kind: ApprovalKind, book: Book, what: str, payload: Payload, maker_id: int) -> Approval:
    return propose_approval(
        book_code=book.code, kind=kind, subject=f"{book.code}/{what}", payload=payload, maker_id=maker_id
    )


def _book(book_id: int) -> Book:
    return Book.objects.get(pk=book_id)


def _day(book_id: int, business_date: dt.date) -> BusinessDay:
    day = (
        BusinessDay.objects.select_related("book")
        .filter(book_id=book_id, business_date=business_date)
        .first()
    )
    if day is None:
        raise NoSuchDay(str(business_date))
    return day


def _payload_of_day(day: BusinessDay) -> dict[str, object]:
    return {
        "book": day.book.code,
        "business_date": day.business_date.isoformat(),
        "status": day.status,
        "closes": day.closes.count(),
    }


def _payload_of_month(book: Book, month: dt.date, hardness: Hardness) -> dict[str, object]:
    return {"book": book.code, "month": month_code(month), "hardness": hardness.value}


def _payload_of_close(book: Book, close: MonthClose) -> dict[str, object]:
    return {"book": book.code, "month": month_code(close.month), "close_id": close.pk}


def _soft_close_of(book_id: int, month: dt.date) -> MonthClose:
    close = month_close_in_force(book_id=book_id, month=month)
    if close is None or close.hardness != Hardness.SOFT:
        raise MonthNotSoftClosed(month_code(month))
    return close


def _reason_of(approval_id: int) -> str:
    """The reason that was approved; blank where the approval is of something else, which is refused next."""
    found = Approval.objects.filter(pk=approval_id).values_list("payload", flat=True).first()
    return str(found.get("reason", "")) if isinstance(found, dict) else ""
