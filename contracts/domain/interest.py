"""Interest on value-dated principal: exact while it accrues, rounded once, at the posting.

``cumulative`` is the exact interest since the first segment; what has been posted by day ``n`` is its
rounding, so the posting of a day is ``round(cumulative(n)) - round(cumulative(n - 1))`` and the postings of
any span add up to the rounded exact figure. Amounts are minor units owed by the client (positive); rates are
parts per million a year (6.5 % is 65,000); days are calendar days, the first in and the last out.

Days are weighed from the start of the first segment (the accrual period's origin), a segment getting the
difference of its two ends. So cutting a segment in two never changes the sum, under 30/360 either, and the
weight of one night is the same for every segment: ``period_weight(origin, n) - period_weight(origin, n -
1)``, which is what set-based SQL adds up.

Source: DESIGN 5 (interest); vectors I1 to I16; walk.json (accrue).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from fractions import Fraction
from itertools import pairwise
from math import lcm

from contracts.domain.day_count import DayCount, InvalidPeriod, period_weight, weight_basis
from ledger.domain.money import round_half_up, round_half_up_fraction

PARTS_PER_MILLION = 1_000_000
PARTS_OF_YEAR = lcm(360, 365, 366)
"""1,603,080: a year of every day count is whole in these parts; a day of act/365F is 4,392 of them."""
EVERY_DENOMINATOR = PARTS_OF_YEAR * PARTS_PER_MILLION
"""The denominator of the book's accrual, whatever the day count: segments under different ones add up."""
_ONE_DAY = timedelta(days=1)


class InvalidSegments(ValueError):
    """The segments are not a history: out of order, overlapping, or open before the last."""


class SameDayRule(Enum):
    """What a loan costs that is drawn and repaid on one day. The rule pack names it."""

    FREE = "FREE"
    """First day in, last day out: no night, no interest."""
    ONE_DAY = "ONE_DAY"
    """One day's interest (mainland margin trading; vector I16)."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A span over which principal and rate stay the same.

    ``start`` counts and ``end`` does not; ``end=None`` is still running. ``principal_minor`` may be zero (a
    gap).
    """

    start: date
    end: date | None
    principal_minor: int
    rate_ppm: int

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise InvalidPeriod(f"the segment ends on {self.end}, before its start on {self.start}")
        if self.principal_minor < 0:
            raise InvalidSegments(f"the principal of a segment is negative: {self.principal_minor}")


@dataclass(frozen=True, slots=True)
class AccrualBasis:
    """The terms that turn days into parts of a year."""

    day_count: DayCount
    same_day: SameDayRule = SameDayRule.FREE
    termination_date: date | None = None
    """The maturity; only 30E/360 ISDA looks at it."""

    def weight(self, origin: date, start: date, end: date) -> int:
        """Return the integer weight of the nights from ``start`` to ``end``, counted from ``origin``."""
        return self._from(origin, end) - self._from(origin, start)

    def _from(self, origin: date, until: date) -> int:
        return period_weight(self.day_count, origin, until, termination_date=self.termination_date)


def interest_denominator(day_count: DayCount) -> int:
    """Return the denominator of the integer form of interest.

    ``principal_minor * rate_ppm * weight`` summed over nights, over this figure, is the exact interest in
    minor units: 365,000,000 for act/365F, 360,000,000 for act/360 and 30/360, 133,590,000,000 for act/act
    (see :func:`contracts.domain.day_count.weight_basis`). Set-based SQL carries the numerator and rounds the
    quotient half up.
    """
    return weight_basis(day_count) * PARTS_PER_MILLION


def cumulative_numerator(segments: Sequence[Segment], until: date, *, basis: AccrualBasis) -> int:
    """Return the numerator, over :func:`interest_denominator`, of the interest earned before ``until``.

    :raises InvalidSegments: the segments are out of order, overlap, or one but the last is open.
    """
    _refuse_disorder(segments)
    if not segments:
        return 0
    origin = segments[0].start
    total = _same_day_numerator(segments, until, basis) if basis.same_day is SameDayRule.ONE_DAY else 0
    for segment in segments:
        end = until if segment.end is None else min(segment.end, until)
        if end > segment.start:
            weight = basis.weight(origin, segment.start, end)
            total += segment.principal_minor * segment.rate_ppm * weight
    return total


def cumulative_exact(segments: Sequence[Segment], until: date, *, basis: AccrualBasis) -> Fraction:
    """Return the exact interest in minor units earned before ``until`` (that day not included).

    :raises InvalidSegments: the segments are out of order, overlap, or one but the last is open.
    """
    numerator = cumulative_numerator(segments, until, basis=basis)
    return Fraction(numerator, interest_denominator(basis.day_count))


def cumulative_rounded(segments: Sequence[Segment], until: date, *, basis: AccrualBasis) -> int:
    """Return what must have been posted in all before ``until``: the exact figure, rounded half up."""
    return round_half_up_fraction(cumulative_exact(segments, until, basis=basis))


