"""Margin worked by hand: ratios, lines, cures, withdrawals, stress, value at risk.

Source: golden vectors M1 to M19; the leverage cases of issue 2.
"""

from decimal import Decimal
from fractions import Fraction

import pytest

from clearing.domain.cures import coverage_after_sale, cure_coverage, cure_lending_value, quantity_for
from clearing.domain.margin import (
    FinancedPosition,
    Holding,
    available_margin,
    coverage,
    coverage_of_equity_ratio,
    coverage_of_loan_to_value,
    display_percent,
    equity_ratio_of_coverage,
    financing_capacity,
    lending_value,
    loan_to_value_of_coverage,
    lowest_price_on_line,
    price_at_line,
    withdrawable,
)
from clearing.domain.risk import (
    Exposure,
    close_out_equity,
    initial_margin,
    parametric_value_at_risk,
    protect_negative_balance,
    stress_buffer,
    stress_shortfall,
)
from contracts.domain.leverage import fall_to_line, leverage, maximum_leverage
from tests.worked_examples.figures import Expected, in_text, minor, rounded, rounded_percent

VECTORS: dict[str, Expected] = {
    "M1": {"ratio_pct": "159.1497", "ratio_pct_2dp_down": "159.14"},
    "M2": {
        "exact": "12.069452",
        "lowest_ok_tick": "12.07",
        "ratio_at_12_07": "130.0054",
        "ratio_at_12_06": "129.906",
    },
    "M3": {
        "deposit_cash_or_collateral": "250000",
        "repay_from_outside": "166666.67",
        "sell_and_repay_no_cost": "500000",
        "sell_and_repay_with_cost": "502260.18",
        "shares_lot_rounded": "40200",
        "ratio_after_pct": "150.023959",
        "ratio_one_lot_less_pct": "149.899337",
    },
    "M4": {"withdraw": "500000", "ratio_after_pct": "300"},
    "M5": {"mv_550k": "431500", "mv_450k": "349000"},
    "M6": {"at_100pct": "500000.00", "at_80pct": "625000.00"},
    "M7": {
        "CR130_ER": "23.0769",
        "CR130_LTV": "76.9231",
        "ER25_CR": "133.3333",
        "ER30_CR": "142.8571",
        "SGX140_ER": "28.5714",
        "BSEC175_ER": "42.8571",
        "BSEC150_ER": "33.3333",
        "LTV50_CR": "200",
    },
    "M11": {
        "im": "2000",
        "closeout_equity": "1000",
        "gap_equity_minus_300_after_NBP": "0",
        "provider_loss": "300",
    },
    "M12": {"lending_value": "620000", "headroom": "120000", "if_first_security_ltv_used": "200000"},
    "M13": {
        "shortfall_cash": "600000",
        "gross_securities_needed": "1200000.00",
        "remaining_short_after_600k_gross": "300000.0",
    },
    "M18": {"drop30": "45000", "drop50": "375000", "buffer30": "255000", "buffer50": "-75000"},
    "M19": {"var1": "46526.96", "var5": "104037.44"},
}

CASH = minor("100000")
DEBT = minor("1005342.47")


class TestCoverage:
    def test_is_truncated_for_display_and_never_before(self) -> None:
        ratio = coverage(CASH + minor("1500000"), DEBT)
        assert ratio is not None
        assert rounded_percent(ratio) == VECTORS["M1"]["ratio_pct"]
        assert display_percent(ratio) == VECTORS["M1"]["ratio_pct_2dp_down"]

    @pytest.mark.parametrize(
        ("figure", "value"),
        [
            ("CR130_ER", equity_ratio_of_coverage(Fraction(130, 100))),
            ("CR130_LTV", loan_to_value_of_coverage(Fraction(130, 100))),
            ("ER25_CR", coverage_of_equity_ratio(Fraction(25, 100))),
            ("ER30_CR", coverage_of_equity_ratio(Fraction(30, 100))),
            ("SGX140_ER", equity_ratio_of_coverage(Fraction(140, 100))),
            ("BSEC175_ER", equity_ratio_of_coverage(Fraction(175, 100))),
            ("BSEC150_ER", equity_ratio_of_coverage(Fraction(150, 100))),
            ("LTV50_CR", coverage_of_loan_to_value(Fraction(50, 100))),
        ],
    )
    def test_translates_into_the_other_measures(self, figure: str, value: Fraction) -> None:
        assert rounded_percent(value) == VECTORS["M7"][figure]


