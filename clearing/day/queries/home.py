"""What the first page of the back office shows: the day, and what waits for somebody. Reads only."""

import datetime as dt
from dataclasses import dataclass

from clearing.day.models import DayRun, DayStep, StepStatus
from clearing.liquidation.models import Liquidation
from clearing.liquidation.queries.liquidations import liquidations_to_release
from clearing.margin.models import MarginCall
from clearing.margin.queries.margin import LevelCount, level_counts, standing_calls
from clearing.reconciliation.models import ReconciliationBreak
from clearing.reconciliation.queries.breaks import open_breaks
from ledger.models import BusinessDay

FIRST = 10
"""How many of each list the page shows before it leads to the whole."""


@dataclass(frozen=True, slots=True)
class ListHead:
    """The first rows of a list and how long it is."""

    count: int
    first: tuple[MarginCall | Liquidation | ReconciliationBreak, ...]


@dataclass(frozen=True, slots=True)
class DayHome:
    """The open day of a book, or the last one when none is open; no date where there never was one."""

    business_date: dt.date | None
    is_open: bool
    is_soft_closed: bool
    steps: tuple[DayStep, ...]
    levels: tuple[LevelCount, ...]
    calls: ListHead
    to_release: ListHead
    breaks: ListHead

    @property
    def current_step(self) -> DayStep | None:
        """The first step that is not done: what runs, failed or waits."""
        return next((step for step in self.steps if step.status != StepStatus.DONE), None)

    @property
    def awaits_close(self) -> bool:
        """Whether nothing but the second person's close is left."""
        return self.current_step is not None and self.current_step == self.steps[-1]


def day_home(*, book_id: int) -> DayHome:
    """Return the home page's figures of a book, in a constant number of statements."""
    day = BusinessDay.objects.filter(book_id=book_id).order_by("-business_date").first()
    calls = standing_calls(book_id=book_id)
    releases = liquidations_to_release(book_id=book_id)
    breaks = open_breaks(book_id=book_id)
    return DayHome(
        business_date=day.business_date if day else None,
        is_open=day is not None and day.status != BusinessDay.Status.CLOSED,
        is_soft_closed=day is not None and day.status == BusinessDay.Status.SOFT_CLOSED,
        steps=tuple(steps_of_day(book_id=book_id, business_date=day.business_date)) if day else (),
        levels=tuple(level_counts(book_id=book_id)),
        calls=ListHead(calls.count(), tuple(calls[:FIRST])),
        to_release=ListHead(releases.count(), tuple(releases[:FIRST])),
        breaks=ListHead(breaks.count(), tuple(breaks[:FIRST])),
    )


def steps_of_day(*, book_id: int, business_date: dt.date) -> list[DayStep]:
    """Return the steps of a day in their order; none where the day was not run yet."""
    return list(
        DayStep.objects.filter(run__book_id=book_id, run__business_date=business_date).order_by("ordinal")
    )


def latest_runs(*, book_id: int, count: int = FIRST) -> list[DayRun]:
    """Return the last days run, the newest first, with their steps."""
    rows = DayRun.objects.filter(book_id=book_id).prefetch_related("steps").order_by("-business_date")
    return list(rows[:count])
