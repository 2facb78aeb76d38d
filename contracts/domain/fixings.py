"""A sheet of a benchmark's fixings, read line by line: a day and a rate in per cent, or what is wrong.

Representation: parts per million a year; a rate of at most four decimals of a per cent is exact in them.
"""

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from io import StringIO

HEADER = ("fixing_date", "rate_percent")
MOST_LINES = 10_000
_PPM_OF_A_PERCENT = 10_000
_FURTHEST_PERCENT = 100


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line; `fault` is empty where it can be taken."""

    number: int
    day: dt.date | None
    rate_ppm: int | None
    fault: str = ""


class NotASheet(ValueError):
    """The text has no header of a sheet of fixings, or no line below it."""


def read_sheet(text: str) -> list[SheetLine]:
    """Read every line below the header, good or bad.

    :raises NotASheet: another header, nothing below it, or more than ten thousand lines.
    """
    rows = [row for row in csv.reader(StringIO(text.lstrip("\ufeff"))) if any(cell.strip() for cell in row)]
    if not rows or tuple(cell.strip() for cell in rows[0]) != HEADER:
        raise NotASheet(f"the first line is {','.join(HEADER)}")
    if not 1 < len(rows) <= MOST_LINES:
        raise NotASheet(f"{len(rows) - 1} lines below the header, one to {MOST_LINES - 1} can be read")
    seen: set[dt.date] = set()
    return [_line(number, row, seen) for number, row in enumerate(rows[1:], start=2)]


def _line(number: int, row: Sequence[str], seen: set[dt.date]) -> SheetLine:
    if len(row) != len(HEADER):
        return SheetLine(number, None, None, "columns")
    try:
        day = dt.date.fromisoformat(row[0].strip())
    except ValueError:
        return SheetLine(number, None, None, "day")
    rate_ppm = percent_to_ppm(row[1].strip())
    if rate_ppm is None:
        return SheetLine(number, day, None, "rate")
    fault = "twice" if day in seen else ""
    seen.add(day)
    return SheetLine(number, day, rate_ppm, fault)


def percent_of(rate_ppm: int) -> str:
    """Return a rate as it is written in a sheet: 30,500 is 3.0500."""
    sign, whole = "-" if rate_ppm < 0 else "", abs(rate_ppm)
    return f"{sign}{whole // _PPM_OF_A_PERCENT}.{whole % _PPM_OF_A_PERCENT:04d}"


def percent_to_ppm(written: str) -> int | None:
    """Return the rate in parts per million; None where it is no rate, or not exact in them."""
    try:
        exact = Decimal(written) * _PPM_OF_A_PERCENT
    except InvalidOperation:
        return None
    furthest = _FURTHEST_PERCENT * _PPM_OF_A_PERCENT
    if not exact.is_finite() or abs(exact) > furthest or exact != exact.to_integral_value():
        return None
    return int(exact)
