"""The set-based run and the arithmetic of contracts/domain agree, whatever happens to a contract."""

import datetime as dt
from collections import defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.services.approvals import approve
from clearing.corrections.services.rates import propose_rate_correction
from clearing.corrections.services.run import run_correction
from contracts.domain.day_count import DayCount
from contracts.domain.interest import AccrualBasis, Segment, cumulative_rounded
from contracts.models import FinancingContract, FundingTranche, InterestAccrual
from contracts.queries.forecast import termination_quote
from contracts.queries.interest import recomputed_interest
from contracts.queries.interest_segments import interest_segments
from contracts.services.contracts import TrancheDraft
from contracts.services.interest import accrue_interest
from contracts.services.repayment import repay
from ledger.models import Posting
from tests.contracts.builders import DAY_ONE, TERMS, Lending, lending

Step = tuple[int, int, int, tuple[int, int] | None]
Rates = list[tuple[dt.date, int]]
"""From which day on which rate holds, ascending."""


def segments(account_id: int, sign: int, rates: Rates, until: dt.date) -> list[Segment]:
    """The history of an account's balance by value date, as segments at the rates of their days."""
    moved: dict[dt.date, int] = defaultdict(int)
    for value_date, amount in Posting.objects.filter(account_id=account_id).values_list(
        "value_date", "amount_minor"
    ):
        moved[value_date] += sign * amount
    # The first drawdown is the origin of both sides, and may leave a small tranche without a part.
    moved[DAY_ONE] += 0
    days = sorted({*moved, *(day for day, _ in rates if day > min(moved))})
    found, balance = [], 0
    for day, end in zip(days, [*days[1:], None], strict=True):
        balance += moved[day]
        rate_ppm = [rate for since, rate in rates if since <= day][-1]
        found.append(Segment(day, end, balance, rate_ppm))
    return [one for one in found if one.start < until]


class TestBook(TestCase):
    """A class of unittest, because hypothesis rolls back each example by it."""

    @settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
    @given(
        shares=st.sampled_from([(600_000, 400_000, 0), (333_333, 333_334, 333_333), (1, 999_998, 1)]),
        rates=st.tuples(st.integers(0, 80_000), st.integers(0, 80_000)),
        day_count=st.sampled_from([one.value for one in DayCount]),
        steps=st.lists(
            # Days until the step, amount (positive is drawn, negative repaid), days back-dated, and a rate
            # that is corrected as many days back: the client's, or that of the first funder.
            st.tuples(
                st.integers(1, 40),
                st.integers(-30_000_000, 30_000_000),
                st.integers(0, 25),
                st.none() | st.tuples(st.integers(0, 1), st.integers(0, 120_000)),
            ),
            min_size=1,
            max_size=6,
        ),
    )
    def test_accrues_as_the_domain_does(
        self,
        shares: tuple[int, int, int],
        rates: tuple[int, int],
        day_count: str,
        steps: list[Step],
    ) -> None:
        book = lending()
        terms = TERMS.__class__(
            **{**{name: getattr(TERMS, name) for name in TERMS.__slots__}, "day_count": day_count}
        )
        book.put_terms_in_force("ANY", terms)
        tranches = (
            TrancheDraft(book.party("AURORA", "funder").id, shares[0], rates[0]),
            TrancheDraft(book.party("BEACON", "funder").id, shares[1], rates[1]),
            TrancheDraft(None, shares[2]),
        )
        contract = book.open(terms="ANY", tranches=tranches)
        book.deposit(contract, 10**10)
        book.fund("AURORA", 10**10)
        book.fund("BEACON", 10**10)
        book.draw(contract, 40_000_000)
        history: list[Rates] = [[(dt.date.min, rate_ppm)] for rate_ppm in (65_000, rates[0], rates[1])]
        for number, step in enumerate(steps):
            self.take(book, contract, number, step)
            if step[3] is not None:
                self.correct(book, contract, history, step)
        self.agree(book, contract, DayCount(day_count), history)

    def correct(self, book: Lending, contract: FinancingContract, history: list[Rates], step: Step) -> None:
        """Another rate was right since some days ago: of a client's terms, or of a funder's tranche."""
        assert step[3] is not None
        side, rate_ppm = step[3]
        since = book.day - dt.timedelta(days=step[2])
        correction = propose_rate_correction(
            book_id=book.book.id,
            terms_id=None if side else contract.terms_id,
            tranche_id=FundingTranche.objects.get(contract=contract, ordinal=1).pk if side else None,
            from_date=since,
            rate_ppm=rate_ppm,
            reason="term sheet",
            evidence=f"term sheet of {book.day}",
            maker_id=book.maker.id,
        )
        approve(approval_id=correction.approval_id, checker_id=book.checker.id)
        run_correction(correction_id=correction.pk, maker_id=book.maker.id)
        history[side] = [one for one in history[side] if one[0] < since] + [(since, rate_ppm)]

    def take(self, book: Lending, contract: FinancingContract, number: int, step: Step) -> None:
        days, amount, back, _ = step
        book.advance(book.day + dt.timedelta(days=days))
        if number % 2:
            accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        value_date = max(DAY_ONE, book.day - dt.timedelta(days=back))
        if amount > 0:
            book.draw(contract, amount, value_date=value_date)
        elif amount < 0:
            # What is owed on every day since must bear the repayment: back-date within what stays positive.
            repay(
                contract_id=contract.id,
                amount_minor=min(-amount, book.of(contract).principal_minor, 6_000_000),
                booking_date=book.day,
                value_date=value_date,
                maker_id=book.maker.id,
                idempotency_key=f"repaid-{number}",
            )
        if not number % 2:
            accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)

    def agree(
        self, book: Lending, contract: FinancingContract, day_count: DayCount, history: list[Rates]
    ) -> None:
        book.advance(book.day + dt.timedelta(days=1))
        quote = termination_quote(contract_id=contract.id, on=book.day)
        accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        basis = AccrualBasis(day_count)
        balances = book.of(contract)
        own = segments(balances.principal_account_id, 1, history[0], book.day)
        owed = cumulative_rounded(own, book.day, basis=basis)
        assert (balances.interest_minor, quote.interest_minor) == (owed, owed)
        shown = interest_segments(contract_id=contract.id, since=DAY_ONE, until=book.day)
        assert sum(one.interest_minor or 0 for one in shown) == owed
        earned = 0
        for tranche, rates in zip(balances.tranches, history[1:], strict=False):
            if tranche.funder is not None:
                lent = segments(tranche.funded_account_id, -1, rates, book.day)
                assert tranche.interest_minor == cumulative_rounded(lent, book.day, basis=basis)
                earned += tranche.interest_minor
        assert book.balance("house/income/spread") == earned - balances.interest_minor
        fresh = recomputed_interest(contract_ids=[contract.id], until=book.day)
        carried = InterestAccrual.objects.filter(accrual_date=book.day)
        assert {one.tranche_id: one.numerator for one in fresh} == {
            row.tranche_id: int(row.cumulative_numerator) for row in carried
        }
