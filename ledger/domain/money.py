"""Exact money: integers in minor units, rounded once and in a stated direction.

An amount is an ``int`` in the minor unit of its currency or security (cents, or the unit's own scale); the
exponent is the number of decimals of the major unit (2 for CNY, 0 for JPY). No float is accepted or returned
anywhere.

Source: DESIGN 1, rule 4 (exact money).
"""

import re
from fractions import Fraction

LARGEST_AMOUNT_MINOR = 2**63 - 1
"""What a signed 64-bit column holds; a larger figure is a mistake of the sender, never a booking."""

_PLAIN_DECIMAL = re.compile(r"(?P<sign>-?)(?P<whole>[0-9]+)(?:\.(?P<decimals>[0-9]+))?", re.ASCII)


class InvalidAmount(ValueError):
    """The text is not a plain decimal number that fits the unit's scale."""


def round_half_up(numerator: int, denominator: int) -> int:
    """Return ``numerator / denominator`` to the nearest integer, a half going away from zero.

    Symmetric: ``round_half_up(-n, d) == -round_half_up(n, d)``. The rule of every posted amount (DESIGN 5).

    :raises ZeroDivisionError: the denominator is zero.
    """
    magnitude, negative = _magnitudes(numerator, denominator)
    top, bottom = magnitude
    rounded = (2 * top + bottom) // (2 * bottom)
    return -rounded if negative else rounded


def round_down(numerator: int, denominator: int) -> int:
    """Return ``numerator / denominator`` rounded toward zero: what may leave, what is displayed.

    :raises ZeroDivisionError: the denominator is zero.
    """
    (top, bottom), negative = _magnitudes(numerator, denominator)
    rounded = top // bottom
    return -rounded if negative else rounded


def round_up(numerator: int, denominator: int) -> int:
    """Return ``numerator / denominator`` rounded away from zero: what must be paid in, or sold.

    :raises ZeroDivisionError: the denominator is zero.
    """
    (top, bottom), negative = _magnitudes(numerator, denominator)
    rounded = -(-top // bottom)
    return -rounded if negative else rounded


def round_half_up_fraction(value: Fraction) -> int:
    """Return an exact value to the nearest integer, a half going away from zero."""
    return round_half_up(value.numerator, value.denominator)


def round_down_fraction(value: Fraction) -> int:
    """Return an exact value rounded toward zero."""
    return round_down(value.numerator, value.denominator)


def round_up_fraction(value: Fraction) -> int:
    """Return an exact value rounded away from zero."""
    return round_up(value.numerator, value.denominator)


def minor_to_decimal_string(amount_minor: int, exponent: int) -> str:
    """Return the amount in major units as a plain decimal string with exactly ``exponent`` decimals.

    ``minor_to_decimal_string(-5, 2) == "-0.05"``; no grouping, no exponent notation; reads back by
    :func:`parse_amount_minor`.

    :raises ValueError: the exponent is negative.
    """
    whole, decimals = _split(amount_minor, exponent)
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{whole}.{decimals}" if exponent else f"{sign}{whole}"


def parse_amount_minor(text: str, *, exponent: int) -> int:
    """Return the minor units that a plain decimal text states.

    Accepted: an optional minus sign, digits, optionally a point and at most ``exponent`` digits. Refused:
    blanks, grouping, a plus sign, exponent notation, NaN, infinities, digits of other scripts, more decimals
    than the unit has (even zeros: the sender means another scale), anything past a signed 64-bit integer.

    :raises InvalidAmount: the text is none of that.
    :raises ValueError: the exponent is negative.
    """
    if exponent < 0:
        raise ValueError(f"the exponent of a unit is never negative: {exponent}")
    match = _PLAIN_DECIMAL.fullmatch(text)
    if match is None:
        raise InvalidAmount(f"not a plain decimal number: {text[:40]!r}")
    decimals = match["decimals"] or ""
    if len(decimals) > exponent:
        raise InvalidAmount(f"more than {exponent} decimals: {text[:40]!r}")
    digits = (match["whole"] + decimals.ljust(exponent, "0")).lstrip("0") or "0"
    if len(digits) > len(str(LARGEST_AMOUNT_MINOR)) or int(digits) > LARGEST_AMOUNT_MINOR:
        raise InvalidAmount(f"larger than any amount that can be booked: {text[:40]!r}")
    return -int(digits) if match["sign"] else int(digits)


def format_amount(
    amount_minor: int, exponent: int, *, group_separator: str = ",", decimal_point: str = "."
) -> str:
    """Return the amount for people: grouped in thousands, ``1,234,567.89``; never to be parsed back.

    :raises ValueError: the exponent is negative.
    """
    whole, decimals = _split(amount_minor, exponent)
    grouped = f"{int(whole):,}".replace(",", group_separator)
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{grouped}{decimal_point}{decimals}" if exponent else f"{sign}{grouped}"


def _magnitudes(numerator: int, denominator: int) -> tuple[tuple[int, int], bool]:
    """Return the absolute values and whether the quotient is negative."""
    if denominator == 0:
        raise ZeroDivisionError("an amount cannot be divided by zero")
    return (abs(numerator), abs(denominator)), (numerator < 0) != (denominator < 0)


def _split(amount_minor: int, exponent: int) -> tuple[str, str]:
    """Return the digits before and after the point, without a sign."""
    if exponent < 0:
        raise ValueError(f"the exponent of a unit is never negative: {exponent}")
    digits = str(abs(amount_minor)).rjust(exponent + 1, "0")
    return digits[: len(digits) - exponent], digits[len(digits) - exponent :]
