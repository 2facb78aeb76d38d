"""Reading the figures of the worked examples: decimal texts into exact values."""

from fractions import Fraction

from ledger.domain.money import minor_to_decimal_string, parse_amount_minor, round_half_up_fraction

Expected = dict[str, str]
"""The expected figures of one vector, as the vectors state them."""


def minor(text: str) -> int:
    """Return an amount of a currency with two decimals in minor units."""
    return parse_amount_minor(text, exponent=2)


def in_text(amount_minor: int) -> str:
    """Return minor units of a currency with two decimals as a decimal text."""
    return minor_to_decimal_string(amount_minor, 2)


def rounded(value: Fraction | None, decimals: int) -> str:
    """Return an exact ratio half up to so many decimals, without trailing zeros."""
    assert value is not None
    text = minor_to_decimal_string(round_half_up_fraction(value * 10**decimals), decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded_percent(value: Fraction | None, decimals: int = 4) -> str:
    """Return an exact ratio in percent, as the vectors show it."""
    assert value is not None
    return rounded(value * 100, decimals)
