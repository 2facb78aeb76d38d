"""Interest: exact over segments, rounded at the posting."""

from datetime import date
from fractions import Fraction

import pytest

from contracts.domain.day_count import DayCount, InvalidPeriod, period_weight
from contracts.domain.interest import (
    AccrualBasis,
    InterestAccumulator,
    InvalidSegments,
    SameDayRule,
    Segment,
    cumulative_exact,
    cumulative_numerator,
    cumulative_rounded,
    daily_postings,
    interest_denominator,
    posted_amount,
    posted_between,
    share_accrual,
)

ACT_365F = AccrualBasis(DayCount.ACT_365F)
DRAWN, REPAID_PART, CLOSED = date(2026, 1, 1), date(2026, 1, 11), date(2026, 1, 21)
HISTORY = [
    Segment(DRAWN, REPAID_PART, 365_000_00, 100_000),
    Segment(REPAID_PART, CLOSED, 182_500_00, 100_000),
]


class TestSegment:
    def test_never_ends_before_it_starts(self) -> None:
        with pytest.raises(InvalidPeriod):
            Segment(REPAID_PART, DRAWN, 1, 1)

    def test_never_has_a_negative_principal(self) -> None:
        with pytest.raises(InvalidSegments):
            Segment(DRAWN, None, -1, 1)


class TestCumulativeExact:
    def test_counts_the_first_day_and_not_the_last(self) -> None:
        assert cumulative_exact(HISTORY, DRAWN, basis=ACT_365F) == 0
        assert cumulative_exact(HISTORY, date(2026, 1, 2), basis=ACT_365F) == 100_00
        assert cumulative_exact(HISTORY, CLOSED, basis=ACT_365F) == 10 * 100_00 + 10 * 50_00

    def test_stops_where_the_last_segment_does(self) -> None:
        assert cumulative_exact(HISTORY, date(2027, 1, 1), basis=ACT_365F) == 1500_00

    def test_is_nothing_before_the_first_segment_or_without_any(self) -> None:
        assert cumulative_exact(HISTORY, date(2025, 1, 1), basis=ACT_365F) == 0
        assert cumulative_exact([], CLOSED, basis=ACT_365F) == 0

    def test_may_run_on_a_negative_rate(self) -> None:
        segments = [Segment(DRAWN, None, 365_000_00, -5_000)]
        assert cumulative_exact(segments, date(2026, 1, 2), basis=ACT_365F) == -5_00

    @pytest.mark.parametrize("day_count", DayCount)
    def test_does_not_change_where_a_segment_is_cut(self, day_count: DayCount) -> None:
        basis = AccrualBasis(day_count)
        start, cut, end = date(2026, 1, 15), date(2026, 1, 31), date(2026, 3, 31)
        whole = [Segment(start, end, 1_000_000_00, 65_000)]
        parts = [Segment(start, cut, 1_000_000_00, 65_000), Segment(cut, None, 1_000_000_00, 65_000)]
        assert cumulative_exact(parts, end, basis=basis) == cumulative_exact(whole, end, basis=basis)

    def test_weighs_common_and_leap_years_apart_under_act_act(self) -> None:
        segments = [Segment(date(2027, 12, 31), None, 1_000_000_00, 65_000)]
        exact = cumulative_exact(segments, date(2028, 1, 2), basis=AccrualBasis(DayCount.ACT_ACT_ISDA))
        assert exact == 6_500_000 * (Fraction(1, 365) + Fraction(1, 366))

    def test_looks_at_the_maturity_under_30e_isda(self) -> None:
        maturity = date(2026, 2, 28)
        segments = [Segment(date(2026, 1, 31), maturity, 360_00, 1_000_000)]
        plain = AccrualBasis(DayCount.THIRTY_E_360_ISDA)
        maturing = AccrualBasis(DayCount.THIRTY_E_360_ISDA, termination_date=maturity)
        assert cumulative_exact(segments, maturity, basis=plain) == 30_00
        assert cumulative_exact(segments, maturity, basis=maturing) == 28_00

    @pytest.mark.parametrize(
        "segments",
        [
            [HISTORY[1], HISTORY[0]],
            [Segment(DRAWN, None, 1, 1), HISTORY[1]],
            [Segment(DRAWN, CLOSED, 1, 1), HISTORY[1]],
        ],
    )
    def test_refuses_segments_that_are_no_history(self, segments: list[Segment]) -> None:
        with pytest.raises(InvalidSegments):
            cumulative_exact(segments, CLOSED, basis=ACT_365F)


