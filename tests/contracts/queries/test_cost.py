"""What a financing costs, all of it together."""

import datetime as dt
from dataclasses import asdict

import pytest

from contracts.models import TermsVersion
from contracts.queries.cost import CostEstimate, estimate_cost
from contracts.services.terms import TermsDraft

TERMS = TermsDraft(client_rate_ppm=65_000, calendar_code="XSHG")
JANUARY = dt.date(2025, 1, 1)


def terms() -> TermsVersion:
    fields = {name: value for name, value in asdict(TERMS).items() if name != "rule_pack"}
    return TermsVersion(**fields)


def estimated(days: int = 30, **changes: int) -> CostEstimate:
    return estimate_cost(
        terms=terms(),
        own_minor=changes.get("own_minor", 100_000_000),
        financed_minor=changes.get("financed_minor", 100_000_000),
        from_date=JANUARY,
        until_date=JANUARY + dt.timedelta(days=days),
        slippage_ppm=changes.get("slippage_ppm", 1_000),
        fees_minor=changes.get("fees_minor", 0),
    )


class TestEstimateCost:
    def test_adds_interest_costs_and_slippage_up(self) -> None:
        """A million financed beside a million of one's own, for 30 days (interest: vector I1)."""
        found = {line.name: line.amount_minor for line in estimated(fees_minor=200_000).lines}
        assert found == {
            "interest": 534_247,
            "commission_buy": 60_000,
            "external_buy": 2_000,
            "slippage_buy": 200_000,
            "commission_sell": 60_000,
            "external_sell": 162_000,
            "slippage_sell": 200_000,
            "fees": 200_000,
        }
        assert estimated(fees_minor=200_000).total_minor == 1_418_247

    def test_says_what_that_is_in_a_year_and_how_far_prices_must_rise(self) -> None:
        """1,218,247 on a hundred million in 30 days is 14.82 % a year; of two hundred million 0.61 %."""
        made = estimated()
        assert (made.yearly_ppm, made.break_even_ppm) == (148_221, 6_092)

    def test_leaves_out_what_costs_nothing(self) -> None:
        assert [line.name for line in estimated(slippage_ppm=0).lines] == [
            "interest",
            "commission_buy",
            "external_buy",
            "commission_sell",
            "external_sell",
        ]

    @pytest.mark.parametrize(("days", "financed"), [(0, 1), (30, 0)])
    def test_needs_a_loan_and_time(self, days: int, financed: int) -> None:
        with pytest.raises(ValueError, match="financed"):
            estimated(days, financed_minor=financed)
