"""Risk figures at their edges."""

from decimal import Decimal
from fractions import Fraction

import pytest

from clearing.domain.risk import (
    Exposure,
    InvalidRisk,
    ProtectedBalance,
    close_out_equity,
    initial_margin,
    parametric_value_at_risk,
    protect_negative_balance,
    stress_buffer,
    stress_shortfall,
)


class TestStress:
    def test_of_nobody_is_nothing(self) -> None:
        assert stress_shortfall([], 500_000) == 0

    def test_is_exact(self) -> None:
        assert stress_shortfall([Exposure(10, 11)], 100_001) == Fraction(100_011, 1_000_000)
        assert stress_buffer(1, usable_ppm=500_000, shortfall=Fraction(1, 3)) == Fraction(1, 6)


class TestParametricValueAtRisk:
    def test_is_zero_without_volatility_and_mirrors_a_short_position(self) -> None:
        one = Decimal(1)
        assert parametric_value_at_risk(100, daily_volatility=Decimal(0), quantile=one) == 0
        assert parametric_value_at_risk(5, daily_volatility=Decimal("0.5"), quantile=one) == 3
        assert parametric_value_at_risk(-5, daily_volatility=Decimal("0.5"), quantile=one) == -3

    @pytest.mark.parametrize(
        ("volatility", "quantile", "horizon_days"),
        [("-0.1", "1", 1), ("NaN", "1", 1), ("Infinity", "1", 1), ("0.1", "NaN", 1), ("0.1", "1", 0)],
    )
    def test_refuses_figures_that_mean_nothing(
        self, volatility: str, quantile: str, horizon_days: int
    ) -> None:
        with pytest.raises(InvalidRisk):
            parametric_value_at_risk(
                1,
                daily_volatility=Decimal(volatility),
                quantile=Decimal(quantile),
                horizon_days=horizon_days,
            )


class TestRetailProtection:
    def test_rounds_margins_up(self) -> None:
        assert initial_margin(10, Fraction(3)) == 4
        assert close_out_equity(3) == 2

    def test_needs_a_leverage(self) -> None:
        with pytest.raises(InvalidRisk):
            initial_margin(10, Fraction(0))

    def test_leaves_a_positive_balance_alone(self) -> None:
        assert protect_negative_balance(5) == ProtectedBalance(client_minor=5, provider_loss_minor=0)
