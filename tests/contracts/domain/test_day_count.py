"""Day counts at the edges of months and years."""

from datetime import date
from fractions import Fraction

import pytest

from contracts.domain.day_count import (
    DayCount,
    InvalidPeriod,
    days,
    period_weight,
    weight_basis,
    year_fraction,
)


class TestDays:
    @pytest.mark.parametrize(
        ("start", "end", "bond", "us", "eurobond", "isda"),
        [
            (date(2026, 1, 15), date(2026, 2, 15), 30, 30, 30, 30),
            (date(2026, 1, 30), date(2026, 3, 31), 60, 60, 60, 60),
            (date(2026, 1, 29), date(2026, 3, 31), 62, 62, 61, 61),
            (date(2024, 2, 28), date(2024, 3, 31), 33, 33, 32, 32),
            (date(2024, 2, 29), date(2024, 3, 31), 32, 30, 31, 30),
            (date(2026, 2, 28), date(2027, 2, 28), 360, 360, 360, 360),
            (date(2026, 2, 28), date(2028, 2, 29), 721, 720, 721, 720),
            (date(2024, 2, 29), date(2025, 2, 28), 359, 360, 359, 360),
            (date(2026, 5, 31), date(2026, 5, 31), 0, 0, 0, 0),
            (date(2026, 8, 31), date(2026, 9, 30), 30, 30, 30, 30),
        ],
    )
    def test_of_thirty_day_months_differ_by_variant(
        self, start: date, end: date, bond: int, us: int, eurobond: int, isda: int
    ) -> None:
        assert days(DayCount.THIRTY_360_BOND, start, end) == bond
        assert days(DayCount.THIRTY_360_US, start, end) == us
        assert days(DayCount.THIRTY_E_360, start, end) == eurobond
        assert days(DayCount.THIRTY_E_360_ISDA, start, end) == isda

    def test_leave_a_february_maturity_as_it_is_under_30e_isda(self) -> None:
        end = date(2026, 2, 28)
        start = date(2026, 1, 31)
        assert days(DayCount.THIRTY_E_360_ISDA, start, end, termination_date=end) == 28
        assert days(DayCount.THIRTY_E_360_ISDA, start, end, termination_date=date(2027, 2, 28)) == 30

    @pytest.mark.parametrize("day_count", DayCount)
    def test_are_refused_backwards(self, day_count: DayCount) -> None:
        with pytest.raises(InvalidPeriod):
            days(day_count, date(2026, 1, 2), date(2026, 1, 1))
        with pytest.raises(InvalidPeriod):
            period_weight(day_count, date(2026, 1, 2), date(2026, 1, 1))


class TestYearFraction:
    def test_splits_act_act_at_new_year(self) -> None:
        """2003-11-01 to 2004-05-01, ISDA's own example: 61 days of a common year, 121 of a leap year."""
        fraction = year_fraction(DayCount.ACT_ACT_ISDA, date(2003, 11, 1), date(2004, 5, 1))
        assert fraction == Fraction(61, 365) + Fraction(121, 366)

    @pytest.mark.parametrize("year", [2024, 2025, 2026, 2028, 2100])
    def test_of_a_calendar_year_is_one_under_act_act(self, year: int) -> None:
        assert year_fraction(DayCount.ACT_ACT_ISDA, date(year, 1, 1), date(year + 1, 1, 1)) == 1

    def test_of_a_leap_year_is_more_than_one_over_365(self) -> None:
        start, end = date(2028, 1, 1), date(2029, 1, 1)
        assert year_fraction(DayCount.ACT_365F, start, end) == Fraction(366, 365)
        assert year_fraction(DayCount.ACT_360, start, end) == Fraction(366, 360)
        assert year_fraction(DayCount.THIRTY_E_360, start, end) == 1


class TestWeightBasis:
    def test_keeps_every_night_an_integer(self) -> None:
        assert weight_basis(DayCount.ACT_365F) == 365
        assert weight_basis(DayCount.ACT_360) == weight_basis(DayCount.THIRTY_360_US) == 360
        assert weight_basis(DayCount.ACT_ACT_ISDA) == 133_590
        assert period_weight(DayCount.ACT_ACT_ISDA, date(2027, 12, 31), date(2028, 1, 1)) == 366
        assert period_weight(DayCount.ACT_ACT_ISDA, date(2028, 1, 1), date(2028, 1, 2)) == 365
