"""The figures of the evening that the day's page shows."""

import datetime as dt

from clearing.corrections.queries.corrections import correction_figures
from clearing.day.domain.plan import Figures
from clearing.domain.ladder import Level
from clearing.liquidation.queries.liquidations import liquidations_to_release, liquidations_under_way
from clearing.margin.queries.margin import level_counts, standing_calls
from clearing.reconciliation.queries.breaks import open_breaks

ON_HOLD = "ON_HOLD"


def report_day(*, book_id: int, business_date: dt.date) -> Figures:
    """Return levels in force, calls, liquidations, open breaks and reviews as the evening leaves them.

    Reads only. Source: DESIGN 9 (reported).
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
    }
