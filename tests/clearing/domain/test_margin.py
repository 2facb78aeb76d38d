"""Margin arithmetic where the worked examples do not reach."""

from fractions import Fraction

import pytest

from clearing.domain.margin import (
    FinancedPosition,
    Holding,
    InvalidMargin,
    available_margin,
    coverage,
    coverage_of_equity_ratio,
    coverage_of_loan_to_value,
    display_percent,
    equity_ratio,
    equity_ratio_of_coverage,
    fall_to_coverage_line,
    financing_capacity,
    lending_value,
    loan_to_value,
    lowest_price_on_line,
    market_value,
    price_at_line,
    withdrawable,
)


class TestMarketValue:
    def test_is_exact_between_scales(self) -> None:
        assert market_value(100, 12_07) == 1207_00
        assert market_value(3, 12_0705, price_exponent=4) == Fraction(3621_15, 100)
        assert market_value(1_500, 12_00, quantity_exponent=3) == 1800
        assert market_value(100, 1207, price_exponent=0, currency_exponent=0) == 120_700


class TestRatios:
    def test_are_none_where_there_is_nothing_to_measure_by(self) -> None:
        assert coverage(1, 0) is None
        assert equity_ratio(0, 1) is None
        assert loan_to_value(0, 1) is None

    def test_measure_equity_over_assets_or_over_securities(self) -> None:
        assert equity_ratio(400, 300) == Fraction(1, 4)
        assert equity_ratio(400, 300, securities_minor=200) == Fraction(1, 2)
        assert loan_to_value(400, 300) == Fraction(3, 4)

    def test_translate_there_and_back(self) -> None:
        assert coverage_of_equity_ratio(equity_ratio_of_coverage(Fraction(13, 10))) == Fraction(13, 10)

    def test_refuse_what_has_no_counterpart(self) -> None:
        with pytest.raises(InvalidMargin):
            equity_ratio_of_coverage(Fraction(0))
        with pytest.raises(InvalidMargin):
            coverage_of_equity_ratio(Fraction(1))
        with pytest.raises(InvalidMargin):
            coverage_of_loan_to_value(Fraction(0))


class TestDisplayPercent:
    @pytest.mark.parametrize(
        ("ratio", "text"),
        [
            (Fraction(129_9999, 100_0000), "129.99"),
            (Fraction(-1, 3), "-33.33"),
            (Fraction(2), "200.00"),
            (Fraction(-1, 10**9), "0.00"),
        ],
    )
    def test_truncates_toward_zero(self, ratio: Fraction, text: str) -> None:
        assert display_percent(ratio) == text

    def test_takes_other_decimals(self) -> None:
        assert display_percent(Fraction(2, 3), 0) == "66"


class TestLendingValue:
    def test_caps_each_security_against_the_total_before_any_cap(self) -> None:
        holdings = [Holding("A", 800, 700_000), Holding("B", 200, 500_000)]
        assert lending_value(holdings, cash_minor=50, concentration_cap_ppm=500_000) == 50 + 350 + 100

    def test_leaves_out_what_has_no_credit(self) -> None:
        assert lending_value([Holding("A", 800, 0)], cash_minor=7) == 7


class TestAvailableMargin:
    def test_may_be_negative(self) -> None:
        position = FinancedPosition(100, 60, credit_ppm=500_000, margin_ratio_ppm=500_000)
        assert available_margin(cash_minor=10, collateral=[], financed=[position]) == 10 - 40 - 50

    def test_never_nets_a_gain_against_a_loss(self) -> None:
        winner = FinancedPosition(100, 120, credit_ppm=500_000, margin_ratio_ppm=0)
        loser = FinancedPosition(100, 80, credit_ppm=500_000, margin_ratio_ppm=0)
        assert available_margin(cash_minor=0, collateral=[], financed=[winner, loser]) == 10 - 20


class TestWithdrawable:
    def test_is_the_least_of_its_limits_rounded_down(self) -> None:
        leaving = withdrawable(
            collateral_minor=1_000,
            debt_minor=100,
            withdrawal_line_ppm=3_000_000,
            available_margin_minor=Fraction(1301, 2),
            settled_cash_minor=680,
        )
        assert leaving == 650

    def test_is_never_negative(self) -> None:
        assert withdrawable(collateral_minor=1, debt_minor=1, withdrawal_line_ppm=3_000_000) == 0

    def test_is_everything_without_debt(self) -> None:
        assert withdrawable(collateral_minor=7, debt_minor=0, withdrawal_line_ppm=3_000_000) == 7


class TestFinancingCapacity:
    def test_is_rounded_down_and_never_negative(self) -> None:
        assert financing_capacity(100, 300_000) == 333
        assert financing_capacity(-100, 300_000) == 0

    def test_needs_a_ratio(self) -> None:
        with pytest.raises(InvalidMargin):
            financing_capacity(1, 0)


class TestDistanceToLine:
    def test_is_the_fall_that_reaches_it(self) -> None:
        fall = fall_to_coverage_line(securities_minor=200, cash_minor=20, debt_minor=100, line_ppm=1_300_000)
        assert fall == Fraction(45, 100)
        assert coverage(20 + 200 * (1 - fall), 100) == Fraction(13, 10)

    def test_needs_securities(self) -> None:
        with pytest.raises(InvalidMargin):
            fall_to_coverage_line(securities_minor=0, cash_minor=1, debt_minor=1, line_ppm=1)
        with pytest.raises(InvalidMargin):
            price_at_line(quantity=0, cash_minor=1, debt_minor=1, line_ppm=1)

    def test_has_no_price_where_cash_is_enough(self) -> None:
        exact = price_at_line(quantity=10, cash_minor=500, debt_minor=100, line_ppm=1_300_000)
        assert exact < 0
        assert lowest_price_on_line(exact) == 0

    def test_is_rounded_up_to_the_tick(self) -> None:
        assert lowest_price_on_line(Fraction(1201, 100), tick_minor=5) == 15
        assert lowest_price_on_line(Fraction(10), tick_minor=5) == 10
