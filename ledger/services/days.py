"""Open and close business days, stamp positions, roll up deltas."""

import datetime as dt

from django.db import connection, transaction

from accounts.models import Approval
from ledger.models import BusinessDay, DayClose
from ledger.services.refusals import CloseNotApproved, DayNotOpen, named_refusals

ROLL_UP_BATCH = 10_000
"""Deltas folded at once: some tens of milliseconds."""


def open_business_day(*, book_id: int, business_date: dt.date, maker_id: int) -> BusinessDay:
    """Open the next business day of a book. Joins the caller's transaction, else is its own; READ COMMITTED.

    :raises MonthClosedForOpening: its month is closed.
    :raises DayAlreadyOpen: another day is open.
    :raises DayExists: the day was opened before.
    :raises DayOutOfSequence: a later day exists.
    """
    with named_refusals(), transaction.atomic():
        return BusinessDay.objects.create(book_id=book_id, business_date=business_date, opened_by_id=maker_id)


def close_business_day(*, book_id: int, business_date: dt.date, approval_id: int) -> DayClose:
    """Close the open or soft-closed day by an approval of two people; waits for every entry in flight.

    Joins the caller's transaction, else is its own; READ COMMITTED. The database stamps all positions, writes
    the snapshot of every account that moved and proves each equal to its running balance (DESIGN 3).

    :raises DayNotOpen: the book has no such day.
    :raises DayAlreadyClosed: it is closed.
    :raises CloseNotApproved: the approval is not of this day, or not given.
    :raises ApprovedBeforeReopening: it was proposed before the day was last opened again.
    :raises BalancesDiffer: a running balance is not what its postings say; nothing is closed.
    """
    day = BusinessDay.objects.filter(book_id=book_id, business_date=business_date).first()
    if day is None:
        raise DayNotOpen(str(business_date))
    approval = Approval.objects.filter(pk=approval_id).first()
    if approval is None or approval.checker_id is None:
        raise CloseNotApproved(str(business_date))
    roll_up_deltas(book_id=book_id)
    with named_refusals(), transaction.atomic():
        made = DayClose.objects.create(
            day=day, approval=approval, maker_id=approval.maker_id, checker_id=approval.checker_id
        )
    made.refresh_from_db()
    return made


def stamp_positions(*, book_id: int) -> int:
    """Give every committed entry of the book its position. Joins the caller's transaction.

    :returns: the last position of the book, 0 if it has no entries.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_stamp_positions(%s)", [book_id])
        (position,) = cursor.fetchone()
    return int(position)


def roll_up_deltas(*, book_id: int, batch_size: int = ROLL_UP_BATCH) -> int:
    """Fold the deltas of the book's hot accounts into their balances, batch by batch.

    Each batch is its own transaction where none is open; it makes nobody wait, and leaves at once what
    another roll-up of the book is at. Balances are the same before, between and after.

    :returns: how many deltas were folded.
    Source: DESIGN 3 (balances), decision 12.
    """
    rolled = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT ledger_roll_up_deltas(%s, %s)", [book_id, batch_size])
            (of_batch,) = cursor.fetchone()
            rolled += int(of_batch)
            if of_batch < batch_size:
                return rolled
