"""Corrections, what they found, and the reviews that wait. Reads only."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from clearing.corrections.models import CorrectionFinding, CorrectionRun, DecisionReview, ReviewState


@dataclass(frozen=True, slots=True)
class CorrectionFigures:
    """What the evening's report says: reviews that wait, those past their deadline, runs of the day."""

    reviews_open: int
    reviews_overdue: int
    runs: int


def open_reviews(*, book_id: int) -> QuerySet[DecisionReview]:
    """Return the reviews that wait for a decision, the nearest deadline first."""
    return (
        DecisionReview.objects.filter(book_id=book_id, state=ReviewState.OPEN)
        .select_related("contract", "run__correction")
        .order_by("deadline_on", "pk")
    )


def correction_figures(*, book_id: int, business_date: dt.date) -> CorrectionFigures:
    """Return a day's figures of corrections; a review is overdue after its deadline."""
    waiting = open_reviews(book_id=book_id)
    return CorrectionFigures(
        reviews_open=waiting.count(),
        reviews_overdue=waiting.filter(deadline_on__lt=business_date).count(),
        runs=CorrectionRun.objects.filter(book_id=book_id, booking_date=business_date).count(),
    )


def findings_of(*, run_id: int) -> QuerySet[CorrectionFinding]:
    """Return what a run found, by contract and day."""
    return (
        CorrectionFinding.objects.filter(run_id=run_id)
        .select_related("contract__unit", "run__book__base_unit")
        .order_by("contract__code", "business_date", "figure", "subject")
    )


def figures_by_kind(*, run_id: int) -> list[tuple[str, str, int]]:
    """Return (figure, tendency, how many) of a run."""
    return list(
        CorrectionFinding.objects.filter(run_id=run_id)
        .order_by("figure", "tendency")
        .values_list("figure", "tendency")
        .annotate(n=Count("pk"))
    )
