"""Leverage: how much is held for each unit of one's own, how much may be, and how far prices may fall.

Amounts in minor units; ratios are exact fractions; the maintenance ratio is equity over assets, ``(C - D) /
C``, in parts per million (25 % is 250,000).

Source: DESIGN 5 (leverage). Literature: (100 + 50) / 100 = 1.5x; (100 + 150) / 100 = 2.5x; 100,000 own at 3x
under a 25 % maintenance ratio reaches its line at a fall of 11.11 %.
"""

from collections.abc import Sequence
from fractions import Fraction

from contracts.domain.repayment import (
    DEFAULT_REPAYMENT_ORDER,
    DebtLine,
    DebtsDue,
    PaidDebts,
    allocate_repayment,
)

__all__ = [
    "DEFAULT_REPAYMENT_ORDER",
    "DebtLine",
    "DebtsDue",
    "InvalidLeverage",
    "PaidDebts",
    "allocate_repayment",
    "exceeds_maximum",
    "fall_to_line",
    "financing_room",
    "leverage",
    "maximum_leverage",
]

_PPM = 1_000_000


class InvalidLeverage(ValueError):
    """Nothing of one's own, a negative amount, or a maintenance ratio outside 0 to 100 %."""


def leverage(own_minor: int, financed_minor: int) -> Fraction:
    """Return ``(own + financed) / own``.

    :raises InvalidLeverage: own money of zero or less, or negative financing.
    """
    if own_minor <= 0 or financed_minor < 0:
        raise InvalidLeverage(f"leverage needs own money: own {own_minor}, financed {financed_minor}")
    return Fraction(own_minor + financed_minor, own_minor)


def maximum_leverage(maintenance_ppm: int, caps: Sequence[Fraction] = ()) -> Fraction:
    """Return ``min(1/m - 1, caps)`` for the maintenance equity ratio ``m``; at 1 nothing may be financed.

    ``1/m - 1`` is deliberately one turn below the arithmetic limit ``1/m``. The caps are those of the tier,
    of the rule pack and of the dynamic limit, each as a multiple.

    :raises InvalidLeverage: the maintenance ratio is not above 0 and at most 100 %.
    """
    if not 0 < maintenance_ppm <= _PPM:
        raise InvalidLeverage(f"a maintenance ratio lies above 0 and at most at 100 %: {maintenance_ppm} ppm")
    return min([Fraction(_PPM, maintenance_ppm) - 1, *caps])


def exceeds_maximum(own_minor: int, financed_minor: int, maximum: Fraction) -> bool:
    """Return whether the leverage lies above the maximum; at the maximum is within it.

    :raises InvalidLeverage: own money of zero or less, or negative financing.
    """
    return leverage(own_minor, financed_minor) > maximum


def financing_room(own_minor: int, financed_minor: int, maximum: Fraction) -> int:
    """Return how much more may be financed in minor units, rounded down; zero where the maximum is reached.

    :raises InvalidLeverage: own money of zero or less, or negative financing.
    """
    if own_minor <= 0 or financed_minor < 0:
        raise InvalidLeverage(f"leverage needs own money: own {own_minor}, financed {financed_minor}")
    room = own_minor * (maximum - 1) - financed_minor
    return max(0, room.numerator // room.denominator)


def fall_to_line(
    *, securities_minor: int, debt_minor: int, maintenance_ppm: int, cash_minor: int = 0
) -> Fraction:
    """Return the fall of all prices together, a part of today's value, that leads to the ratio ``m``.

    Assets at the line are ``D / (1 - m)``; cash does not fall. Zero or negative: the line is reached or
    passed already. Above one: no fall reaches it. 300,000 held against 200,000 at 25 %: the line is at
    266,666.67, a fall of 1/9.

    :raises InvalidLeverage: no securities, or a maintenance ratio not within 0 (counted) to 100 % (not
      counted).
    """
    if securities_minor <= 0:
        raise InvalidLeverage("without securities there is no price to fall")
    if not 0 <= maintenance_ppm < _PPM:
        raise InvalidLeverage(f"a maintenance ratio lies from 0 to below 100 %: {maintenance_ppm} ppm")
    assets_at_line = Fraction(debt_minor * _PPM, _PPM - maintenance_ppm)
    return 1 - (assets_at_line - cash_minor) / securities_minor
