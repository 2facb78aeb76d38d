"""Trade amounts and settlement dates."""

from datetime import date

import pytest

from clearing.domain.settlement import (
    Cost,
    CostRate,
    InvalidTrade,
    Side,
    cost_amounts,
    gross_amount,
    settlement_date,
    trade_amounts,
)
from ledger.domain.calendars import CalendarExhausted, TradingCalendar

BROKER = CostRate("broker", rate_ppm=10)
HOUSE = CostRate("house", rate_ppm=300, is_external=False)
STAMP = CostRate("stamp", rate_ppm=500, sides=frozenset({Side.SELL}))
THURSDAY, FRIDAY, MONDAY = date(2026, 1, 8), date(2026, 1, 9), date(2026, 1, 12)
CALENDAR = TradingCalendar("XNYS", (THURSDAY, FRIDAY, MONDAY), THURSDAY, MONDAY)


class TestGrossAmount:
    def test_is_rounded_half_up_between_scales(self) -> None:
        assert gross_amount(100_000, 12_00) == 1_200_000_00
        assert gross_amount(1, 1_2345, price_exponent=4) == 1_23
        assert gross_amount(1, 1_2350, price_exponent=4) == 1_24
        assert gross_amount(15, 1_00, quantity_exponent=1, currency_exponent=0) == 2

    @pytest.mark.parametrize(("quantity", "price"), [(0, 1), (1, 0), (-1, 1), (1, -1)])
    def test_refuses_a_trade_of_nothing(self, quantity: int, price: int) -> None:
        with pytest.raises(InvalidTrade):
            gross_amount(quantity, price)


class TestTradeAmounts:
    def test_of_a_purchase_add_costs(self) -> None:
        """walk.json, buy T: 100,000 at 12.00, broker 12.00, house commission 360.00."""
        bought = trade_amounts(Side.BUY, gross_amount(100_000, 12_00), [BROKER, HOUSE, STAMP])
        assert bought.costs == (
            Cost("broker", 12_00, is_external=True),
            Cost("house", 360_00, is_external=False),
        )
        assert bought.net_minor == 1_200_372_00
        assert (bought.external_costs_minor, bought.house_costs_minor) == (12_00, 360_00)

    def test_of_a_sale_take_costs_off(self) -> None:
        """walk.json, sell T: 122,000.00 at costs of 0.081 %."""
        sold = trade_amounts(Side.SELL, 122_000_00, [CostRate("broker", rate_ppm=810)])
        assert (sold.costs_minor, sold.net_minor) == (98_82, 121_901_18)

    def test_refuse_costs_above_the_proceeds(self) -> None:
        minimum = CostRate("broker", rate_ppm=0, minimum_minor=5_00)
        with pytest.raises(InvalidTrade):
            trade_amounts(Side.SELL, 4_99, [minimum])
        assert trade_amounts(Side.BUY, 4_99, [minimum]).net_minor == 9_99

    def test_refuse_a_trade_of_nothing(self) -> None:
        with pytest.raises(InvalidTrade):
            trade_amounts(Side.BUY, 0, [])


class TestCostAmounts:
    def test_are_rounded_each_by_itself(self) -> None:
        rates = [CostRate("one", rate_ppm=500), CostRate("two", rate_ppm=499)]
        assert [cost.amount_minor for cost in cost_amounts(Side.BUY, 1_000, rates)] == [1, 0]

    def test_are_never_below_their_minimum(self) -> None:
        rate = CostRate("broker", rate_ppm=300, minimum_minor=5_00)
        assert cost_amounts(Side.SELL, 10_000_00, [rate])[0].amount_minor == 5_00
        assert cost_amounts(Side.SELL, 100_000_00, [rate])[0].amount_minor == 30_00

    @pytest.mark.parametrize("rate", [CostRate("a", rate_ppm=-1), CostRate("a", 0, minimum_minor=-1)])
    def test_refuse_negative_rates(self, rate: CostRate) -> None:
        with pytest.raises(InvalidTrade):
            cost_amounts(Side.BUY, 1, [rate])


class TestSettlementDate:
    def test_counts_sessions(self) -> None:
        assert settlement_date(CALENDAR, THURSDAY, 2) == MONDAY
        assert settlement_date(CALENDAR, FRIDAY, 0) == FRIDAY

    def test_is_refused_beyond_the_calendar(self) -> None:
        with pytest.raises(CalendarExhausted):
            settlement_date(CALENDAR, FRIDAY, 2)

    def test_is_refused_backwards(self) -> None:
        with pytest.raises(InvalidTrade):
            settlement_date(CALENDAR, FRIDAY, -1)
