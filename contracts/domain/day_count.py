"""Day counts: how many days, and what part of a year, lie between two dates.

Every period is half open: the first day counts, the last does not. Results are integers and fractions.

Sources: ISDA 2006 Definitions 4.16 (act/365 fixed, act/360, act/act, 30/360 bond basis, 30E/360, 30E/360
ISDA); the end-of-February rule of the US municipal and agency markets for 30/360 US. Vector I4.
"""

import calendar
from datetime import date
from enum import Enum
from fractions import Fraction
from math import lcm


class InvalidPeriod(ValueError):
    """The period ends before it starts."""


class DayCount(Enum):
    """A convention for counting days and years. The value is what terms store."""

    ACT_365F = "ACT_365F"
    """Actual days over 365, in leap years too."""
    ACT_360 = "ACT_360"
    """Actual days over 360."""
    ACT_ACT_ISDA = "ACT_ACT_ISDA"
    """Days falling in a leap year over 366, the others over 365."""
    THIRTY_360_BOND = "THIRTY_360_BOND"
    """30/360 bond basis: the 31st becomes the 30th at the end only where the start is the 30th or 31st."""
    THIRTY_360_US = "THIRTY_360_US"
    """Bond basis with the February rule: the last day of February counts as the 30th."""
    THIRTY_E_360 = "THIRTY_E_360"
    """Eurobond basis: the 31st becomes the 30th at either end."""
    THIRTY_E_360_ISDA = "THIRTY_E_360_ISDA"
    """Eurobond basis where the last day of any month, February too, is the 30th, but for a February maturity.
    """


_ACTUAL = frozenset({DayCount.ACT_365F, DayCount.ACT_360, DayCount.ACT_ACT_ISDA})
_COMMON_YEAR, _LEAP_YEAR = 365, 366


def days(day_count: DayCount, start: date, end: date, *, termination_date: date | None = None) -> int:
    """Return the days from ``start`` to ``end`` (first in, last out) under the convention.

    ``termination_date`` is the maturity of the contract; only 30E/360 ISDA looks at it.

    :raises InvalidPeriod: ``end`` lies before ``start``.
    """
    _refuse_backward(start, end)
    if day_count in _ACTUAL:
        return (end - start).days
    first, last = _thirty_day_months(day_count, start, end, termination_date)
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


def year_fraction(
    day_count: DayCount, start: date, end: date, *, termination_date: date | None = None
) -> Fraction:
    """Return the exact part of a year from ``start`` to ``end`` (first in, last out) under the convention.

    :raises InvalidPeriod: ``end`` lies before ``start``.
    """
    weight = period_weight(day_count, start, end, termination_date=termination_date)
    return Fraction(weight, weight_basis(day_count))


def weight_basis(day_count: DayCount) -> int:
    """Return the weight of a whole year: the denominator that :func:`period_weight` is counted in.

    365 or 360 where the basis is fixed; lcm(365, 366) = 133,590 for act/act, where a day of a common year
    weighs 366 and one of a leap year 365, so that both years weigh the same and every day stays an integer.
    """
    if day_count is DayCount.ACT_ACT_ISDA:
        return lcm(_COMMON_YEAR, _LEAP_YEAR)
    return _COMMON_YEAR if day_count is DayCount.ACT_365F else 360


def period_weight(
    day_count: DayCount, start: date, end: date, *, termination_date: date | None = None
) -> int:
    """Return the integer weight of a period, so that ``weight / weight_basis`` is its year fraction.

    :raises InvalidPeriod: ``end`` lies before ``start``.
    """
    if day_count is not DayCount.ACT_ACT_ISDA:
        return days(day_count, start, end, termination_date=termination_date)
    _refuse_backward(start, end)
    actual = (end - start).days
    in_leap_years = sum(
        (min(end, date(year + 1, 1, 1)) - max(start, date(year, 1, 1))).days
        for year in range(start.year, end.year + 1)
        if calendar.isleap(year)
    )
    return (actual - in_leap_years) * _LEAP_YEAR + in_leap_years * _COMMON_YEAR


def _refuse_backward(start: date, end: date) -> None:
    if end < start:
        raise InvalidPeriod(f"the period ends on {end}, before its start on {start}")


def _thirty_day_months(
    day_count: DayCount, start: date, end: date, termination_date: date | None
) -> tuple[int, int]:
    """Return the day-of-month numbers at both ends after the convention's adjustments."""
    first, last = start.day, end.day
    match day_count:
        case DayCount.THIRTY_E_360:
            return min(first, 30), min(last, 30)
        case DayCount.THIRTY_E_360_ISDA:
            first = 30 if _is_month_end(start) else first
            at_february_maturity = end == termination_date and end.month == 2
            last = 30 if _is_month_end(end) and not at_february_maturity else last
            return first, last
        case DayCount.THIRTY_360_US if _is_february_end(start):
            last = 30 if _is_february_end(end) else last
            first = 30
        case _:
            pass
    first = min(first, 30)
    return first, 30 if last == 31 and first == 30 else last


def _is_month_end(day: date) -> bool:
    return day.day == calendar.monthrange(day.year, day.month)[1]


def _is_february_end(day: date) -> bool:
    return day.month == 2 and _is_month_end(day)