class TestPriceAtLine:
    """100,000 shares and 100,000.00 in cash against 1,005,342.47 on a line of 130 %."""

    def test_is_exact_and_then_rounded_up_to_the_tick(self) -> None:
        exact = price_at_line(quantity=100_000, cash_minor=CASH, debt_minor=DEBT, line_ppm=1_300_000)
        assert rounded(exact / 100, 6) == VECTORS["M2"]["exact"]
        assert in_text(lowest_price_on_line(exact)) == VECTORS["M2"]["lowest_ok_tick"]

    @pytest.mark.parametrize(("figure", "price"), [("ratio_at_12_07", "12.07"), ("ratio_at_12_06", "12.06")])
    def test_parts_the_line_between_two_ticks(self, figure: str, price: str) -> None:
        assert rounded_percent(coverage(CASH + 100_000 * minor(price), DEBT)) == VECTORS["M2"][figure]


class TestCure:
    """From 125 % (1,250,000 against 1,000,000) to 150 %, at 12.50 a share, costs 0.15 %, lots of 100."""

    C, D, COST_PPM = minor("1250000"), minor("1000000"), 1_500

    def test_has_three_routes(self) -> None:
        cure = cure_coverage(self.C, self.D, target_ppm=1_500_000, cost_ppm=self.COST_PPM)
        free = cure_coverage(self.C, self.D, target_ppm=1_500_000)
        expected = VECTORS["M3"]
        assert cure.deposit_minor == minor(expected["deposit_cash_or_collateral"])
        assert cure.repay_minor == minor(expected["repay_from_outside"])
        assert free.sell_minor == minor(expected["sell_and_repay_no_cost"])
        assert cure.sell_minor == minor(expected["sell_and_repay_with_cost"])

    def test_is_rounded_up_to_the_lot_that_suffices(self) -> None:
        shares = quantity_for(minor("502260.18"), minor("12.50"), lot=100)
        assert str(shares) == VECTORS["M3"]["shares_lot_rounded"]
        after, short = (
            coverage_after_sale(self.C, self.D, gross_minor=sold * minor("12.50"), cost_ppm=self.COST_PPM)
            for sold in (shares, shares - 100)
        )
        assert rounded_percent(after, 6) == VECTORS["M3"]["ratio_after_pct"]
        assert rounded_percent(short, 6) == VECTORS["M3"]["ratio_one_lot_less_pct"]

    def test_counts_securities_at_their_credit(self) -> None:
        """A loan of 1,000,000 on securities of 800,000 that count for half: 600,000 more must not close the
        call.
        """
        held = lending_value([Holding("S", minor("800000"), credit_ppm=500_000)])
        cure = cure_lending_value(minor("1000000"), held, credit_ppm=500_000)
        assert cure.cash_minor == minor(VECTORS["M13"]["shortfall_cash"])
        assert cure.securities_minor == minor(VECTORS["M13"]["gross_securities_needed"])
        topped_up = lending_value([Holding("S", minor("1400000"), credit_ppm=500_000)])
        still_short = cure_lending_value(minor("1000000"), topped_up, credit_ppm=500_000)
        assert still_short.cash_minor == minor(VECTORS["M13"]["remaining_short_after_600k_gross"])


