"""Interest worked by hand: 1,000,000.00 at 6.5 % unless said otherwise.

Source: golden vectors I1 to I16 (day counts cross-checked there with QuantLib); DESIGN 5; walk.json (accrue).
"""

from datetime import date, timedelta

import pytest

from contracts.domain.day_count import DayCount, days
from contracts.domain.interest import (
    AccrualBasis,
    SameDayRule,
    Segment,
    backdated_adjustment,
    cumulative_rounded,
    daily_postings,
    share_accrual,
)
from contracts.domain.penalty import PenaltyTerms, capitalise, penalty_exact
from ledger.domain.allocation import allocate_largest_remainder
from ledger.domain.money import round_half_up, round_half_up_fraction
from tests.worked_examples.figures import Expected, in_text, minor

VECTORS: dict[str, Expected] = {
    "I1": {"d1": "178.08", "d30": "5342.47", "d365": "65000.00"},
    "I2": {
        "naive_sum": "5342.40",
        "carry_sum": "5342.47",
        "days_178_08": "23",
        "days_178_09": "7",
        "first_7": "178.08,178.08,178.09,178.08,178.08,178.08,178.09",
    },
    "I3": {"d1": "180.56", "d30": "5416.67"},
    "I4": {
        "us_bond_1": "28",
        "e_1": "28",
        "e_isda_1": "30",
        "us_bond_2": "33",
        "usa_feb_eom_1": "28",
        "usa_feb_eom_2": "30",
        "e_2": "32",
        "e_isda_2": "30",
        "amt_28d": "5055.56",
        "amt_29d": "5236.11",
        "amt_30d": "5416.67",
        "amt_32d": "5777.78",
        "amt_33d": "5958.33",
    },
    "I6": {"amt": "65178.08"},
    "I7": {"correct": "5616.44", "adjustment": "273.97", "seg1": "1780.82", "seg2": "3835.62"},
    "I8": {"amt": "337.67"},
    "I10": {
        "jan": "5520.55",
        "feb": "5013.83",
        "cap_total": "10534.38",
        "simple": "10506.85",
        "diff": "27.53",
    },
    "I12": {"a": "89.04", "b": "53.42", "c": "35.62"},
    "I16": {"same_day": "180.56", "fri_to_mon_3d": "541.67"},
}

PRINCIPAL_MINOR = 1_000_000_00
RATE_PPM = 65_000
DRAWN = date(2026, 1, 1)
ACT_365F = AccrualBasis(DayCount.ACT_365F)
ACT_360 = AccrualBasis(DayCount.ACT_360)
RUNNING = [Segment(start=DRAWN, end=None, principal_minor=PRINCIPAL_MINOR, rate_ppm=RATE_PPM)]


def after(count: int) -> date:
    """Return the day so many days after the drawdown."""
    return DRAWN + timedelta(days=count)


class TestSimpleInterest:
    @pytest.mark.parametrize(
        ("vector", "figure", "count"), [("I1", "d1", 1), ("I1", "d30", 30), ("I1", "d365", 365)]
    )
    def test_runs_on_actual_days_over_365(self, vector: str, figure: str, count: int) -> None:
        assert cumulative_rounded(RUNNING, after(count), basis=ACT_365F) == minor(VECTORS[vector][figure])

    @pytest.mark.parametrize(("figure", "count"), [("d1", 1), ("d30", 30)])
    def test_runs_on_actual_days_over_360(self, figure: str, count: int) -> None:
        assert cumulative_rounded(RUNNING, after(count), basis=ACT_360) == minor(VECTORS["I3"][figure])

    def test_costs_more_than_the_rate_in_a_leap_year_under_365_fixed(self) -> None:
        leap_year = [Segment(date(2028, 1, 1), date(2029, 1, 1), PRINCIPAL_MINOR, RATE_PPM)]
        assert cumulative_rounded(leap_year, date(2029, 1, 1), basis=ACT_365F) == minor(VECTORS["I6"]["amt"])


class TestDailyPostings:
    """Thirty days: rounding each day by itself loses 0.07."""

    POSTED = tuple(amount for _, amount in daily_postings(RUNNING, DRAWN, after(30), basis=ACT_365F))

    def test_alternate_so_that_nothing_is_lost(self) -> None:
        assert ",".join(in_text(amount) for amount in self.POSTED[:7]) == VECTORS["I2"]["first_7"]
        assert str(self.POSTED.count(minor("178.08"))) == VECTORS["I2"]["days_178_08"]
        assert str(self.POSTED.count(minor("178.09"))) == VECTORS["I2"]["days_178_09"]

    def test_add_up_to_the_rounded_exact_figure(self) -> None:
        assert in_text(sum(self.POSTED)) == VECTORS["I2"]["carry_sum"]
        assert in_text(30 * self.POSTED[0]) == VECTORS["I2"]["naive_sum"]

    def test_give_the_figures_of_the_literature(self) -> None:
        assert in_text(self.POSTED[0]) == "178.08"
        assert in_text(sum(self.POSTED)) == "5342.47"


