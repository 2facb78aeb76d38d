"""What is put right late comes out as if it had been right from the start; what was right changes nothing."""

import datetime as dt
import itertools
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearing.corrections.models import CorrectionFinding
from clearing.margin.models import LevelChange, MarginCall, Valuation
from ledger.queries.verification import verify_book
from tests.clearing.corrections.desk import approve_and_run as run_for_marks
from tests.clearing.corrections.desk import correct_mark
from tests.clearing.corrections.rates_cast import approve_and_run, correct_rate
from tests.clearing.margin.harbour import MONDAY, TUESDAY, WEDNESDAY, Harbour, harbour
from tests.ledger.exchange_cast import ExchangeBook, exchange_book
from tests.properties.test_exchange import FOREIGN, RATES

CODES = (f"CR{number}" for number in itertools.count(1))
AMOUNTS = st.integers(1, 10**7)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(("buy", "sell")), st.sampled_from(FOREIGN), AMOUNTS, AMOUNTS),
        st.tuples(st.just("swap"), st.permutations(FOREIGN), AMOUNTS, AMOUNTS),
        st.tuples(st.just("earn"), st.sampled_from(FOREIGN), st.integers(1, 10**6), AMOUNTS),
        st.tuples(st.just("revalue"), st.just(""), AMOUNTS, AMOUNTS),
    ),
    min_size=1,
    max_size=5,
)
DAYS = st.lists(st.tuples(ACTS, st.tuples(RATES, RATES, RATES, RATES), st.booleans()), min_size=2, max_size=4)
PRICES = st.integers(10_500, 18_000)


def perform(fx: ExchangeBook, name: str, unit: Any, first: int, second: int) -> None:
    match name:
        case "buy":
            fx.exchange(("CNY", second), (unit, first))
        case "sell":
            fx.exchange((unit, first), ("CNY", second))
        case "swap":
            fx.exchange((unit[0], first), (unit[1], second))
        case "earn":
            fx.earn(unit, first)
        case "revalue":
            fx.revalue()


def lived_through(days: list[Any], stated: dict[int, tuple[str, ...]]) -> ExchangeBook:
    """A book after these days, their rates as given or as stated otherwise; the day after is open."""
    fx = exchange_book(next(CODES))
    for number, (acts, rates, is_inverse) in enumerate(days):
        pairs = dict(zip(FOREIGN, stated.get(number, rates), strict=True))
        (fx.rate_inverse if is_inverse else fx.rate)(**pairs)
        for act in acts:
            perform(fx, *act)
        fx.revalue()
        fx.next_day()
    return fx


def figures(fx: ExchangeBook) -> list[Any]:
    """What the house holds, what it cost, and its result, realised, unrealised and taken over."""
    held = [fx.position(unit) for unit in FOREIGN]
    return [*held, fx.realised, fx.unrealised, fx.balance("house/income/commission")]


class TestOfficialRates:
    @pytest.mark.django_db
    @settings(max_examples=6, suppress_health_check=list(HealthCheck))
    @given(days=DAYS, wrong=st.tuples(RATES, RATES, RATES, RATES), unit=st.integers(0, 3), data=st.data())
    def test_end_as_if_they_had_been_right(
        self, days: list[Any], wrong: tuple[str, ...], unit: int, data: st.DataObject
    ) -> None:
        number = data.draw(st.integers(0, len(days) - 1))
        _acts, rates, is_inverse = days[number]
        misstated = tuple(wrong[n] if n == unit else rate for n, rate in enumerate(rates))
        fx, right = lived_through(days, {number: misstated}), lived_through(days, {})
        code, day = FOREIGN[unit], fx.day - dt.timedelta(len(days) - number)
        pair = {"unit": "CNY", "base": code} if is_inverse else {"unit": code, "base": "CNY"}
        approve_and_run(fx, correct_rate(fx, rates[unit], on=day, **pair))
        for book in (fx, right):
            book.rate(**dict.fromkeys(FOREIGN, "7"))
            book.revalue()
        assert figures(fx) == figures(right)
        assert [check for check in verify_book(book=fx.book).checks if check.found] == []
        fx.next_day()
        again = approve_and_run(fx, correct_rate(fx, rates[unit], on=day, **pair))
        assert (again.findings, again.entry_ids) == ({}, ())


class TestMarks:
    @pytest.mark.django_db
    @settings(max_examples=10, suppress_health_check=list(HealthCheck), deadline=None)
    @given(wrong=PRICES, right=PRICES, later=PRICES)
    def test_end_as_if_they_had_been_right(self, wrong: int, right: int, later: int) -> None:
        """F1 holds Harbour, marked wrong; F2 as many of Lighter, marked right."""
        with transaction.atomic():
            world = harbour()
            world.contract(owes=10_000_000, harbour=1_000)
            world.contract("F2", owes=10_000_000, lighter=1_000)
            evening(world, wrong, right)
            world.morning(TUESDAY)
            evening(world, later, later)
            world.morning(WEDNESDAY)
            result = run_for_marks(world, correct_mark(world, right, day=MONDAY))
            if wrong == right:
                assert (result.findings, result.reviews, result.entry_ids) == ({}, {}, ())
            for day in (MONDAY, TUESDAY):
                assert corrected(world, day) == stored(world, "F2", day)
            transaction.set_rollback(True)


def evening(world: Harbour, harbour_price: int, lighter_price: int) -> None:
    world.mark(harbour=harbour_price, lighter=lighter_price)
    world.value()
    world.level()
    world.call()


def stored(world: Harbour, code: str, day: dt.date) -> dict[str, int | None]:
    """What a day decided on."""
    contract = world.contracts[code]
    valuation = Valuation.objects.get(contract=contract, business_date=day)
    level = LevelChange.objects.filter(contract=contract, business_date__lte=day).order_by("pk").last()
    return {
        "collateral": valuation.collateral_minor,
        "lending_value": valuation.lending_value_minor,
        "coverage": valuation.coverage_ppm,
        "level": level.to_level if level else None,
        "called": int(MarginCall.objects.filter(contract=contract, opened_on=MONDAY).exists()),
    }


def corrected(world: Harbour, day: dt.date) -> dict[str, int | None]:
    """The same of F1, with what the run found in the place of what was stored."""
    found = CorrectionFinding.objects.filter(contract=world.contracts["F1"])
    of_day = {one.figure: one.recomputed for one in found.filter(business_date=day)}
    told = {name: of_day.get(name, value) for name, value in stored(world, "F1", day).items()}
    call = found.filter(figure="call", business_date=MONDAY).first()
    return {**told, "called": call.recomputed if call else told["called"]}
