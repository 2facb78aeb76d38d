"""The corporate-action epoch of an instrument: 1, and one more for each split whose ex-date has come.

A price and a quantity may be multiplied only where both are of one epoch (DESIGN 6, vector P6).
"""

from datetime import date

from django.db.models import Count, Q

from clearing.marks.models import CorporateAction, CorporateActionKind, Instrument


def epochs_on(*, book_id: int, business_date: date) -> dict[int, int]:
    """Return the epoch of every instrument on the day, by instrument id."""
    splits = Q(
        corporate_actions__book_id=book_id,
        corporate_actions__kind=CorporateActionKind.SPLIT,
        corporate_actions__ex_date__lte=business_date,
    )
    counted = Instrument.objects.order_by().annotate(splits=Count("corporate_actions", filter=splits))
    return {pk: 1 + split_count for pk, split_count in counted.values_list("pk", "splits")}


def instrument_epoch(*, book_id: int, instrument_id: int, business_date: date) -> int:
    """Return the epoch of one instrument on the day."""
    return (
        1
        + CorporateAction.objects.filter(
            book_id=book_id,
            instrument_id=instrument_id,
            kind=CorporateActionKind.SPLIT,
            ex_date__lte=business_date,
        ).count()
    )
