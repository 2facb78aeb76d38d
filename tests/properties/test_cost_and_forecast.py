"""What the calculator shows a client before it signs is what the contract is then forecast, and posts."""

import datetime as dt
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contracts.domain.day_count import DayCount
from contracts.models import Benchmark, FeeKind
from contracts.queries.cost import estimate_cost, rates_ahead, scheduled_fees
from contracts.queries.forecast import cost_to_maturity
from contracts.services.benchmarks import FixingDraft, create_benchmark, propose_fixings, set_fixings
from contracts.services.fees import FeeDraft, accrue_fees
from contracts.services.interest import accrue_interest
from contracts.services.terms import activate_terms, propose_activation, propose_terms
from tests.contracts.builders import DAY_ONE, TERMS, Lending, lending

FEES = (FeeDraft(FeeKind.ARRANGEMENT, rate_ppm=5_001), FeeDraft(FeeKind.MANAGEMENT, amount_minor=20_000))


def fix(book: Lending, on: dt.date, rate_ppm: int) -> None:
    drafts = [FixingDraft(on, rate_ppm)]
    benchmark = Benchmark.objects.get()
    asked = propose_fixings(benchmark_id=benchmark.pk, fixings=drafts, source="n", maker_id=book.maker.id)
    set_fixings(benchmark_id=benchmark.pk, fixings=drafts, source="n", approval_id=book.agree(asked))


class TestCalculator(TestCase):
    """A class of unittest, because hypothesis rolls back each example by it."""

    @settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        day_count=st.sampled_from([one.value for one in DayCount]),
        fixed=st.none() | st.integers(0, 200_000),
        fixings=st.lists(st.tuples(st.integers(-20, 70), st.integers(-30_000, 90_000)), max_size=3),
        financed=st.integers(1, 10**9),
        days=st.integers(1, 200),
    )
    def test_says_what_is_forecast_and_then_posted(
        self,
        day_count: str,
        fixed: int | None,
        fixings: list[tuple[int, int]],
        financed: int,
        days: int,
    ) -> None:
        book, until = lending(), DAY_ONE + dt.timedelta(days=days)
        draft = replace(TERMS, day_count=day_count, client_rate_ppm=fixed or 0)
        if fixed is None:
            benchmark = create_benchmark(code="LPR", name="LPR", administrator="NIFC", valid_days=60)
            fix(book, DAY_ONE - dt.timedelta(days=30), 30_000)
            for on, rate_ppm in fixings:
                fix(book, DAY_ONE + dt.timedelta(days=on), rate_ppm)
            draft = replace(draft, benchmark_id=benchmark.pk, spread_ppm=10_000)
        terms = propose_terms(
            product_id=book.terms["MARGIN"].product_id, unit_id=book.units["CNY"], draft=draft, fees=FEES
        )
        asked = propose_activation(terms_id=terms.pk, maker_id=book.maker.id)
        terms = book.terms["MARGIN"] = activate_terms(terms_id=terms.pk, approval_id=book.agree(asked))
        span = {"from_date": DAY_ONE, "until_date": until}
        fees = scheduled_fees(terms=terms, financed_minor=financed, **span)
        shown = estimate_cost(
            terms=terms,
            own_minor=financed,
            financed_minor=financed,
            from_date=DAY_ONE,
            until_date=until,
            fees_minor=fees,
            rates=rates_ahead(terms=terms, **span),
        )
        contract = book.drawn(financed, financed + 1, matures_on=until)
        forecast = cost_to_maturity(contract_id=contract.pk)
        interest = sum(line.amount_minor for line in shown.lines if line.name == "interest")
        assert interest == forecast.ahead_minor
        book.advance(until)
        accrue_interest(book_id=book.book.id, business_date=until, maker_id=book.maker.id)
        if forecast.assumed_from is None:
            assert book.of(contract).interest_minor == interest
        if days <= 31:
            charged = accrue_fees(
                book_id=book.book.id, business_date=until, month=None, maker_id=book.maker.id
            )
            assert charged.amount_minor == scheduled_fees(
                terms=terms, financed_minor=financed, from_date=DAY_ONE, until_date=DAY_ONE
            )
