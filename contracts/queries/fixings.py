"""What a sheet of fixings would change of a benchmark: line by line, before anything is asked for."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from contracts.domain.fixings import SheetLine
from contracts.models import BenchmarkFixing, InterestRun


class FixingChange(Enum):
    """What becomes of a line."""

    NEW = "new"
    """The day has no fixing yet."""
    CORRECTION = "correction"
    """Takes the place of another rate; interest counted with it is put right by one adjustment a contract."""
    SAME = "same"
    """The day is fixed so already."""
    REFUSED = "refused"
    """The line can't be taken; `fault` says why."""


@dataclass(frozen=True, slots=True)
class FixingLine:
    """A line of a sheet beside what the benchmark has for its day."""

    number: int
    day: dt.date | None
    rate_ppm: int | None
    known_ppm: int | None
    change: FixingChange
    fault: str
    is_counted: bool
    """Whether interest has been counted beyond the day: it will be counted again."""


def fixing_report(*, benchmark_id: int, lines: Sequence[SheetLine]) -> list[FixingLine]:
    """Return what each line would change; reads only, in two statements."""
    days = [line.day for line in lines if line.day is not None]
    known = dict(
        BenchmarkFixing.objects.filter(benchmark_id=benchmark_id, fixing_date__in=days)
        .order_by("id")
        .values_list("fixing_date", "rate_ppm")
    )
    newest = InterestRun.objects.order_by("-accrual_date").values_list("accrual_date", flat=True).first()
    return [
        FixingLine(
            number=line.number,
            day=line.day,
            rate_ppm=line.rate_ppm,
            known_ppm=None if line.day is None else known.get(line.day),
            change=_change(line, None if line.day is None else known.get(line.day)),
            fault=line.fault,
            is_counted=newest is not None and line.day is not None and line.day < newest,
        )
        for line in lines
    ]


def _change(line: SheetLine, known_ppm: int | None) -> FixingChange:
    if line.fault:
        return FixingChange.REFUSED
    if known_ppm is None:
        return FixingChange.NEW
    return FixingChange.SAME if known_ppm == line.rate_ppm else FixingChange.CORRECTION