def posted_between(segments: Sequence[Segment], since: date, until: date, *, basis: AccrualBasis) -> int:
    """Return one posting for all days from ``since`` to ``until`` (first in, last out).

    :raises InvalidPeriod: ``until`` lies before ``since``.
    """
    if until < since:
        raise InvalidPeriod(f"the period ends on {until}, before its start on {since}")
    return cumulative_rounded(segments, until, basis=basis) - cumulative_rounded(segments, since, basis=basis)


def posted_amount(segments: Sequence[Segment], until: date, *, basis: AccrualBasis) -> int:
    """Return the posting of the one night that ends on ``until``: ``round(cum(n)) - round(cum(n - 1))``."""
    return posted_between(segments, until - _ONE_DAY, until, basis=basis)


def daily_postings(
    segments: Sequence[Segment], first_day: date, end: date, *, basis: AccrualBasis
) -> list[tuple[date, int]]:
    """Return (day, amount) for each calendar day from ``first_day``, counted, to ``end``, not counted."""
    count = (end - first_day).days
    accrued = [first_day + timedelta(days=offset) for offset in range(count)]
    return [(day, posted_between(segments, day, day + _ONE_DAY, basis=basis)) for day in accrued]


def backdated_adjustment(
    corrected_segments: Sequence[Segment], until: date, *, basis: AccrualBasis, already_posted_minor: int
) -> int:
    """Return the ONE adjustment that a back-dated rate, principal or calendar change asks for.

    Positive: the client owes more. History stays as posted; the next day's posting follows the corrected
    segments. Vector I7.
    """
    return cumulative_rounded(corrected_segments, until, basis=basis) - already_posted_minor


@dataclass(frozen=True, slots=True)
class InterestAccumulator:
    """The integer form: an exact numerator carried from day to day, and what has been posted from it.

    Invariant: ``posted_minor`` is ``numerator / denominator`` rounded half up as of the last :meth:`post`.
    """

    denominator: int
    numerator: int = 0
    posted_minor: int = 0

    @classmethod
    def for_day_count(cls, day_count: DayCount) -> "InterestAccumulator":
        """Return an empty accumulator with the denominator of the convention."""
        return cls(denominator=interest_denominator(day_count))

    @property
    def cumulative_minor(self) -> int:
        """All interest so far, half up to the minor unit."""
        return round_half_up(self.numerator, self.denominator)

    def accrue(self, *, principal_minor: int, rate_ppm: int, weight: int) -> "InterestAccumulator":
        """Return the accumulator after nights of the given weight: one a day, or ``period_weight``."""
        return replace(self, numerator=self.numerator + principal_minor * rate_ppm * weight)

    def post(self) -> tuple["InterestAccumulator", int]:
        """Return the accumulator after a posting, and the amount to post in minor units."""
        cumulative_minor = self.cumulative_minor
        return replace(self, posted_minor=cumulative_minor), cumulative_minor - self.posted_minor


@dataclass(frozen=True, slots=True)
class SharedAccrual:
    """One accrual of a contract and who earns it; ``spread_minor`` is the residual and may be negative."""

    client_minor: int
    tranches_minor: tuple[int, ...]

    @property
    def spread_minor(self) -> int:
        """What the platform keeps: the client's posting less each funder's own."""
        return self.client_minor - sum(self.tranches_minor)


def share_accrual(
    client_segments: Sequence[Segment],
    tranche_segments: Sequence[Sequence[Segment]],
    *,
    since: date,
    until: date,
    basis: AccrualBasis,
) -> SharedAccrual:
    """Return the posting from ``since`` to ``until`` with every funder's part by its own cumulative.

    Each tranche has its own principal and funder rate and its own rounding; the spread takes what is left, so
    that no rounding accumulates anywhere. Source: DESIGN 5; walk.json (accrue).
    """
    return SharedAccrual(
        client_minor=posted_between(client_segments, since, until, basis=basis),
        tranches_minor=tuple(posted_between(own, since, until, basis=basis) for own in tranche_segments),
    )


def _same_day_numerator(segments: Sequence[Segment], until: date, basis: AccrualBasis) -> int:
    """Return one day's numerator for each day on which a loan came and went, on the largest principal of it.

    Nothing was owed before the day and nothing after it; the day itself counts as soon as it is reached.
    """
    largest: dict[date, Segment] = {}
    for segment in segments:
        known = largest.get(segment.start)
        if segment.end == segment.start and (
            known is None or segment.principal_minor > known.principal_minor
        ):
            largest[segment.start] = segment
    stayed = [segment for segment in segments if segment.principal_minor and segment.end != segment.start]
    total = 0
    for day, segment in largest.items():
        owed = any(one.start <= day and (one.end is None or day <= one.end) for one in stayed)
        if day <= until and not owed:
            one_day = period_weight(DayCount.ACT_ACT_ISDA, day, day + _ONE_DAY)
            weight = one_day if basis.day_count is DayCount.ACT_ACT_ISDA else 1
            total += segment.principal_minor * segment.rate_ppm * weight
    return total


def _refuse_disorder(segments: Sequence[Segment]) -> None:
    for earlier, later in pairwise(segments):
        if earlier.end is None or earlier.end > later.start:
            raise InvalidSegments(
                f"the segment from {later.start} starts before the one from {earlier.start} ends"
            )
