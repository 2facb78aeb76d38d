"""What a contract will cost, and what ending it takes: the figures that the engine then posts."""

import datetime as dt
from dataclasses import replace

import pytest

from contracts.queries.forecast import NoMaturity, RateUnknown, cost_to_maturity, termination_quote
from contracts.queries.interest_segments import interest_segments
from contracts.queries.rates import FixingMissing, rate_in_force
from contracts.services.interest import accrue_interest
from contracts.services.repayment import repay
from tests.contracts.builders import DAY_ONE, TERMS, Lending
from tests.contracts.services.test_benchmarks import day, fix, floating

__all__ = ["floating"]


class TestTerminationQuote:
    def test_is_what_the_day_then_posts(self, book: Lending) -> None:
        contract = book.drawn()
        book.advance(day(3))
        accrue_interest(book_id=book.book.id, business_date=day(3), maker_id=book.maker.id)
        book.draw(contract, 5_000_001, value_date=day(1))
        quote = termination_quote(contract_id=contract.pk, on=day(30))
        assert quote.pending_interest_minor > 0
        book.advance(day(30))
        accrue_interest(book_id=book.book.id, business_date=day(30), maker_id=book.maker.id)
        balances = book.of(contract)
        assert (quote.interest_minor, quote.principal_minor) == (balances.interest_minor, 105_000_001)
        assert quote.total_minor == balances.debt_minor

    def test_counts_a_loan_of_one_day_that_no_run_has_seen(self, book: Lending) -> None:
        one_day = replace(TERMS, day_count="ACT_360", same_day_rule="ONE_DAY")
        book.put_terms_in_force("ONE-DAY", one_day)
        book.terms["MARGIN"] = book.terms["ONE-DAY"]
        contract = book.drawn()
        repay(
            contract_id=contract.pk,
            amount_minor=100_000_000,
            booking_date=book.day,
            value_date=book.day,
            maker_id=book.maker.id,
            idempotency_key="all",
        )
        quote = termination_quote(contract_id=contract.pk, on=day(1))
        book.advance(day(1))
        accrue_interest(book_id=book.book.id, business_date=day(1), maker_id=book.maker.id)
        assert (quote.interest_minor, book.of(contract).interest_minor) == (18_056, 18_056)

    def test_is_not_given_where_a_fixing_is_missing(self, floating: Lending) -> None:
        contract = floating.drawn()
        with pytest.raises(RateUnknown, match="2025-02-11"):
            termination_quote(contract_id=contract.pk, on=day(60))


class TestCostToMaturity:
    def test_counts_every_night_until_then(self, book: Lending) -> None:
        contract = book.drawn(matures_on=day(30))
        assert cost_to_maturity(contract_id=contract.pk).ahead_minor == 534247

    def test_assumes_the_newest_rate_and_says_so(self, floating: Lending) -> None:
        contract = floating.drawn()
        forecast = cost_to_maturity(contract_id=contract.pk, until=day(60))
        assert (forecast.ahead_minor, forecast.assumed_from) == (
            round(100_000_000 * 60 * 0.065 / 365), day(41),
        )  # fmt: skip

    def test_needs_a_day(self, book: Lending) -> None:
        with pytest.raises(NoMaturity, match="F1"):
            cost_to_maturity(contract_id=book.drawn().pk)


class TestInterestSegments:
    def test_show_principal_rate_and_days_and_add_up(self, floating: Lending) -> None:
        contract = floating.drawn()
        fix(floating, (day(10), 50_000))
        floating.advance(day(12))
        floating.draw(contract, 20_000_000, value_date=day(5))
        shown = interest_segments(contract_id=contract.pk, since=day(2), until=day(12))
        assert [(one.principal_minor, one.rate_ppm, one.days) for one in shown] == [
            (100_000_000, 65_000, 3),
            (120_000_000, 65_000, 5),
            (120_000_000, 70_000, 2),
        ]
        whole = interest_segments(contract_id=contract.pk, since=DAY_ONE, until=day(12))
        accrue_interest(book_id=floating.book.id, business_date=day(12), maker_id=floating.maker.id)
        assert sum(one.interest_minor or 0 for one in whole) == floating.of(contract).interest_minor

    def test_say_where_no_rate_is_known(self, floating: Lending) -> None:
        contract = floating.drawn()
        last = interest_segments(contract_id=contract.pk, since=day(0), until=day(50))[-1]
        assert (last.from_date, last.rate_ppm, last.interest_minor) == (day(41), None, None)


class TestRateInForce:
    def test_follows_the_benchmark(self, floating: Lending) -> None:
        terms_id = floating.terms["FLOAT"].pk
        assert rate_in_force(terms_id=terms_id, tranche_id=None, on=day(3)) == 65_000
        with pytest.raises(FixingMissing):
            rate_in_force(terms_id=terms_id, tranche_id=None, on=DAY_ONE - dt.timedelta(days=1))
