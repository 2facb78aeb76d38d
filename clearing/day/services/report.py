"""The figures of the evening that the day's page shows."""

import datetime as dt

from clearing.corrections.queries.corrections import correction_figures
from clearing.day.domain.plan import Figures
from clearing.domain.ladder import Level
from clearing.liquidation.queries.liquidations import liquidations_to_release, liquidations_under_way
from clearing.margin.queries.margin import level_counts, standing_calls
from clearing.reconciliation.queries.breaks import open_breaks
from contracts.queries.defaults import waiting_defaults
from contracts.queries.disputes import open_disputes, overdue_disputes
from contracts.queries.funding import funding_by_source
from ledger.models import Book

ON_HOLD = "ON_HOLD"


def report_day(*, book_id: int, business_date: dt.date) -> Figures:
    """Return levels in force, calls, liquidations, breaks, reviews and disputes as the evening leaves them,
    and what is lent and owed by source of money: the house's own, third parties', matched.

    Reads only. Source: DESIGN 9 (reported), 5 (funding sources).
    """
    levels = dict.fromkeys((*(level.name for level in Level), ON_HOLD), 0)
    for count in level_counts(book_id=book_id):
        name = ON_HOLD if count.level is None else Level(count.level).name
        levels[name] += count.contracts
    corrections = correction_figures(book_id=book_id, business_date=business_date)
    return {
        **levels,
        "calls_standing": standing_calls(book_id=book_id).count(),
        "liquidations_under_way": liquidations_under_way(book_id=book_id).count(),
        "liquidations_to_release": liquidations_to_release(book_id=book_id).count(),
        "breaks_open": open_breaks(book_id=book_id).count(),
        "corrections_run": corrections.runs,
        "reviews_open": corrections.reviews_open,
        "reviews_overdue": corrections.reviews_overdue,
        "disputes_open": open_disputes(book_id=book_id).count(),
        "disputes_overdue": len(overdue_disputes(book_id=book_id, on=business_date)),
        "defaults_waiting": len(waiting_defaults(book_id=book_id, on=business_date)),
        **_by_source(book_id),
    }


def _by_source(book_id: int) -> Figures:
    """What each source of money has lent and is owed of interest; currencies but the book's by name."""
    base = Book.objects.values_list("base_unit__code", flat=True).get(pk=book_id)
    found: dict[str, int] = {}
    for one in funding_by_source(book_id=book_id):
        tail = "minor" if one.unit_code == base else f"in_{one.unit_code}"
        found[f"lent_{one.source}_{tail}"] = one.principal_minor
        if one.interest_minor:
            found[f"interest_owed_{one.source}_{tail}"] = one.interest_minor
    return found