class TestWhatMayLeave:
    def test_stops_at_the_withdrawal_line(self) -> None:
        c, d = minor("3500000"), minor("1000000")
        leaving = withdrawable(collateral_minor=c, debt_minor=d, withdrawal_line_ppm=3_000_000)
        assert leaving == minor(VECTORS["M4"]["withdraw"])
        assert rounded_percent(coverage(c - leaving, d)) == VECTORS["M4"]["ratio_after_pct"]

    @pytest.mark.parametrize(("figure", "value"), [("mv_550k", "550000"), ("mv_450k", "450000")])
    def test_counts_losses_in_full_and_gains_at_their_credit(self, figure: str, value: str) -> None:
        position = FinancedPosition(
            financed_minor=minor("500000"),
            value_minor=minor(value),
            credit_ppm=650_000,
            margin_ratio_ppm=1_000_000,
        )
        balance = available_margin(
            cash_minor=minor("200000"),
            collateral=[Holding("S", minor("1000000"), credit_ppm=700_000)],
            financed=[position],
            interest_minor=minor("1000"),
        )
        assert balance == minor(VECTORS["M5"][figure])

    @pytest.mark.parametrize(("figure", "ratio_ppm"), [("at_100pct", 1_000_000), ("at_80pct", 800_000)])
    def test_finances_by_the_margin_ratio_of_the_vintage(self, figure: str, ratio_ppm: int) -> None:
        assert financing_capacity(minor("500000"), ratio_ppm) == minor(VECTORS["M6"][figure])


class TestLendingValue:
    """A 600,000 at 70 % and B 400,000 at 50 % for a loan of 500,000."""

    def test_takes_each_security_at_its_own_credit(self) -> None:
        loan = minor("500000")
        a, b = Holding("A", minor("600000"), 700_000), Holding("B", minor("400000"), 500_000)
        value = lending_value([a, b])
        b_as_a = Holding("B", b.value_minor, a.credit_ppm)
        assert value == minor(VECTORS["M12"]["lending_value"])
        assert value - loan == minor(VECTORS["M12"]["headroom"])
        assert lending_value([a, b_as_a]) - loan == minor(VECTORS["M12"]["if_first_security_ltv_used"])


class TestRetailProtection:
    """An equity contract for difference of 10,000 at 5 to 1."""

    def test_follows_the_product_intervention(self) -> None:
        margin = initial_margin(minor("10000"), Fraction(5))
        gapped = protect_negative_balance(minor("-300"))
        figures = {
            "im": margin,
            "closeout_equity": close_out_equity(margin),
            "gap_equity_minus_300_after_NBP": gapped.client_minor,
            "provider_loss": gapped.provider_loss_minor,
        }
        assert figures == {name: minor(text) for name, text in VECTORS["M11"].items()}


class TestStress:
    """Loans of 1.0m on 1.6m and 0.5m on 0.65m; half of 600,000 excess capital is usable."""

    EXPOSURES = (
        Exposure(minor("1000000"), minor("1600000")),
        Exposure(minor("500000"), minor("650000")),
    )

    @pytest.mark.parametrize("percent", [30, 50])
    def test_adds_up_shortfalls_without_netting(self, percent: int) -> None:
        shortfall = stress_shortfall(self.EXPOSURES, percent * 10_000)
        assert shortfall == minor(VECTORS["M18"][f"drop{percent}"])
        buffer = stress_buffer(minor("600000"), usable_ppm=500_000, shortfall=shortfall)
        assert buffer == minor(VECTORS["M18"][f"buffer{percent}"])


class TestValueAtRisk:
    @pytest.mark.parametrize(("figure", "horizon_days"), [("var1", 1), ("var5", 5)])
    def test_scales_with_the_root_of_time(self, figure: str, horizon_days: int) -> None:
        value = parametric_value_at_risk(
            minor("1000000"),
            daily_volatility=Decimal("0.02"),
            quantile=Decimal("2.326347874"),
            horizon_days=horizon_days,
        )
        assert value == minor(VECTORS["M19"][figure])


class TestLeverage:
    def test_is_what_is_held_for_each_unit_of_ones_own(self) -> None:
        assert leverage(100, 50) == Fraction("1.5")
        assert leverage(100, 150) == Fraction("2.5")

    def test_at_three_times_reaches_a_quarter_at_a_fall_of_a_ninth(self) -> None:
        """100,000 own and 200,000 financed hold 300,000; equity is 25 % at 266,666.67."""
        fall = fall_to_line(
            securities_minor=minor("300000"), debt_minor=minor("200000"), maintenance_ppm=250_000
        )
        assert fall == Fraction(1, 9)
        assert display_percent(fall) == "11.11"
        assert maximum_leverage(250_000) == leverage(minor("100000"), minor("200000")) == 3
