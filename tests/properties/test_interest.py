"""However a span is cut into postings, they add up to the rounded exact figure."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from contracts.domain.day_count import DayCount, days, period_weight, weight_basis, year_fraction
from contracts.domain.interest import (
    AccrualBasis,
    InterestAccumulator,
    Segment,
    cumulative_exact,
    cumulative_rounded,
    daily_postings,
    posted_between,
)

STARTS = st.dates(min_value=date(1999, 12, 1), max_value=date(2032, 1, 1))
DAY_COUNTS = st.sampled_from(DayCount)
PRINCIPALS = st.integers(min_value=0, max_value=10**13)
RATES = st.integers(min_value=-50_000, max_value=400_000)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Segment], date]:
    """Return segments without gaps and a day at or after the last one's start."""
    lengths = draw(st.lists(st.integers(min_value=1, max_value=90), min_size=1, max_size=4))
    start = draw(STARTS)
    bounds = [start + timedelta(days=offset) for offset in accumulate(lengths, initial=0)]
    segments = [Segment(start, end, draw(PRINCIPALS), draw(RATES)) for start, end in pairwise(bounds)]
    return segments, bounds[-1]


class TestPostings:
    @given(history=histories(), day_count=DAY_COUNTS)
    def test_of_every_night_telescope(self, history: tuple[list[Segment], date], day_count: DayCount) -> None:
        segments, end = history
        basis = AccrualBasis(day_count)
        postings = daily_postings(segments, segments[0].start, end, basis=basis)
        assert sum(amount for _, amount in postings) == cumulative_rounded(segments, end, basis=basis)

    @given(history=histories(), day_count=DAY_COUNTS, part=st.fractions(min_value=0, max_value=1))
    def test_of_a_span_do_not_depend_on_where_it_is_cut(
        self, history: tuple[list[Segment], date], day_count: DayCount, part: Fraction
    ) -> None:
        segments, end = history
        start, basis = segments[0].start, AccrualBasis(day_count)
        cut = start + timedelta(days=int((end - start).days * part))
        first = posted_between(segments, start, cut, basis=basis)
        second = posted_between(segments, cut, end, basis=basis)
        assert first + second == posted_between(segments, start, end, basis=basis)

    @given(history=histories(), day_count=DAY_COUNTS)
    def test_stay_within_half_a_unit_of_the_exact_figure(
        self, history: tuple[list[Segment], date], day_count: DayCount
    ) -> None:
        segments, end = history
        basis = AccrualBasis(day_count)
        rounding = cumulative_rounded(segments, end, basis=basis) - cumulative_exact(
            segments, end, basis=basis
        )
        assert abs(rounding) <= Fraction(1, 2)


class TestInterestAccumulator:
    @given(history=histories(), day_count=DAY_COUNTS)
    def test_carried_by_the_night_agrees_with_segments(
        self, history: tuple[list[Segment], date], day_count: DayCount
    ) -> None:
        segments, end = history
        origin, basis = segments[0].start, AccrualBasis(day_count)
        accumulator = InterestAccumulator.for_day_count(day_count)
        for segment in segments:
            day = segment.start
            while segment.end is not None and day < segment.end:
                night = day + timedelta(days=1)
                weight = period_weight(day_count, origin, night) - period_weight(day_count, origin, day)
                accumulator = accumulator.accrue(
                    principal_minor=segment.principal_minor, rate_ppm=segment.rate_ppm, weight=weight
                )
                accumulator, _ = accumulator.post()
                day = night
        assert accumulator.posted_minor == cumulative_rounded(segments, end, basis=basis)


class TestDayCounts:
    @given(start=STARTS, count=st.integers(min_value=0, max_value=800), day_count=DAY_COUNTS)
    def test_never_run_backwards(self, start: date, count: int, day_count: DayCount) -> None:
        end = start + timedelta(days=count)
        weight = period_weight(day_count, start, end)
        assert 0 <= weight <= period_weight(day_count, start, end + timedelta(days=1))
        assert year_fraction(day_count, start, end) == Fraction(weight, weight_basis(day_count))

    @given(start=STARTS, count=st.integers(min_value=0, max_value=800))
    def test_of_thirty_day_months_differ_by_a_few_days_at_most(self, start: date, count: int) -> None:
        end = start + timedelta(days=count)
        variants = [day_count for day_count in DayCount if day_count.value.startswith("THIRTY")]
        counted = [days(day_count, start, end) for day_count in variants]
        assert max(counted) - min(counted) <= 3