class TestThirtyDayMonths:
    FROM_JANUARY_END = (date(2026, 1, 31), date(2026, 2, 28))
    FROM_FEBRUARY_END = (date(2026, 2, 28), date(2026, 3, 31))

    @pytest.mark.parametrize(
        ("figure", "day_count", "period"),
        [
            ("us_bond_1", DayCount.THIRTY_360_BOND, FROM_JANUARY_END),
            ("us_bond_2", DayCount.THIRTY_360_BOND, FROM_FEBRUARY_END),
            ("usa_feb_eom_1", DayCount.THIRTY_360_US, FROM_JANUARY_END),
            ("usa_feb_eom_2", DayCount.THIRTY_360_US, FROM_FEBRUARY_END),
            ("e_1", DayCount.THIRTY_E_360, FROM_JANUARY_END),
            ("e_2", DayCount.THIRTY_E_360, FROM_FEBRUARY_END),
            ("e_isda_1", DayCount.THIRTY_E_360_ISDA, FROM_JANUARY_END),
            ("e_isda_2", DayCount.THIRTY_E_360_ISDA, FROM_FEBRUARY_END),
        ],
    )
    def test_differ_by_variant(self, figure: str, day_count: DayCount, period: tuple[date, date]) -> None:
        assert str(days(day_count, *period)) == VECTORS["I4"][figure]

    @pytest.mark.parametrize("count", [28, 29, 30, 32, 33])
    def test_bear_interest_by_their_count_over_360(self, count: int) -> None:
        exact = (PRINCIPAL_MINOR * RATE_PPM * count, 360 * 1_000_000)
        assert in_text(round_half_up(*exact)) == VECTORS["I4"][f"amt_{count}d"]

    def test_bear_it_from_segments_too(self) -> None:
        start, end = self.FROM_FEBRUARY_END
        segments = [Segment(start, None, PRINCIPAL_MINOR, RATE_PPM)]
        interest = cumulative_rounded(segments, end, basis=AccrualBasis(DayCount.THIRTY_360_BOND))
        assert in_text(interest) == VECTORS["I4"]["amt_33d"]


class TestBackDatedRate:
    """7 % from the eleventh day, found out on the thirtieth."""

    CORRECTED = (
        Segment(DRAWN, after(10), PRINCIPAL_MINOR, RATE_PPM),
        Segment(after(10), None, PRINCIPAL_MINOR, 70_000),
    )

    def test_is_one_adjustment(self) -> None:
        adjustment = backdated_adjustment(
            self.CORRECTED, after(30), basis=ACT_365F, already_posted_minor=minor("5342.47")
        )
        assert in_text(adjustment) == VECTORS["I7"]["adjustment"]
        assert in_text(minor("5342.47") + adjustment) == VECTORS["I7"]["correct"]

    def test_is_the_sum_of_its_segments(self) -> None:
        first, second = self.CORRECTED
        assert in_text(cumulative_rounded([first], after(10), basis=ACT_365F)) == VECTORS["I7"]["seg1"]
        assert in_text(cumulative_rounded([second], after(30), basis=ACT_365F)) == VECTORS["I7"]["seg2"]


class TestPenalty:
    def test_is_one_and_a_half_times_the_contract_rate(self) -> None:
        exact = penalty_exact(
            minor("105342.47"),
            contract_rate_ppm=RATE_PPM,
            terms=PenaltyTerms(multiple_ppm=1_500_000),
            due_date=DRAWN,
            until=after(12),
            day_count=DayCount.ACT_365F,
        )
        assert in_text(round_half_up_fraction(exact)) == VECTORS["I8"]["amt"]


class TestCapitalisation:
    def test_costs_interest_on_interest(self) -> None:
        months = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
        january, february = capitalise(PRINCIPAL_MINOR, RATE_PPM, months, basis=ACT_365F)
        total = january.interest_minor + february.interest_minor
        simple = cumulative_rounded(RUNNING, date(2026, 3, 1), basis=ACT_365F)
        figures = {
            "jan": january.interest_minor,
            "feb": february.interest_minor,
            "cap_total": total,
            "simple": simple,
            "diff": total - simple,
        }
        assert {name: in_text(amount) for name, amount in figures.items()} == VECTORS["I10"]


class TestSharing:
    def test_gives_the_cent_left_over_to_the_largest_remainder(self) -> None:
        shares = allocate_largest_remainder(minor("178.08"), [50, 30, 20])
        assert dict(zip("abc", map(in_text, shares), strict=True)) == VECTORS["I12"]

    def test_gives_each_funder_its_own_cumulative_and_the_platform_the_rest(self) -> None:
        """walk.json: funders A 60 % and B 40 % at 5.5 %, the first three days."""
        funders = [
            [Segment(DRAWN, None, minor("600000"), 55_000)],
            [Segment(DRAWN, None, minor("400000"), 55_000)],
        ]
        accruals = [
            share_accrual(RUNNING, funders, since=after(day), until=after(day + 1), basis=ACT_365F)
            for day in range(3)
        ]
        assert [accrual.client_minor for accrual in accruals] == [17808, 17808, 17809]
        assert [accrual.tranches_minor for accrual in accruals] == [(9041, 6027), (9041, 6028), (9041, 6027)]
        assert [accrual.spread_minor for accrual in accruals] == [2740, 2739, 2741]


class TestMainlandConvention:
    """Act/360, calendar days, first in and last out, a same-day loan counts one day."""

    BASIS = AccrualBasis(DayCount.ACT_360, same_day=SameDayRule.ONE_DAY)

    def test_charges_one_day_for_a_loan_of_one_day(self) -> None:
        same_day = [Segment(DRAWN, DRAWN, PRINCIPAL_MINOR, RATE_PPM)]
        assert in_text(cumulative_rounded(same_day, DRAWN, basis=self.BASIS)) == VECTORS["I16"]["same_day"]

    def test_charges_three_days_from_friday_to_monday(self) -> None:
        friday, monday = date(2026, 1, 9), date(2026, 1, 12)
        weekend = [Segment(friday, monday, PRINCIPAL_MINOR, RATE_PPM)]
        assert (
            in_text(cumulative_rounded(weekend, monday, basis=self.BASIS)) == VECTORS["I16"]["fri_to_mon_3d"]
        )
