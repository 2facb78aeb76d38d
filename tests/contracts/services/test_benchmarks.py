"""Rates that float on a benchmark: resets, floor and cap, missing and late fixings, in the book's accrual."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest

from accounts.services.approvals import approve
from contracts.models import Benchmark, InterestAdjustment, InterestHold
from contracts.queries.interest import recomputed_interest
from contracts.services.benchmarks import (
    FixingDraft,
    NoFixings,
    UnknownBenchmark,
    create_benchmark,
    propose_fixings,
    set_fixings,
)
from contracts.services.interest import AccrualResult, accrue_interest
from ledger.models import JournalEntry
from tests.contracts.builders import DAY_ONE, TERMS, Lending

SOURCE = "notice of the day"


def day(number: int) -> dt.date:
    return DAY_ONE + dt.timedelta(days=number)


def fix(book: Lending, *fixings: tuple[dt.date, int]) -> None:
    """Two people set what the benchmark was fixed at."""
    drafts = [FixingDraft(when, rate_ppm) for when, rate_ppm in fixings]
    benchmark = Benchmark.objects.get()
    approval = propose_fixings(
        benchmark_id=benchmark.pk, fixings=drafts, source=SOURCE, maker_id=book.maker.id
    )
    approve(approval_id=approval.id, checker_id=book.checker.id)
    set_fixings(benchmark_id=benchmark.pk, fixings=drafts, source=SOURCE, approval_id=approval.id)


def accrue(book: Lending, when: dt.date) -> AccrualResult:
    book.advance(when)
    return accrue_interest(book_id=book.book.id, business_date=when, maker_id=book.maker.id)


@pytest.fixture
def floating(book: Lending) -> Lending:
    """A million drawn on the benchmark plus 2 %, at least 5 % and at most 9 %, reset with every fixing."""
    benchmark = create_benchmark(code="LPR", name="Loan prime rate", administrator="NIFC", valid_days=40)
    book.terms["FIXED"] = book.terms["MARGIN"]
    draft = replace(
        TERMS,
        client_rate_ppm=0,
        benchmark_id=benchmark.pk,
        spread_ppm=20_000,
        rate_floor_ppm=50_000,
        rate_cap_ppm=90_000,
    )
    book.put_terms_in_force("FLOAT", draft)
    book.terms["MARGIN"] = book.terms["FLOAT"]
    fix(book, (day(0), 45_000))
    return book


def interest(*nights: tuple[int, int]) -> int:
    """Of a million at act/365F, (nights, rate in parts per million), half up to the cent."""
    whole = sum(count * rate_ppm for count, rate_ppm in nights) * 100_000_000
    return (2 * whole + 365_000_000) // (2 * 365_000_000)


class TestAccrueInterest:
    def test_counts_each_night_at_the_fixing_of_it(self, floating: Lending) -> None:
        contract = floating.drawn()
        fix(floating, (day(10), 50_000))
        assert accrue(floating, day(15)).client_minor == interest((10, 65_000), (5, 70_000))
        assert floating.of(contract).interest_minor == interest((10, 65_000), (5, 70_000))

    @pytest.mark.parametrize(("fixed", "rate_ppm"), [(-10_000, 50_000), (10_000, 50_000), (95_000, 90_000)])
    def test_keeps_between_floor_and_cap(self, floating: Lending, fixed: int, rate_ppm: int) -> None:
        floating.drawn()
        fix(floating, (day(10), fixed))
        assert accrue(floating, day(20)).client_minor == interest((10, 65_000), (10, rate_ppm))

    def test_resets_on_the_first_day_of_the_months_of_the_terms(self, book: Lending) -> None:
        benchmark = create_benchmark(code="LPR", name="LPR", administrator="NIFC", valid_days=60)
        draft = replace(
            TERMS, client_rate_ppm=0, benchmark_id=benchmark.pk, spread_ppm=20_000, reset_months=1
        )
        book.put_terms_in_force("MARGIN-M", draft)
        book.terms["MARGIN"] = book.terms["MARGIN-M"]
        fix(book, (dt.date(2024, 12, 20), 45_000), (dt.date(2025, 1, 20), 50_000))
        book.drawn()
        posted = accrue(book, dt.date(2025, 2, 11)).client_minor
        assert posted == interest((31, 65_000), (10, 70_000))

    def test_holds_a_contract_without_a_fixing_while_others_go_on(self, floating: Lending) -> None:
        contract = floating.drawn()
        floating.terms["MARGIN"] = floating.terms["FIXED"]
        other = floating.open("F2", client="DUBOIS")
        floating.deposit(other, 25_000_000)
        floating.draw(other, 50_000_000)
        assert accrue(floating, day(40)).held == 0
        late = accrue(floating, day(45))
        assert (late.contracts, late.held) == (1, 1)
        assert floating.of(contract).interest_minor == interest((40, 65_000))
        hold = InterestHold.objects.get()
        assert (hold.contract_id, hold.reason, hold.missing_from, hold.held_on, hold.lifted_on) == (
            contract.pk, "fixing_missing", day(41), day(45), None,
        )  # fmt: skip
        assert hold.benchmark == Benchmark.objects.get()
        assert accrue(floating, day(46)).held == 1
        assert InterestHold.objects.count() == 1

    def test_catches_up_by_one_posting_when_the_fixing_comes(self, floating: Lending) -> None:
        contract = floating.drawn()
        accrue(floating, day(40))
        accrue(floating, day(45))
        fix(floating, (day(41), 50_000))
        done = accrue(floating, day(46))
        assert (done.contracts, done.held, done.adjusted_minor) == (1, 0, 0)
        assert floating.of(contract).interest_minor == interest((41, 65_000), (5, 70_000))
        assert InterestHold.objects.get().lifted_on == day(46)

    def test_puts_a_fixing_that_was_wrong_right_by_one_adjustment(self, floating: Lending) -> None:
        contract = floating.drawn()
        accrue(floating, day(10))
        accrue(floating, day(20))
        fix(floating, (day(5), 55_000))
        done = accrue(floating, day(21))
        right = interest((5, 65_000), (16, 75_000))
        before = interest((20, 65_000))
        assert done.adjusted_minor == interest((5, 65_000), (15, 75_000)) - before
        assert floating.of(contract).interest_minor == right
        entry = JournalEntry.objects.get(kind_id="interest_adjusted")
        assert (entry.value_date, entry.booking_date) == (day(5), day(21))
        assert InterestAdjustment.objects.count() == 1
        assert accrue(floating, day(22)).adjusted_minor == 0
        fresh = recomputed_interest(contract_ids=[contract.pk], until=day(22))
        assert fresh[0].cumulative_minor == floating.of(contract).interest_minor


class TestProposeFixings:
    def test_needs_a_benchmark(self, book: Lending) -> None:
        with pytest.raises(UnknownBenchmark):
            propose_fixings(
                benchmark_id=1, fixings=[FixingDraft(day(0), 1)], source=SOURCE, maker_id=book.maker.id
            )

    @pytest.mark.parametrize("fixings", [[], [FixingDraft(day(0), 1), FixingDraft(day(0), 2)]])
    def test_names_each_day_once(self, floating: Lending, fixings: Sequence[FixingDraft]) -> None:
        with pytest.raises(NoFixings):
            propose_fixings(
                benchmark_id=Benchmark.objects.get().pk,
                fixings=fixings,
                source=SOURCE,
                maker_id=floating.maker.id,
            )
