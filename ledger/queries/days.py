"""Business days of a book."""

import datetime as dt

from ledger.models import BusinessDay


def open_business_date(*, book_id: int) -> dt.date | None:
    """The day of the book that takes entries: open, or soft-closed, which takes corrections only."""
    return (
        BusinessDay.objects.filter(book_id=book_id)
        .exclude(status=BusinessDay.Status.CLOSED)
        .values_list("business_date", flat=True)
        .first()
    )
