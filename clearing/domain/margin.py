"""Margin arithmetic: ratios, lending value, what may leave, what cures a call, where a line lies.

C is assets (cash and securities at marks), D debts, S securities, H lending value, all in minor units of one
currency; rates and lines are parts per million; ratios are exact fractions, compared exactly and truncated
only for display. What may leave is rounded down, what must come in or be sold is rounded up.

Source: DESIGN 6 (valuation, ladder); vectors M1 to M7, M12, M13.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ledger.domain.money import minor_to_decimal_string, round_down_fraction, round_up_fraction

_PPM = 1_000_000


class InvalidMargin(ValueError):
    """A figure that must be positive is not, or a ratio has no counterpart."""


def market_value(
    quantity: int,
    price_minor: int,
    *,
    price_exponent: int = 2,
    currency_exponent: int = 2,
    quantity_exponent: int = 0,
) -> Fraction:
    """Return ``quantity * price`` in minor units of the currency, exact.

    The price has ``price_exponent`` decimals, the quantity ``quantity_exponent``.
    """
    scale = Fraction(10) ** (currency_exponent - price_exponent - quantity_exponent)
    return quantity * price_minor * scale


def coverage(collateral_minor: int | Fraction, debt_minor: int | Fraction) -> Fraction | None:
    """Return C / D; None without debts, where no line applies."""
    return Fraction(collateral_minor) / debt_minor if debt_minor > 0 else None


def equity_ratio(
    collateral_minor: int | Fraction,
    debt_minor: int | Fraction,
    *,
    securities_minor: int | Fraction | None = None,
) -> Fraction | None:
    """Return (C - D) / C, or over S where the pack says so; None over a base of zero or less."""
    base = collateral_minor if securities_minor is None else securities_minor
    return Fraction(collateral_minor - debt_minor) / base if base > 0 else None


def loan_to_value(collateral_minor: int | Fraction, debt_minor: int | Fraction) -> Fraction | None:
    """Return D / C; None over assets of zero or less."""
    return Fraction(debt_minor) / collateral_minor if collateral_minor > 0 else None


def equity_ratio_of_coverage(ratio: Fraction) -> Fraction:
    """Return the equity ratio that a coverage amounts to: ``1 - 1/CR``. Vector M7.

    :raises InvalidMargin: a coverage of zero or less.
    """
    return 1 - loan_to_value_of_coverage(ratio)


def loan_to_value_of_coverage(ratio: Fraction) -> Fraction:
    """Return the loan to value that a coverage amounts to: ``1/CR``.

    :raises InvalidMargin: a coverage of zero or less.
    """
    if ratio <= 0:
        raise InvalidMargin(f"a coverage of {ratio} has no counterpart")
    return 1 / ratio


def coverage_of_equity_ratio(ratio: Fraction) -> Fraction:
    """Return the coverage that an equity ratio amounts to: ``1/(1 - ER)``.

    :raises InvalidMargin: an equity ratio of 100 % or more.
    """
    if ratio >= 1:
        raise InvalidMargin(f"an equity ratio of {ratio} has no coverage: nothing is owed")
    return 1 / (1 - ratio)


def coverage_of_loan_to_value(ratio: Fraction) -> Fraction:
    """Return the coverage that a loan to value amounts to: ``1/LTV``.

    :raises InvalidMargin: a loan to value of zero or less.
    """
    if ratio <= 0:
        raise InvalidMargin(f"a loan to value of {ratio} has no coverage: nothing is owed")
    return 1 / ratio


def display_percent(ratio: Fraction, decimals: int = 2) -> str:
    """Return a ratio in percent, truncated toward zero so that a display never flatters: ``159.14``."""
    return minor_to_decimal_string(round_down_fraction(ratio * 100 * 10**decimals), decimals)


@dataclass(frozen=True, slots=True)
class Holding:
    """A security at its mark, and the part of it that counts: ``credit_ppm`` is one less the haircut."""

    security: str
    value_minor: int | Fraction
    credit_ppm: int


def lending_value(
    holdings: Sequence[Holding], *, cash_minor: int = 0, concentration_cap_ppm: int | None = None
) -> Fraction:
    """Return H: cash and each security's value at its own credit, exact. Vector M12.

    With a concentration cap no security counts for more than that part of all securities' value before any
    cap (a cap against the capped total would chase itself).
    """
    uncapped = Fraction(sum(holding.value_minor for holding in holdings))
    total = Fraction(cash_minor)
    for holding in holdings:
        counted = Fraction(holding.value_minor)
        if concentration_cap_ppm is not None:
            counted = min(counted, uncapped * concentration_cap_ppm / _PPM)
        total += counted * holding.credit_ppm / _PPM
    return total


@dataclass(frozen=True, slots=True)
class FinancedPosition:
    """What was bought with financing: ``margin_ratio_ppm`` of the financed amount is bound as margin."""

    financed_minor: int
    value_minor: int
    credit_ppm: int
    margin_ratio_ppm: int


def available_margin(
    *,
    cash_minor: int,
    collateral: Sequence[Holding],
    financed: Sequence[FinancedPosition],
    interest_minor: int = 0,
) -> Fraction:
    """Return the available margin balance, exact; negative where more is bound than there is. Vector M5.

    Cash, plus collateral at its credit, plus gains of financed positions at theirs, less their losses in
    full, less financed amounts at their margin ratio, less interest and fees.
    """
    total = lending_value(collateral, cash_minor=cash_minor) - interest_minor
    for position in financed:
        gain = position.value_minor - position.financed_minor
        total += Fraction(gain * position.credit_ppm, _PPM) if gain > 0 else gain
        total -= Fraction(position.financed_minor * position.margin_ratio_ppm, _PPM)
    return total


def withdrawable(
    *,
    collateral_minor: int | Fraction,
    debt_minor: int,
    withdrawal_line_ppm: int,
    available_margin_minor: int | Fraction | None = None,
    settled_cash_minor: int | None = None,
) -> int:
    """Return what may leave: ``min(C - wD, available margin, settled cash)``, rounded down, never negative.

    Vector M4. Pass settled cash less holds where the figure is to be paid out.
    """
    limits = [collateral_minor - Fraction(withdrawal_line_ppm * debt_minor, _PPM)]
    limits += [Fraction(limit) for limit in (available_margin_minor, settled_cash_minor) if limit is not None]
    return max(0, round_down_fraction(min(limits)))


def financing_capacity(margin_minor: int, margin_ratio_ppm: int) -> int:
    """Return what may be financed on a margin: ``margin / ratio``, rounded down. Vector M6.

    :raises InvalidMargin: the ratio is not positive.
    """
    if margin_ratio_ppm <= 0:
        raise InvalidMargin(f"a margin ratio is positive: {margin_ratio_ppm} ppm")
    return max(0, margin_minor * _PPM // margin_ratio_ppm)


def fall_to_coverage_line(
    *, securities_minor: int | Fraction, cash_minor: int, debt_minor: int, line_ppm: int
) -> Fraction:
    """Return the fall of all prices together, as a part of today's value, at which C/D is the line.

    Zero or negative: reached or passed already. Above one: cash alone keeps the contract above it.

    :raises InvalidMargin: no securities.
    """
    if securities_minor <= 0:
        raise InvalidMargin("without securities there is no price to fall")
    return 1 - (Fraction(line_ppm * debt_minor, _PPM) - cash_minor) / securities_minor


def price_at_line(*, quantity: int, cash_minor: int, debt_minor: int, line_ppm: int) -> Fraction:
    """Return the price of the only security at which C/D is the line: exact minor units a share. Vector M2.

    Negative where cash alone keeps the contract above the line.

    :raises InvalidMargin: the quantity is not positive.
    """
    if quantity <= 0:
        raise InvalidMargin("without securities there is no price to fall")
    return (Fraction(line_ppm * debt_minor, _PPM) - cash_minor) / quantity


def lowest_price_on_line(exact_price: Fraction, *, tick_minor: int = 1) -> int:
    """Return the lowest price on the tick that is not below the line; zero where no price is."""
    return max(0, round_up_fraction(exact_price / tick_minor)) * tick_minor if exact_price > 0 else 0
