"""Find dividends and splits in a series of closes and adjusted closes.

The adjusted close divides by the future: its ratio to the close, the factor, changes on ex-dates only. The
source multiplies the factor by the new-for-old ratio of a split, and by ``1 + dividend / close`` of the
ex-date itself for a dividend, so that both can be read back. An adjusted close rounded too coarsely for that
is refused, and so is a change that is neither: a guess would be booked as money.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

_MICRO = 1_000_000
_MOST_SHARES = 20
_LEAST_SPLIT = Fraction(6, 5)
_FINEST_DIVIDEND = Fraction(1, 10_000)


class AdjustedCloseTooCoarse(ValueError):
    """The adjusted close has too few decimals to tell a dividend from rounding."""


class AdjustedCloseUnexplained(ValueError):
    """The adjustment changes by what is neither a dividend nor a split."""


@dataclass(frozen=True, slots=True)
class ClosingPrice:
    """A day's close as traded, and adjusted for all that came later."""

    session_date: date
    close: Decimal
    adjusted_close: Decimal


@dataclass(frozen=True, slots=True)
class FoundDividend:
    """A dividend per share in units of the currency, on its ex-date."""

    ex_date: date
    amount: Fraction


@dataclass(frozen=True, slots=True)
class FoundSplit:
    """``numerator`` new shares for ``denominator`` old ones, on its ex-date."""

    ex_date: date
    numerator: int
    denominator: int


def find_corporate_actions(
    prices: Sequence[ClosingPrice], *, tolerance: Fraction = Fraction(1, _MICRO)
) -> list[FoundDividend | FoundSplit]:
    """Return what happened between the first and the last of the prices, in order.

    ``tolerance`` is how far a factor may move by rounding alone; a dividend comes out to a hundredth of a
    cent.

    :raises AdjustedCloseTooCoarse: rounding alone may move the factor further than the tolerance.
    :raises AdjustedCloseUnexplained: a change is neither a dividend nor a split.
    """
    found: list[FoundDividend | FoundSplit] = []
    decimals = max((_decimals(price.adjusted_close) for price in prices), default=0)
    for before, after in pairwise(prices):
        half_step = Fraction(1, 2 * 10**decimals)
        noise = half_step / Fraction(before.adjusted_close) + half_step / Fraction(after.adjusted_close)
        if noise > tolerance:
            raise AdjustedCloseTooCoarse(f"{after.session_date}: {decimals} decimals")
        step = _factor(after) / _factor(before)
        if abs(step - 1) > tolerance:
            found.append(_explain(after, step, tolerance))
    return found


def _factor(price: ClosingPrice) -> Fraction:
    return Fraction(price.adjusted_close) / Fraction(price.close)


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _explain(price: ClosingPrice, step: Fraction, tolerance: Fraction) -> FoundDividend | FoundSplit:
    if step >= _LEAST_SPLIT or step < 1:
        ratio = step.limit_denominator(_MOST_SHARES)
        if abs(step - ratio) <= tolerance * ratio and ratio.numerator <= _MOST_SHARES:
            return FoundSplit(price.session_date, ratio.numerator, ratio.denominator)
    else:
        exact = Fraction(price.close) * (step - 1)
        amount = round(exact / _FINEST_DIVIDEND) * _FINEST_DIVIDEND
        if amount > 0 and abs(exact - amount) <= _FINEST_DIVIDEND / 10:
            return FoundDividend(price.session_date, amount)
    raise AdjustedCloseUnexplained(
        f"{price.session_date}: the factor changes by {step.limit_denominator(10**6)}"
    )
