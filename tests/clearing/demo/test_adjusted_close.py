"""Dividends and splits read out of adjusted closes."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest

from clearing.demo.adjusted_close import (
    AdjustedCloseTooCoarse,
    AdjustedCloseUnexplained,
    ClosingPrice,
    FoundDividend,
    FoundSplit,
    find_corporate_actions,
)

FIRST = dt.date(2008, 2, 4)


def series(*pairs: tuple[str, str]) -> list[ClosingPrice]:
    return [
        ClosingPrice(FIRST + dt.timedelta(days=number), Decimal(close), Decimal(adjusted))
        for number, (close, adjusted) in enumerate(pairs)
    ]


class TestFindCorporateActions:
    def test_finds_nothing_where_only_the_price_moves(self) -> None:
        assert find_corporate_actions(series(("100", "50.000000"), ("104", "52.000000"))) == []

    def test_finds_a_dividend(self) -> None:
        """0.40 on a close of 100 at the ex-date: the factor grows by 1.004."""
        found = find_corporate_actions(series(("101", "50.5000000"), ("100", "50.2000000")))
        assert found == [FoundDividend(FIRST + dt.timedelta(days=1), Fraction(2, 5))]

    @pytest.mark.parametrize(
        ("after", "numerator", "denominator"), [("50", 2, 1), ("66.666666666", 3, 2), ("1000", 1, 10)]
    )
    def test_finds_a_split(self, after: str, numerator: int, denominator: int) -> None:
        found = find_corporate_actions(series(("100", "10.0000000"), (after, "10.0000000")))
        assert found == [FoundSplit(FIRST + dt.timedelta(days=1), numerator, denominator)]

    def test_refuses_to_read_what_rounding_hides(self) -> None:
        """Two decimals: rounding moves the factor as much as a dividend of a cent would."""
        with pytest.raises(AdjustedCloseTooCoarse):
            find_corporate_actions(series(("100", "50.12"), ("101", "50.62")))

    def test_refuses_what_is_neither(self) -> None:
        with pytest.raises(AdjustedCloseUnexplained):
            find_corporate_actions(series(("100", "10.0000000"), ("60", "10.5432100")))
