"""Breaks of a book over its life. Reads only; set-based."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Q

from clearing.reconciliation.models import BreakStatus, Match, ReconciliationBreak
from clearing.reconciliation.queries.breaks import aged_breaks


@dataclass(frozen=True, slots=True)
class BreakFigures:
    """How many breaks there were of each kind and how many are open; the open ones by age; matches made."""

    opened: dict[str, int]
    still_open: dict[str, int]
    open_by_age: dict[str, int]
    matches: dict[str, int]
    """By rule."""


def break_figures(*, book_id: int, as_of: dt.date) -> BreakFigures:
    """Return the book's breaks; ages are business days as of the date."""
    rows = list(
        ReconciliationBreak.objects.filter(book_id=book_id)
        .values_list("kind")
        .annotate(opened=Count("pk"), still=Count("pk", filter=~Q(status=BreakStatus.CLOSED)))
        .order_by("kind")
    )
    ages = Counter(each.bucket for each in aged_breaks(book_id=book_id, as_of=as_of))
    matches = Match.objects.filter(run__book_id=book_id).values_list("rule").annotate(n=Count("pk"))
    return BreakFigures(
        opened={kind: opened for kind, opened, _ in rows},
        still_open={kind: still for kind, _, still in rows if still},
        open_by_age=dict(sorted(ages.items())),
        matches=dict(sorted(matches)),
    )
