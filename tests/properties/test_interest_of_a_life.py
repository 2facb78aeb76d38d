"""A whole life beside a model of its own: nights in fractions, principal from what was done.

Benchmark with resets, late and negative fixings between floor and cap, amounts drawn and repaid back, a
funder replaced, interest collected and capitalised, other terms from a day on, and penalty after maturity:
sums are the rounded exact figure, and parts the whole.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field, replace
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contracts.models import Benchmark, FinancingContract, FundingSource
from contracts.queries.forecast import termination_quote
from contracts.services.amendments import carry_out_amendment, propose_amendment
from contracts.services.benchmarks import FixingDraft, create_benchmark, propose_fixings, set_fixings
from contracts.services.contracts import TrancheDraft
from contracts.services.funding import propose_replacement, replace_funder
from contracts.services.interest import accrue_interest
from contracts.services.interest_collection import capitalise_interest, collect_interest_of
from contracts.services.penalty import accrue_penalties
from contracts.services.repayment import repay
from custody.models import CashHome
from custody.services.custodians import set_cash_home
from ledger.models import Posting
from tests.contracts.builders import DAY_ONE, REASON, TERMS, lending
from tests.invariants.test_drawdowns import settle

MATURITY = dt.date(2025, 12, 1)
FLOOR, CAP, SPREAD, OTHER_SPREAD = 10_000, 110_000, 20_000, 35_000
NIGHT = dt.timedelta(days=1)


def half_up(exact: Fraction) -> int:
    sign = -1 if exact < 0 else 1
    return sign * int((2 * abs(exact) + 1) // 2)


@dataclass
class Model:
    """What was done, by value date; nothing of it is read from the ledger but how shares were rounded."""

    day_count: str
    reset_months: int
    penalty_mode: str
    grace: int
    fixings: list[tuple[dt.date, int]] = field(default_factory=list)
    principal: dict[dt.date, int] = field(default_factory=lambda: defaultdict(int))
    settled: dict[dt.date, int] = field(default_factory=lambda: defaultdict(int))
    amended_on: dt.date = dt.date.max

    def rate(self, night: dt.date) -> int:
        reset = night.replace(day=1) if self.reset_months else night
        known = [(on, order, rate) for order, (on, rate) in enumerate(self.fixings) if on <= reset]
        spread = SPREAD if night < self.amended_on else OTHER_SPREAD
        return min(CAP, max(FLOOR, max(known)[2] + spread))

    def weight(self, night: dt.date, origin: dt.date = DAY_ONE) -> Fraction:
        if self.day_count == "THIRTY_E_360":
            ends = [360 * day.year + 30 * day.month + min(day.day, 30) for day in (night, night + NIGHT)]
            return Fraction(ends[1] - ends[0], 360)
        if self.day_count == "ACT_ACT_ISDA":
            leap = night.year % 4 == 0
            return Fraction(1, 366 if leap else 365)
        return Fraction(1, 360 if self.day_count == "ACT_360" else 365)

    def outstanding(self, night: dt.date) -> int:
        return sum(amount for on, amount in self.principal.items() if on <= night)

    def runs(self, night: dt.date) -> bool:
        """Whether contract interest runs beside penalty, or before it."""
        return self.penalty_mode == "ON_TOP" or night < MATURITY + self.grace * NIGHT

    def owed(self, until: dt.date) -> Fraction:
        exact, night = Fraction(0), DAY_ONE
        while night < until:
            if self.runs(night):
                exact += self.outstanding(night) * self.rate(night) * self.weight(night)
            night += NIGHT
        return exact / 1_000_000

    def earned(self, lent: dict[dt.date, int], rate_ppm: int, until: dt.date) -> Fraction:
        exact, night = Fraction(0), DAY_ONE
        while night < until:
            principal = sum(amount for on, amount in lent.items() if on <= night)
            exact += principal * rate_ppm * self.weight(night)
            night += NIGHT
        return exact / 1_000_000

    def penalty(self, until: dt.date) -> Fraction:
        matured, exact = half_up(self.owed(MATURITY)), Fraction(0)
        night = MATURITY + self.grace * NIGHT
        while night < until:
            paid = sum(amount for on, amount in self.settled.items() if on <= night)
            overdue = self.outstanding(night) + max(matured - paid, 0)
            exact += overdue * self.rate(night) * Fraction(3, 2) * self.weight(night)
            night += NIGHT
        return exact / 1_000_000


Act = tuple[str, int, int]


class TestLife(TestCase):
    """A class of unittest, because hypothesis rolls back each example by it."""

    @settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        day_count=st.sampled_from(["ACT_365F", "ACT_360", "ACT_ACT_ISDA", "THIRTY_E_360"]),
        reset_months=st.sampled_from([0, 1]),
        penalty_mode=st.sampled_from(["INSTEAD", "ON_TOP"]),
        grace=st.integers(0, 6),
        shares=st.sampled_from([(600_000, 400_000, 0), (333_333, 333_334, 333_333)]),
        acts=st.lists(
            # What, an amount or a rate by its kind, and days back.
            st.tuples(
                st.sampled_from(["draw", "repay", "fix", "replace", "collect", "capitalise", "amend"]),
                st.integers(1, 30_000_000),
                st.integers(0, 45),
            ),
            min_size=2,
            max_size=7,
        ),
    )
    def test_comes_to_the_rounded_exact_figure(
        self,
        day_count: str,
        reset_months: int,
        penalty_mode: str,
        grace: int,
        shares: tuple[int, int, int],
        acts: list[Act],
    ) -> None:
        self.model = Model(day_count, reset_months, penalty_mode, grace)
        self.book = lending()
        self.contract = self.opened(shares)
        self.draw(40_000_000, DAY_ONE)
        for number, (what, amount, back) in enumerate(acts):
            self.book.advance(self.book.day + dt.timedelta(days=3 + 5 * (number % 4)))
            self.accrue()
            self.act(what, amount, max(DAY_ONE, self.since(), self.book.day - back * NIGHT))
        self.compare(self.book.day + NIGHT)
        self.after_maturity(acts)

    def opened(self, shares: tuple[int, int, int]) -> FinancingContract:
        book, model = self.book, self.model
        benchmark = create_benchmark(code="LPR", name="Loan prime rate", administrator="NIFC", valid_days=900)
        self.fix(dt.date(2024, 12, 1), 30_000)
        draft = replace(
            TERMS,
            client_rate_ppm=0,
            benchmark_id=benchmark.pk,
            spread_ppm=SPREAD,
            rate_floor_ppm=FLOOR,
            rate_cap_ppm=CAP,
            reset_months=model.reset_months,
            day_count=model.day_count,
            penalty_mode=model.penalty_mode,
            penalty_grace_days=model.grace,
        )
        book.put_terms_in_force("FLOAT", draft)
        self.other = book.next_terms(replace(draft, spread_ppm=OTHER_SPREAD), "FLOAT")
        tranches = [TrancheDraft(book.party("AURORA", "funder").id, shares[0], 40_000)]
        tranches.append(TrancheDraft(book.party("BEACON", "funder").id, shares[1], 35_000))
        tranches.append(TrancheDraft(None, shares[2]))
        made = book.open(terms="FLOAT", tranches=tuple(tranches), matures_on=MATURITY)
        book.deposit(made, 10**10)
        book.fund("AURORA", 10**10)
        book.fund("BEACON", 10**10)
        self.shares = {"AURORA": shares[0], "BEACON": shares[1], "HOUSE": shares[2]}
        self.rates = {"AURORA": 40_000, "BEACON": 35_000}
        self.lent: dict[str, dict[dt.date, int]] = defaultdict(lambda: defaultdict(int))
        self.replaced_on = DAY_ONE
        return made

    def since(self) -> dt.date:
        return self.replaced_on

    def accrue(self) -> None:
        accrue_interest(book_id=self.book.book.id, business_date=self.book.day, maker_id=self.book.maker.id)

    def act(self, what: str, amount: int, back_to: dt.date) -> None:
        due = self.book.of(self.contract).interest_minor
        if what == "draw":
            self.draw(amount, back_to)
        elif what == "repay":
            self.repay(amount, back_to)
        elif what == "fix":
            self.fix(back_to, amount // 150 - 50_000)
        elif what == "replace" and "CORVUS" not in self.shares:
            self.replace()
        elif what == "amend" and self.model.amended_on == dt.date.max:
            self.amend()
        elif what == "collect" and due:
            self.collect(min(amount, due))
        elif what == "capitalise":
            self.capitalise()

    def share(self, amount: int, weights: dict[str, int], value_date: dt.date, sign: int = 1) -> None:
        """Largest remainder, the earlier tranche first: written again here."""
        whole = sum(weights.values())
        exact = {code: Fraction(amount * weight, whole) for code, weight in weights.items()}
        parts = {code: int(one) for code, one in exact.items()}
        left = amount - sum(parts.values())
        for code in sorted(exact, key=lambda code: parts[code] - exact[code])[:left]:
            parts[code] += 1
        for code, part in parts.items():
            self.lent[code][value_date] += sign * part

    def draw(self, amount: int, value_date: dt.date) -> None:
        self.book.draw(self.contract, amount, value_date=value_date)
        self.model.principal[value_date] += amount
        self.share(amount, self.shares, value_date)

    def repay(self, amount: int, value_date: dt.date) -> None:
        """At most what each tranche had outstanding on every day since."""
        days = [value_date + NIGHT * n for n in range((self.book.day - value_date).days + 1)]
        held = {code: sum(parts.values()) for code, parts in self.lent.items()}
        least = min(
            (
                sum(part for on, part in parts.items() if on <= day) * 2 // 3
                for parts in self.lent.values()
                if sum(parts.values())
                for day in days
            ),
            default=0,
        )
        amount = min(amount, least)
        if amount <= 0:
            return
        repay(
            contract_id=self.contract.pk,
            amount_minor=amount,
            booking_date=self.book.day,
            value_date=value_date,
            maker_id=self.book.maker.id,
            idempotency_key=f"repaid-{self.book.day}",
        )
        self.model.principal[value_date] -= amount
        self.share(amount, {code: held.get(code, 0) for code in self.order()}, value_date, -1)

    def order(self) -> list[str]:
        return [one.funder_code for one in self.book.of(self.contract).tranches]

    def fix(self, on: dt.date, rate_ppm: int) -> None:
        benchmark, drafts = Benchmark.objects.get(), [FixingDraft(on, rate_ppm)]
        asked = propose_fixings(
            benchmark_id=benchmark.pk, fixings=drafts, source="notice", maker_id=self.book.maker.id
        )
        set_fixings(
            benchmark_id=benchmark.pk, fixings=drafts, source="notice", approval_id=self.book.agree(asked)
        )
        self.model.fixings.append((on, rate_ppm))

    def amend(self) -> None:
        asked = propose_amendment(
            contract_id=self.contract.pk,
            to_terms_id=self.other.pk,
            effective_from=self.book.day,
            reason="dearer",
            maker_id=self.book.maker.id,
        )
        carry_out_amendment(approval_id=self.book.agree(asked), actor_id=self.book.checker.id)
        self.model.amended_on = self.book.day

    def replace(self) -> None:
        book = self.book
        home = CashHome.objects.get(ring="funder", owner=book.parties["AURORA"])
        set_cash_home(
            book_id=book.book.id,
            ring="funder",
            owner_id=book.party("CORVUS", "funder").id,
            custody_account_id=home.custody_account_id,
            actor_id=book.maker.id,
            reason=REASON,
        )
        book.pay_in_early("CORVUS", 10**10)
        asked = propose_replacement(
            tranche_id=self.contract.tranches.get(funder__code="AURORA").pk,
            funder_id=book.parties["CORVUS"].id,
            rate_ppm=52_000,
            seniority=1,
            source=FundingSource.MATCHED,
            reason="Aurora leaves",
            maker_id=book.maker.id,
        )
        replace_funder(
            approval_id=book.agree(asked),
            booking_date=book.day,
            value_date=book.day,
            actor_id=book.checker.id,
        )
        outstanding = sum(self.lent["AURORA"].values())
        self.lent["AURORA"][book.day] -= outstanding
        self.lent["CORVUS"][book.day] += outstanding
        self.rates["CORVUS"], self.replaced_on = 52_000, book.day
        beacon, house = self.shares["BEACON"], self.shares["HOUSE"]
        self.shares = {"BEACON": beacon, "HOUSE": house, "CORVUS": 1_000_000 - beacon - house}

    def collect(self, amount: int) -> None:
        collect_interest_of(
            contract_id=self.contract.pk,
            amount_minor=amount,
            booking_date=self.book.day,
            maker_id=self.book.maker.id,
            idempotency_key=f"collected-{self.book.day}",
        )
        self.model.settled[self.book.day] += amount

    def capitalise(self) -> None:
        held = self.book.of(self.contract)
        gone = sum(one.interest_minor for one in held.tranches if one.replaced_on is not None)
        amount = held.interest_minor - max(gone, 0)
        if amount <= 0:
            return
        before = {one.funder_code: one.principal_minor for one in held.tranches}
        capitalise_interest(
            contract_id=self.contract.pk,
            amount_minor=amount,
            booking_date=self.book.day,
            maker_id=self.book.maker.id,
            idempotency_key=f"capitalised-{self.book.day}",
        )
        self.model.settled[self.book.day] += amount
        self.model.principal[self.book.day] += amount
        for one in self.book.of(self.contract).tranches:
            self.lent[one.funder_code][self.book.day] += one.principal_minor - before[one.funder_code]

    def compare(self, day: dt.date) -> None:
        """The day's accrual, the quote before it, each funder, the spread, and the principal's parts."""
        book, model = self.book, self.model
        book.advance(day)
        quote = termination_quote(contract_id=self.contract.pk, on=day)
        self.accrue()
        settle()
        held = book.of(self.contract)
        owed, settled = half_up(model.owed(day)), sum(model.settled.values())
        # What was collected beyond a figure corrected since waits for later interest.
        assert held.interest_minor == max(owed - settled, 0) == quote.interest_minor
        assert held.principal_minor == model.outstanding(day)
        earned = 0
        for one in held.tranches:
            assert one.principal_minor == sum(self.lent[one.funder_code].values()), one.funder_code
            if one.funder is None:
                continue
            exact = model.earned(self.lent[one.funder_code], self.rates[one.funder_code], day)
            paid = sum(
                Posting.objects.filter(
                    account_id=one.funder.interest_account_id,
                    entry__kind_id__in=["interest_collected", "interest_capitalised"],
                ).values_list("amount_minor", flat=True)
            )
            assert one.interest_minor + paid == half_up(exact), one.funder_code
            earned += half_up(exact)
        assert sum(one.principal_minor for one in held.tranches) == held.principal_minor
        assert book.balance("house/income/spread") == earned - max(owed, settled)

    def after_maturity(self, acts: list[Act]) -> None:
        """Penalty on what is overdue, after grace; instead of interest or on top of it."""
        book, model = self.book, self.model
        book.advance(MATURITY)
        self.accrue()
        for days, (_, amount, _back) in zip((9, 31), acts, strict=False):
            day = MATURITY + days * NIGHT
            book.advance(day)
            self.accrue()
            accrue_penalties(book_id=book.book.id, business_date=day, maker_id=book.maker.id)
            assert book.of(self.contract).penalty_minor == half_up(model.penalty(day))
            due = book.of(self.contract).interest_minor
            if due:
                self.collect(min(amount, due))
            self.repay(amount, day)
        self.compare(book.day + NIGHT)
