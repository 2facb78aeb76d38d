"""Penalty interest on overdue amounts, and interest added to principal.

Amounts in minor units, rates in parts per million a year, exact until the caller rounds.

Source: DESIGN 5 (penalty after grace, instead of or on top of contract interest; capitalisation only where
the terms allow); vectors I8 and I10.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from fractions import Fraction
from itertools import pairwise

from contracts.domain.day_count import DayCount, InvalidPeriod, year_fraction
from contracts.domain.interest import PARTS_PER_MILLION, AccrualBasis, Segment, cumulative_rounded


class PenaltyMode(Enum):
    """Whether contract interest goes on running on the overdue amount."""

    INSTEAD = "INSTEAD"
    """The penalty rate replaces the contract rate. The default of terms."""
    ON_TOP = "ON_TOP"
    """Both run."""


@dataclass(frozen=True, slots=True)
class PenaltyTerms:
    """``multiple_ppm`` of the contract rate (1.5 times is 1,500,000) after ``grace_days`` calendar days."""

    multiple_ppm: int
    grace_days: int = 0
    mode: PenaltyMode = PenaltyMode.INSTEAD

    def first_day(self, due_date: date) -> date:
        """Return the first day that bears penalty: the due date itself, or the day after the grace."""
        return due_date + timedelta(days=self.grace_days)

    def rate(self, contract_rate_ppm: int) -> Fraction:
        """Return the exact penalty rate in parts per million a year."""
        return Fraction(contract_rate_ppm * self.multiple_ppm, PARTS_PER_MILLION)

    def contract_rate_while_overdue_ppm(self, contract_rate_ppm: int) -> int:
        """Return the contract rate that still runs on an overdue amount once penalty does."""
        return 0 if self.mode is PenaltyMode.INSTEAD else contract_rate_ppm


def penalty_exact(
    overdue_minor: int,
    *,
    contract_rate_ppm: int,
    terms: PenaltyTerms,
    due_date: date,
    until: date,
    day_count: DayCount,
) -> Fraction:
    """Return the exact penalty in minor units on an amount overdue since ``due_date``, before ``until``.

    Nothing while the grace runs, and nothing for the days of grace afterwards.

    :raises InvalidPeriod: ``until`` lies before ``due_date``.
    """
    if until < due_date:
        raise InvalidPeriod(f"the period ends on {until}, before the due date {due_date}")
    first_day = terms.first_day(due_date)
    if until <= first_day:
        return Fraction(0)
    part_of_year = year_fraction(day_count, first_day, until)
    return overdue_minor * terms.rate(contract_rate_ppm) * part_of_year / PARTS_PER_MILLION


@dataclass(frozen=True, slots=True)
class CapitalisedPeriod:
    """One period between capitalisations: the principal that it ran on and the interest added at its end."""

    start: date
    end: date
    principal_minor: int
    interest_minor: int


def capitalise(
    principal_minor: int, rate_ppm: int, boundaries: Sequence[date], *, basis: AccrualBasis
) -> list[CapitalisedPeriod]:
    """Return the periods between boundaries, each on the principal grown by the interest before it.

    Interest is rounded half up when it becomes principal, and days are counted from each period's own start.

    :raises InvalidPeriod: fewer than two boundaries, or they do not ascend.
    """
    if len(boundaries) < 2:
        raise InvalidPeriod("a capitalised period needs a start and an end")
    periods: list[CapitalisedPeriod] = []
    for start, end in pairwise(boundaries):
        segment = Segment(start=start, end=end, principal_minor=principal_minor, rate_ppm=rate_ppm)
        interest_minor = cumulative_rounded([segment], end, basis=basis)
        periods.append(CapitalisedPeriod(start, end, principal_minor, interest_minor))
        principal_minor += interest_minor
    return periods
