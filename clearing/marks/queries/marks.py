"""Marks as they were fixed."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from clearing.marks.models import Instrument, Mark, QuoteVerdict


def marks_on(*, book_id: int, session_date: date) -> QuerySet[Mark]:
    """Return the current marks of a session with instrument and unit, holds included, by unit code."""
    return (
        Mark.objects.current()
        .filter(book_id=book_id, session_date=session_date)
        .select_related("instrument__unit", "instrument__currency")
        .order_by("instrument__unit__code")
    )


def prices_before(*, book_id: int, session_date: date, instrument_ids: Iterable[int]) -> dict[int, Mark]:
    """Return each instrument's last current mark with a price strictly before the session, by its id."""
    last = (
        Mark.objects.current()
        .filter(
            book_id=book_id,
            instrument_id__in=list(instrument_ids),
            session_date__lt=session_date,
            price_minor__isnull=False,
        )
        .order_by("instrument_id", "-session_date")
        .distinct("instrument_id")
    )
    return {mark.instrument_id: mark for mark in last}


def verdicts_of(*, mark_id: int) -> QuerySet[QuoteVerdict]:
    """Return what the mark made of each quote, with source: why the price is what it is."""
    return (
        QuoteVerdict.objects.filter(mark_id=mark_id)
        .select_related("quote__source")
        .order_by("quote__source__code", "quote__quoted_at", "pk")
    )


def instruments_by_code(*, codes: Iterable[str]) -> dict[str, Instrument]:
    """Return instruments by the code of their unit; unknown codes are absent."""
    found = Instrument.objects.filter(unit__code__in=list(codes)).select_related("unit", "currency")
    return {instrument.unit.code: instrument for instrument in found}
