"""Exact money: rounding, reading and showing amounts."""

from collections.abc import Callable
from fractions import Fraction

import pytest

from ledger.domain.money import (
    LARGEST_AMOUNT_MINOR,
    InvalidAmount,
    format_amount,
    minor_to_decimal_string,
    parse_amount_minor,
    round_down,
    round_down_fraction,
    round_half_up,
    round_half_up_fraction,
    round_up,
    round_up_fraction,
)


class TestRounding:
    @pytest.mark.parametrize(
        ("numerator", "denominator", "down", "half_up", "up"),
        [
            (0, 7, 0, 0, 0),
            (14, 7, 2, 2, 2),
            (1, 2, 0, 1, 1),
            (-1, 2, 0, -1, -1),
            (1, -2, 0, -1, -1),
            (-1, -2, 0, 1, 1),
            (3, 2, 1, 2, 2),
            (5, 2, 2, 3, 3),
            (49, 100, 0, 0, 1),
            (-49, 100, 0, 0, -1),
            (51, 100, 0, 1, 1),
            (10**40 + 1, 2, 10**40 // 2, 10**40 // 2 + 1, 10**40 // 2 + 1),
        ],
    )
    def test_goes_the_stated_way(
        self, numerator: int, denominator: int, down: int, half_up: int, up: int
    ) -> None:
        assert round_down(numerator, denominator) == down
        assert round_half_up(numerator, denominator) == half_up
        assert round_up(numerator, denominator) == up

    def test_does_the_same_to_a_fraction(self) -> None:
        value = Fraction(-5, 2)
        assert round_down_fraction(value) == -2
        assert round_half_up_fraction(value) == -3
        assert round_up_fraction(value) == -3

    @pytest.mark.parametrize("direction", [round_down, round_half_up, round_up])
    def test_refuses_to_divide_by_zero(self, direction: Callable[[int, int], int]) -> None:
        with pytest.raises(ZeroDivisionError, match="divided by zero"):
            direction(1, 0)


class TestMinorToDecimalString:
    @pytest.mark.parametrize(
        ("amount_minor", "exponent", "text"),
        [
            (0, 2, "0.00"),
            (5, 2, "0.05"),
            (-5, 2, "-0.05"),
            (123_456_789, 2, "1234567.89"),
            (-100, 0, "-100"),
            (1, 8, "0.00000001"),
        ],
    )
    def test_shows_every_decimal_of_the_unit(self, amount_minor: int, exponent: int, text: str) -> None:
        assert minor_to_decimal_string(amount_minor, exponent) == text

    def test_refuses_a_negative_exponent(self) -> None:
        with pytest.raises(ValueError, match="never negative"):
            minor_to_decimal_string(1, -1)


class TestParseAmountMinor:
    @pytest.mark.parametrize(
        ("text", "exponent", "amount_minor"),
        [
            ("0", 2, 0),
            ("-0.00", 2, 0),
            ("12.3", 2, 1230),
            ("-12.34", 2, -1234),
            ("007", 0, 7),
            ("1000000", 2, 100_000_000),
            ("92233720368547758.07", 2, LARGEST_AMOUNT_MINOR),
        ],
    )
    def test_reads_plain_decimals(self, text: str, exponent: int, amount_minor: int) -> None:
        assert parse_amount_minor(text, exponent=exponent) == amount_minor

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " 1",
            "1 ",
            "1\n",
            "+1",
            "1.",
            ".5",
            "--1",
            "1,000",
            "1e3",
            "1E3",
            "NaN",
            "nan",
            "sNaN",
            "Infinity",
            "-inf",
            "0x10",
            "1_000",
            "١٢",
            "1.234",
            "1.000",
            "92233720368547758.08",
            "9" * 5000,
        ],
    )
    def test_refuses_anything_else(self, text: str) -> None:
        with pytest.raises(InvalidAmount):
            parse_amount_minor(text, exponent=2)

    def test_refuses_decimals_of_a_unit_without(self) -> None:
        with pytest.raises(InvalidAmount, match="more than 0 decimals"):
            parse_amount_minor("1.0", exponent=0)

    def test_refuses_a_negative_exponent(self) -> None:
        with pytest.raises(ValueError, match="never negative"):
            parse_amount_minor("1", exponent=-1)


class TestFormatAmount:
    @pytest.mark.parametrize(
        ("amount_minor", "exponent", "text"),
        [
            (0, 2, "0.00"),
            (123_456_789, 2, "1,234,567.89"),
            (-100_000, 2, "-1,000.00"),
            (1_000_000, 0, "1,000,000"),
        ],
    )
    def test_groups_thousands(self, amount_minor: int, exponent: int, text: str) -> None:
        assert format_amount(amount_minor, exponent) == text

    def test_takes_the_separators_of_a_language(self) -> None:
        assert format_amount(123_456_789, 2, group_separator=" ", decimal_point=",") == "1 234 567,89"
