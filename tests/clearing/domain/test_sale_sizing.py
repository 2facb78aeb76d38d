"""The smallest sufficient sale, under what can be sold today."""

from dataclasses import replace
from fractions import Fraction

import pytest

from clearing.domain.sale_sizing import (
    InvalidSale,
    SalePlan,
    SalePolicy,
    SaleRule,
    SaleState,
    SellableHolding,
    in_sale_order,
    plan_sale,
    pro_forma_after_fills,
    sellable_today,
)

RULE = SaleRule(target_ppm=1_500_000, cost_ppm=1_500, volume_share_ppm=100_000)
ACME = SellableHolding(
    security="ACME",
    quantity=100_000,
    available_quantity=100_000,
    mark_price=Fraction(12_50),
    expected_price=Fraction(12_50),
    cost_price=Fraction(15_00),
    average_volume=10_000_000,
    lot=100,
)
BOLT = replace(ACME, security="BOLT", mark_price=Fraction(10_00), expected_price=Fraction(10_00))


def plan(*holdings: SellableHolding, rule: SaleRule = RULE, debt: int = 1_000_000_00) -> SalePlan:
    """Return the plan of a contract whose assets are its holdings."""
    collateral = sum(holding.quantity * holding.mark_price for holding in holdings)
    return plan_sale(holdings, collateral_minor=Fraction(collateral), debt_minor=debt, rule=rule)


class TestPlanSale:
    def test_sells_the_fewest_lots_that_suffice(self) -> None:
        """Vector M3: 125 % to 150 % takes 40,200 shares and not 40,100."""
        result = plan(ACME)
        assert [order.quantity for order in result.orders] == [40_200]
        assert result.state is SaleState.SUFFICIENT
        assert result.required_gross_minor == 502_260_18
        assert result.pending_gross_minor == 0
        assert result.pro_forma.collateral == 747_500_00
        assert result.pro_forma.debt_minor == 498_253_75

    def test_sells_nothing_at_the_target_or_without_debt(self) -> None:
        for debt in (833_333_33, 0):
            result = plan(ACME, debt=debt)
            assert (result.state, result.orders) == (SaleState.NOTHING_TO_SELL, ())
            assert result.pending_gross_minor == result.required_gross_minor == 0

    def test_goes_on_to_the_next_holding(self) -> None:
        result = plan(replace(ACME, quantity=20_000, available_quantity=20_000), BOLT)
        assert [order.security for order in result.orders] == ["ACME", "BOLT"]
        assert result.orders[0].quantity == 20_000
        assert result.state is SaleState.SUFFICIENT

    def test_keeps_pending_what_was_bought_today(self) -> None:
        result = plan(replace(ACME, available_quantity=10_000))
        assert [order.quantity for order in result.orders] == [10_000]
        assert result.state is SaleState.LIQUIDATING_PARTIAL
        assert result.pending_gross_minor == 502_260_18 - 125_000_00

    def test_repays_nearly_everything_where_little_is_left(self) -> None:
        """Assets of 1,000.00 against 998.00: 6.00 against 4.00 are at 150 %."""
        holding = replace(
            ACME,
            quantity=1_000,
            available_quantity=1_000,
            mark_price=Fraction(1_00),
            expected_price=Fraction(1_00),
            lot=1,
        )
        result = plan(holding, rule=replace(RULE, cost_ppm=0), debt=998_00)
        assert [order.quantity for order in result.orders] == [994]
        assert result.pro_forma.debt_minor == 4_00

    def test_is_exhausted_where_all_is_sold_and_debt_is_left(self) -> None:
        result = plan(ACME, debt=2_000_000_00)
        assert [order.quantity for order in result.orders] == [100_000]
        assert result.state is SaleState.EXHAUSTED
        assert result.required_gross_minor is None
        assert result.pending_gross_minor is None

    def test_counts_an_expected_price_below_the_mark_as_loss(self) -> None:
        cheaper = replace(ACME, expected_price=Fraction(12_00))
        result = plan(cheaper)
        assert result.orders[0].quantity > 40_200
        assert result.orders[0].gross_minor == result.orders[0].quantity * 12_00

    def test_is_planned_again_after_a_fill(self) -> None:
        first = plan(replace(ACME, average_volume=200_000))
        assert (first.orders[0].quantity, first.state) == (20_000, SaleState.LIQUIDATING_PARTIAL)
        left = replace(ACME, quantity=80_000, available_quantity=80_000)
        second = plan_sale(
            [left],
            collateral_minor=first.pro_forma.collateral,
            debt_minor=first.pro_forma.debt_minor,
            rule=RULE,
        )
        assert second.orders[0].quantity == 20_200
        assert second.state is SaleState.SUFFICIENT

    def test_refuses_a_security_named_twice(self) -> None:
        with pytest.raises(InvalidSale):
            plan(ACME, ACME)


