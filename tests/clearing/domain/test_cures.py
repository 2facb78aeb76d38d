"""Cures: what a call names is enough, and no more than that."""

from fractions import Fraction

import pytest

from clearing.domain.cures import (
    Cure,
    InvalidCure,
    coverage_after_sale,
    cure_coverage,
    cure_lending_value,
    quantity_for,
)


class TestCureCoverage:
    @pytest.mark.parametrize(("collateral", "debt"), [(150, 100), (151, 100), (0, 0), (-5, 0), (7, -1)])
    def test_is_nothing_at_the_target_or_without_debt(self, collateral: int, debt: int) -> None:
        nothing = Cure(deposit_minor=0, repay_minor=0, sell_minor=0)
        assert cure_coverage(collateral, debt, target_ppm=1_500_000) == nothing

    def test_rounds_up_what_must_come_in(self) -> None:
        cure = cure_coverage(100, 100, target_ppm=1_333_333)
        assert (cure.deposit_minor, cure.repay_minor) == (34, 25)

    def test_has_no_sale_where_proceeds_would_not_repay_the_debt(self) -> None:
        assert cure_coverage(99, 100, target_ppm=1_300_000).sell_minor is None
        assert cure_coverage(100, 100, target_ppm=1_300_000, cost_ppm=1).sell_minor is None
        assert cure_coverage(100, 100, target_ppm=1_300_000).sell_minor == 100

    def test_never_asks_to_repay_more_than_is_owed(self) -> None:
        assert cure_coverage(-50, 100, target_ppm=1_300_000).repay_minor == 100

    @pytest.mark.parametrize(("target_ppm", "cost_ppm"), [(0, 0), (1, -1), (1, 1_000_000)])
    def test_refuses_terms_that_mean_nothing(self, target_ppm: int, cost_ppm: int) -> None:
        with pytest.raises(InvalidCure):
            cure_coverage(1, 1, target_ppm=target_ppm, cost_ppm=cost_ppm)


class TestCureLendingValue:
    def test_rounds_up_and_is_nothing_within_the_value(self) -> None:
        cure = cure_lending_value(100, Fraction(199, 2), credit_ppm=300_000)
        assert (cure.cash_minor, cure.securities_minor) == (1, 2)
        assert cure_lending_value(100, 100, credit_ppm=300_000).cash_minor == 0

    def test_takes_no_securities_without_credit(self) -> None:
        with pytest.raises(InvalidCure):
            cure_lending_value(100, 0, credit_ppm=0)


class TestQuantityFor:
    @pytest.mark.parametrize(
        ("gross", "price", "lot", "quantity"),
        [
            (1000, 10, 100, 100),
            (1001, 10, 100, 200),
            (0, 10, 100, 0),
            (1, Fraction(1, 3), 1, 3),
            (-5, 1, 1, 0),
        ],
    )
    def test_rounds_up_to_the_lot(self, gross: int, price: int | Fraction, lot: int, quantity: int) -> None:
        assert quantity_for(gross, price, lot=lot) == quantity

    @pytest.mark.parametrize(("price", "lot"), [(0, 1), (-1, 1), (1, 0)])
    def test_refuses_what_does_not_sell(self, price: int, lot: int) -> None:
        with pytest.raises(InvalidCure):
            quantity_for(1, price, lot=lot)


class TestCoverageAfterSale:
    def test_is_none_once_nothing_is_owed(self) -> None:
        assert coverage_after_sale(200, 100, gross_minor=100, cost_ppm=0) is None
        assert coverage_after_sale(200, 100, gross_minor=50, cost_ppm=0) == 3
