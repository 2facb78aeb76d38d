"""Leverage, its maximum, and the fall that prices can take."""

from fractions import Fraction

import pytest

from contracts.domain.leverage import (
    InvalidLeverage,
    exceeds_maximum,
    fall_to_line,
    financing_room,
    leverage,
    maximum_leverage,
)


class TestLeverage:
    def test_is_one_without_financing(self) -> None:
        assert leverage(100, 0) == 1

    @pytest.mark.parametrize(("own", "financed"), [(0, 100), (-1, 100), (100, -1)])
    def test_needs_money_of_ones_own(self, own: int, financed: int) -> None:
        with pytest.raises(InvalidLeverage):
            leverage(own, financed)
        with pytest.raises(InvalidLeverage):
            financing_room(own, financed, Fraction(2))


class TestMaximumLeverage:
    def test_is_one_turn_below_the_arithmetic_limit(self) -> None:
        assert maximum_leverage(250_000) == 3
        assert maximum_leverage(300_000) == Fraction(7, 3)

    def test_is_never_above_a_cap(self) -> None:
        assert maximum_leverage(250_000, [Fraction(2), Fraction(5, 2)]) == 2
        assert maximum_leverage(250_000, [Fraction(5)]) == 3

    @pytest.mark.parametrize("maintenance_ppm", [0, -1, 1_000_001])
    def test_needs_a_ratio(self, maintenance_ppm: int) -> None:
        with pytest.raises(InvalidLeverage):
            maximum_leverage(maintenance_ppm)


class TestExceedsMaximum:
    def test_lets_the_maximum_itself_through(self) -> None:
        assert not exceeds_maximum(100, 200, Fraction(3))
        assert exceeds_maximum(100, 201, Fraction(3))


class TestFinancingRoom:
    def test_is_rounded_down_and_never_negative(self) -> None:
        assert financing_room(100, 50, Fraction(3)) == 150
        assert financing_room(100, 0, Fraction(7, 3)) == 133
        assert financing_room(100, 300, Fraction(3)) == 0


class TestFallToLine:
    def test_leaves_cash_where_it_is(self) -> None:
        assert fall_to_line(
            securities_minor=300, debt_minor=225, maintenance_ppm=250_000, cash_minor=100
        ) == Fraction(1, 3)

    def test_is_zero_on_the_line_and_negative_below(self) -> None:
        assert fall_to_line(securities_minor=400, debt_minor=300, maintenance_ppm=250_000) == 0
        assert fall_to_line(securities_minor=300, debt_minor=300, maintenance_ppm=250_000) < 0

    def test_is_more_than_all_where_cash_covers_the_debt(self) -> None:
        assert fall_to_line(securities_minor=1, debt_minor=75, maintenance_ppm=250_000, cash_minor=101) > 1

    @pytest.mark.parametrize(("securities_minor", "maintenance_ppm"), [(0, 250_000), (1, 1_000_000), (1, -1)])
    def test_needs_securities_and_a_ratio(self, securities_minor: int, maintenance_ppm: int) -> None:
        with pytest.raises(InvalidLeverage):
            fall_to_line(securities_minor=securities_minor, debt_minor=1, maintenance_ppm=maintenance_ppm)