class TestSellableToday:
    @pytest.mark.parametrize(
        ("holding", "quantity"),
        [
            (ACME, 100_000),
            (replace(ACME, is_tradable=False), 0),
            (replace(ACME, expected_price=Fraction(0)), 0),
            (replace(ACME, available_quantity=0), 0),
            (replace(ACME, average_volume=123_456), 12_300),
            (replace(ACME, average_volume=0), 0),
            (replace(ACME, quantity=1_050, available_quantity=1_050), 1_050),
            (replace(ACME, quantity=1_050, available_quantity=1_040), 1_000),
        ],
    )
    def test_is_capped_and_in_lots(self, holding: SellableHolding, quantity: int) -> None:
        assert sellable_today(holding, RULE) == quantity

    def test_counts_what_was_filled_already(self) -> None:
        holding = replace(ACME, average_volume=200_000)
        assert sellable_today(holding, RULE, filled_today=15_000) == 5_000
        assert sellable_today(holding, RULE, filled_today=25_000) == 0


class TestInSaleOrder:
    def test_is_the_most_liquid_first_with_ties_by_code(self) -> None:
        liquid = replace(ACME, security="ZINC", average_volume=20_000_000)
        tie = replace(ACME, security="AAAA")
        ordered = in_sale_order([ACME, BOLT, liquid, tie], SalePolicy.MOST_LIQUID_FIRST)
        assert [holding.security for holding in ordered] == ["ZINC", "AAAA", "ACME", "BOLT"]

    def test_is_the_greatest_loser_first_with_what_cost_nothing_last(self) -> None:
        free = replace(ACME, security="GIFT", cost_price=Fraction(0))
        winner = replace(ACME, security="WINS", cost_price=Fraction(1_00))
        ordered = in_sale_order([free, winner, ACME, BOLT], SalePolicy.LOSERS_FIRST)
        assert [holding.security for holding in ordered] == ["BOLT", "ACME", "WINS", "GIFT"]


class TestProFormaAfterFills:
    def test_takes_unsettled_proceeds_off_both_sides(self) -> None:
        pro_forma = pro_forma_after_fills(1_250_00, 1_000_00, unsettled_net_minor=500_00)
        assert pro_forma.collateral == 750_00
        assert pro_forma.debt_minor == 500_00
        assert pro_forma.reaches(1_500_000)
        assert not pro_forma.reaches(1_500_001)


class TestRefusals:
    def test_name_what_no_sale_has(self) -> None:
        with pytest.raises(InvalidSale):
            replace(ACME, lot=0)
        with pytest.raises(InvalidSale):
            replace(ACME, available_quantity=100_001)
        with pytest.raises(InvalidSale):
            replace(ACME, mark_price=Fraction(-1))
        with pytest.raises(InvalidSale):
            replace(RULE, target_ppm=0)
        with pytest.raises(InvalidSale):
            replace(RULE, cost_ppm=1_000_000)
