"""Business days of a book."""

import datetime as dt

from ledger.models import BusinessDay


def open_business_date(*, book_id: int) -> dt.date | None:
    """The open day of the book, if one is open."""
    return (
        BusinessDay.objects.filter(book_id=book_id, status=BusinessDay.Status.OPEN)
        .values_list("business_date", flat=True)
        .first()
    )
