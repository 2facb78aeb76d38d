"""Prices derived from another."""

from fractions import Fraction

import pytest

from clearing.domain.reference_prices import (
    InvalidReference,
    PriceLimits,
    anchor_ratio,
    ex_right_reference,
    halted_credit_ppm,
    halted_price,
    is_anchored,
    price_limits,
    round_to_tick,
)


class TestRoundToTick:
    def test_takes_a_half_up(self) -> None:
        assert round_to_tick(Fraction(5, 2)) == 3
        assert round_to_tick(Fraction(25, 2), 5) == 15
        assert round_to_tick(Fraction(1249, 100), 5) == 10

    def test_refuses_a_tick_of_nothing(self) -> None:
        with pytest.raises(InvalidReference):
            round_to_tick(Fraction(1), 0)


class TestPriceLimits:
    def test_are_on_the_tick_and_count_themselves(self) -> None:
        limits = price_limits(1_002, 50_000, tick_minor=5)
        assert limits == PriceLimits(950, 1_050)
        assert limits.contains(950)
        assert limits.contains(1_050)
        assert not limits.contains(949)
        assert not limits.contains(1_051)

    @pytest.mark.parametrize(("close", "limit_ppm"), [(0, 1), (-1, 1), (1, -1)])
    def test_need_a_close(self, close: int, limit_ppm: int) -> None:
        with pytest.raises(InvalidReference):
            price_limits(close, limit_ppm)


class TestExRightReference:
    @pytest.mark.parametrize(
        ("cash", "bonus", "rights", "rights_price", "reference"),
        [
            (0, Fraction(0), Fraction(0), 0, 2000),
            (50, Fraction(0), Fraction(0), 0, 1950),
            (0, Fraction(1), Fraction(0), 0, 1000),
            (0, Fraction(0), Fraction(1, 4), 1000, 1800),
        ],
    )
    def test_takes_each_term(
        self, cash: int, bonus: Fraction, rights: Fraction, rights_price: int, reference: int
    ) -> None:
        result = ex_right_reference(
            2000, cash_minor=cash, bonus=bonus, rights=rights, rights_price_minor=rights_price
        )
        assert result == reference

    @pytest.mark.parametrize(("close", "cash"), [(0, 0), (100, -1), (100, 100), (100, 101)])
    def test_refuses_to_fall_to_nothing(self, close: int, cash: int) -> None:
        with pytest.raises(InvalidReference):
            ex_right_reference(close, cash_minor=cash)


class TestAnchor:
    def test_counts_its_bounds(self) -> None:
        assert is_anchored(100, 99, lowest_ppm=990_000, highest_ppm=1_010_000)
        assert is_anchored(100, 101, lowest_ppm=990_000, highest_ppm=1_010_000)
        assert not is_anchored(1000, 1011, lowest_ppm=990_000, highest_ppm=1_010_000)

    @pytest.mark.parametrize(("main", "pivot"), [(0, 1), (1, 0), (-1, 1)])
    def test_needs_two_prices(self, main: int, pivot: int) -> None:
        with pytest.raises(InvalidReference):
            anchor_ratio(main, pivot)


class TestHalted:
    def test_moves_with_the_index(self) -> None:
        price = halted_price(1_000, index_at_close=Fraction(3_000), index_now=Fraction(2_850))
        assert price == 950

    def test_loses_credit_by_the_session_and_then_all_of_it(self) -> None:
        credit = [
            halted_credit_ppm(
                700_000, halted_sessions=count, haircut_ppm_per_session=50_000, no_credit_after=3
            )
            for count in range(5)
        ]
        assert credit == [700_000, 650_000, 600_000, 550_000, 0]

    def test_never_has_negative_credit(self) -> None:
        assert halted_credit_ppm(10, halted_sessions=2, haircut_ppm_per_session=9, no_credit_after=9) == 0

    def test_refuses_figures_that_mean_nothing(self) -> None:
        with pytest.raises(InvalidReference):
            halted_price(0, index_at_close=Fraction(1), index_now=Fraction(1))
        with pytest.raises(InvalidReference):
            halted_credit_ppm(1, halted_sessions=-1, haircut_ppm_per_session=1, no_credit_after=1)