class TestSameDayLoan:
    LOAN = (Segment(DRAWN, DRAWN, 365_000_00, 100_000),)

    def test_is_free_unless_the_pack_says_otherwise(self) -> None:
        assert cumulative_exact(self.LOAN, CLOSED, basis=ACT_365F) == 0

    @pytest.mark.parametrize(
        ("day_count", "interest"),
        [
            (DayCount.ACT_365F, Fraction(100_00)),
            (DayCount.ACT_360, Fraction(365_000_00, 3600)),
            (DayCount.THIRTY_E_360, Fraction(365_000_00, 3600)),
            (DayCount.ACT_ACT_ISDA, Fraction(100_00)),
        ],
    )
    def test_counts_one_day_where_the_pack_says_so(self, day_count: DayCount, interest: Fraction) -> None:
        basis = AccrualBasis(day_count, same_day=SameDayRule.ONE_DAY)
        assert cumulative_exact(self.LOAN, DRAWN, basis=basis) == interest
        assert cumulative_exact(self.LOAN, CLOSED, basis=basis) == interest
        assert cumulative_exact(self.LOAN, date(2025, 12, 31), basis=basis) == 0

    def test_is_charged_once_on_the_most_that_was_owed(self) -> None:
        basis = AccrualBasis(DayCount.ACT_365F, same_day=SameDayRule.ONE_DAY)
        repaid_in_two = [*self.LOAN, Segment(DRAWN, DRAWN, 100_00, 100_000)]
        assert cumulative_exact(repaid_in_two, DRAWN, basis=basis) == 100_00

    def test_adds_nothing_to_a_loan_that_stays_a_night(self) -> None:
        basis = AccrualBasis(DayCount.ACT_365F, same_day=SameDayRule.ONE_DAY)
        assert cumulative_exact(HISTORY, CLOSED, basis=basis) == 1500_00


class TestPostings:
    SEGMENTS = (Segment(DRAWN, None, 1_000_000_00, 65_000),)

    def test_of_a_night_are_differences_of_rounded_cumulatives(self) -> None:
        assert posted_amount(self.SEGMENTS, date(2026, 1, 4), basis=ACT_365F) == 17_809
        assert posted_amount(self.SEGMENTS, DRAWN, basis=ACT_365F) == 0

    def test_of_missed_days_come_in_one(self) -> None:
        days = daily_postings(self.SEGMENTS, DRAWN, REPAID_PART, basis=ACT_365F)
        assert days[0] == (DRAWN, 17_808)
        assert len(days) == 10
        caught_up = posted_between(self.SEGMENTS, DRAWN, REPAID_PART, basis=ACT_365F)
        assert caught_up == sum(amount for _, amount in days)

    def test_never_run_backwards(self) -> None:
        with pytest.raises(InvalidPeriod):
            posted_between(self.SEGMENTS, CLOSED, DRAWN, basis=ACT_365F)


class TestInterestAccumulator:
    def test_carries_the_numerator_that_set_based_sql_adds_up(self) -> None:
        accumulator = InterestAccumulator.for_day_count(DayCount.ACT_365F)
        posted = []
        for _ in range(30):
            accumulator = accumulator.accrue(principal_minor=1_000_000_00, rate_ppm=65_000, weight=1)
            accumulator, amount_minor = accumulator.post()
            posted.append(amount_minor)
        assert posted[:3] == [17_808, 17_808, 17_809]
        assert sum(posted) == accumulator.posted_minor == 534_247

    @pytest.mark.parametrize("day_count", DayCount)
    def test_agrees_with_segments(self, day_count: DayCount) -> None:
        basis = AccrualBasis(day_count)
        end = date(2028, 3, 5)
        start = date(2027, 12, 20)
        weight = period_weight(day_count, start, end)
        accumulator = InterestAccumulator.for_day_count(day_count)
        accumulator = accumulator.accrue(principal_minor=123_456_78, rate_ppm=98_765, weight=weight)
        segments = [Segment(start, None, 123_456_78, 98_765)]
        assert accumulator.numerator == cumulative_numerator(segments, end, basis=basis)
        assert accumulator.cumulative_minor == cumulative_rounded(segments, end, basis=basis)

    def test_has_the_denominator_of_its_convention(self) -> None:
        assert interest_denominator(DayCount.ACT_365F) == 365_000_000
        assert interest_denominator(DayCount.THIRTY_E_360) == 360_000_000
        assert interest_denominator(DayCount.ACT_ACT_ISDA) == 133_590_000_000


class TestShareAccrual:
    def test_leaves_the_platform_a_negative_spread_where_funders_earn_more(self) -> None:
        accrual = share_accrual(
            [Segment(DRAWN, None, 365_000_00, 50_000)],
            [[Segment(DRAWN, None, 365_000_00, 60_000)]],
            since=DRAWN,
            until=date(2026, 1, 2),
            basis=ACT_365F,
        )
        assert (accrual.client_minor, accrual.tranches_minor, accrual.spread_minor) == (
            50_00,
            (60_00,),
            -10_00,
        )
