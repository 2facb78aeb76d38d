"""Risk figures: stress shortfalls, parametric value at risk, and the protections of leveraged retail
products.

Amounts in minor units; drops and rates in parts per million; volatility and quantile as Decimal, never float.

Sources: DESIGN 6 (VaR, stress); ESMA product intervention on contracts for difference (2018/796): initial
margin, 50 % close-out, negative-balance protection. Vectors M11, M18, M19.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction

from ledger.domain.money import round_up_fraction

_PPM = 1_000_000


class InvalidRisk(ValueError):
    """A leverage, horizon or volatility that means nothing."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """A client's loan and the market value that secures it."""

    loan_minor: int
    value_minor: int


@dataclass(frozen=True, slots=True)
class ProtectedBalance:
    """A client's balance under negative-balance protection, and what that costs the provider."""

    client_minor: int
    provider_loss_minor: int


def stress_shortfall(exposures: Iterable[Exposure], drop_ppm: int) -> Fraction:
    """Return the sum over indebted clients of ``max(0, loan - value * (1 - drop))``, exact. Vector M18.

    One client's excess never covers another's shortfall.
    """
    kept = Fraction(_PPM - drop_ppm, _PPM)
    shortfalls = (exposure.loan_minor - exposure.value_minor * kept for exposure in exposures)
    return sum((max(Fraction(0), shortfall) for shortfall in shortfalls), Fraction(0))


def stress_buffer(excess_capital_minor: int, *, usable_ppm: int, shortfall: Fraction) -> Fraction:
    """Return the usable part of excess liquid capital less the stress shortfall; negative is a breach. Vector
    M18.
    """
    return Fraction(excess_capital_minor * usable_ppm, _PPM) - shortfall


def parametric_value_at_risk(
    value_minor: int, *, daily_volatility: Decimal, quantile: Decimal, horizon_days: int = 1
) -> int:
    """Return ``value * volatility * quantile * sqrt(days)``, half up to the minor unit. Vector M19.

    ``quantile`` of the standard normal: 2.326347874 for 99 %.

    :raises InvalidRisk: a negative volatility or a horizon under a day.
    """
    if not daily_volatility.is_finite() or not quantile.is_finite() or daily_volatility < 0:
        raise InvalidRisk(f"no value at risk from a volatility of {daily_volatility}")
    if horizon_days < 1:
        raise InvalidRisk(f"the horizon is at least a day: {horizon_days}")
    with localcontext(Context(prec=60)):
        exact = Decimal(value_minor) * daily_volatility * quantile * Decimal(horizon_days).sqrt()
        return int(exact.to_integral_value(rounding=ROUND_HALF_UP))


def initial_margin(notional_minor: int, maximum_leverage: Fraction) -> int:
    """Return the margin to open a position at the given leverage, rounded up: 5 to 1 is a fifth. Vector M11.

    :raises InvalidRisk: the leverage is not positive.
    """
    if maximum_leverage <= 0:
        raise InvalidRisk(f"a leverage is positive: {maximum_leverage}")
    return round_up_fraction(notional_minor / maximum_leverage)


def close_out_equity(initial_margin_minor: int, *, close_out_ppm: int = 500_000) -> int:
    """Return the equity at which positions are closed out: half the initial margin, rounded up."""
    return round_up_fraction(Fraction(initial_margin_minor * close_out_ppm, _PPM))


def protect_negative_balance(equity_minor: int) -> ProtectedBalance:
    """Return the balance of a protected client after a gap: never below zero, the rest is the provider's
    loss.
    """
    return ProtectedBalance(client_minor=max(0, equity_minor), provider_loss_minor=max(0, -equity_minor))
