"""Whatever is bought, sold, rated and revalued: what is realised and unrealised is the whole result,
exactly."""

import itertools
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.domain.exchange import Position, convert_minor, derive_rate, trade_position, unrealised_minor
from ledger.queries.verification import verify_book
from tests.ledger.exchange_cast import EXPONENTS, ExchangeBook, exchange_book

FOREIGN = ("USD", "HKD", "JPY", "KWD")
AMOUNTS = st.integers(1, 10**9)
RATES = st.decimals("0.000001", "1000", places=6).map(str)
TRADES = st.lists(st.tuples(st.integers(-(10**12), 10**12).filter(bool), st.integers(0, 10**12)), max_size=20)


class TestTradePosition:
    @given(TRADES, RATES, st.sampled_from(FOREIGN))
    def test_loses_nothing(self, trades: list[tuple[int, int]], rate: str, unit: str) -> None:
        """Realised + unrealised = value at the rate - all that was paid."""
        position, realised, paid_in_all = Position(), 0, 0
        for quantity, price in trades:
            paid = price if quantity > 0 else -price
            change = trade_position(position, quantity_minor=quantity, paid_minor=paid)
            position, realised = change.position, realised + change.realised_minor
            paid_in_all += paid
        scale = {"exponent": EXPONENTS[unit], "base_exponent": 2}
        value = convert_minor(position.quantity_minor, rate=Fraction(rate), **scale)
        unrealised = unrealised_minor(position, rate=Fraction(rate), **scale)
        assert realised + unrealised == value - paid_in_all

    @given(TRADES)
    def test_realises_all_once_nothing_is_held(self, trades: list[tuple[int, int]]) -> None:
        position, realised, paid_in_all = Position(), 0, 0
        held = sum(quantity for quantity, _ in trades)
        closing = [(-held, 10**6)] if held else []
        for quantity, price in [*trades, *closing]:
            paid = price if quantity > 0 else -price
            change = trade_position(position, quantity_minor=quantity, paid_minor=paid)
            position, realised = change.position, realised + change.realised_minor
            paid_in_all += paid
        assert position == Position()
        assert realised == -paid_in_all


class TestDeriveRate:
    @given(st.fractions("0.001", 1000), st.fractions("0.001", 1000))
    def test_inverts_and_crosses_exactly(self, dollar: Fraction, yen: Fraction) -> None:
        stated = {("USD", "CNY"): (1, dollar), ("CNY", "JPY"): (2, yen)}

        def rate(unit: str, base: str) -> Fraction:
            found = derive_rate(stated, unit=unit, base=base, through="CNY")
            assert found is not None
            return found.rate

        assert rate("USD", "CNY") * rate("CNY", "USD") == 1
        assert rate("USD", "JPY") == dollar * yen
        assert rate("USD", "JPY") * rate("JPY", "USD") == 1
        assert derive_rate(stated, unit="HKD", base="CNY", through="CNY") is None


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("buy"), st.sampled_from(FOREIGN), AMOUNTS, AMOUNTS),
        st.tuples(st.just("sell"), st.sampled_from(FOREIGN), AMOUNTS, AMOUNTS),
        st.tuples(st.just("swap"), st.permutations(FOREIGN), AMOUNTS, AMOUNTS),
        st.tuples(st.just("earn"), st.sampled_from(("CNY", *FOREIGN)), st.integers(-(10**6), 10**6), AMOUNTS),
        st.tuples(st.just("revalue"), st.just(""), AMOUNTS, AMOUNTS),
    ),
    min_size=1,
    max_size=12,
)
DAYS = st.lists(st.tuples(ACTS, st.tuples(RATES, RATES, RATES, RATES), st.booleans()), min_size=1, max_size=3)

Act = tuple[str, Any, int, int]
Day = tuple[list[Act], tuple[str, ...], bool]
CODES = (f"FX{number}" for number in itertools.count(1))


class Model:
    """What the book must say: quantity held, CNY paid for it, CNY earned; nothing is rounded but what is
    posted."""

    def __init__(self) -> None:
        self.quantity = dict.fromkeys(FOREIGN, 0)
        self.paid = dict.fromkeys(FOREIGN, 0)
        self.earned = dict.fromkeys(FOREIGN, 0)

    def take_in(self, rates: dict[str, Fraction]) -> None:
        """What was earned enters the position at the day's rate."""
        for unit in FOREIGN:
            self.quantity[unit] += self.earned[unit]
            self.paid[unit] += worth(unit, self.earned[unit], rates)
            self.earned[unit] = 0


def worth(unit: str, amount: int, rates: dict[str, Fraction]) -> int:
    return convert_minor(amount, rate=rates[unit], exponent=EXPONENTS[unit], base_exponent=2)


class TestBook:
    @pytest.mark.django_db
    @settings(max_examples=8, suppress_health_check=list(HealthCheck))
    @given(days=DAYS)
    def test_conserves_through_any_days(self, days: list[Day]) -> None:
        fx = exchange_book(next(CODES))
        model = Model()
        for number, (acts, texts, is_inverse) in enumerate(days):
            if number:
                fx.next_day()
            rates = state(fx, texts, is_inverse)
            for act in acts:
                perform(fx, model, act, rates)
            fx.revalue()
            model.take_in(rates)
            compare(fx, model, rates)
        assert [check for check in verify_book(book=fx.book).checks if check.found] == []


def state(fx: ExchangeBook, texts: tuple[str, ...], is_inverse: bool) -> dict[str, Fraction]:
    pairs = dict(zip(FOREIGN, texts, strict=True))
    if is_inverse:
        fx.rate_inverse(**pairs)
        return {unit: 1 / Fraction(text) for unit, text in pairs.items()}
    fx.rate(**pairs)
    return {unit: Fraction(text) for unit, text in pairs.items()}


def perform(fx: ExchangeBook, model: Model, act: Act, rates: dict[str, Fraction]) -> None:
    name, unit, first, second = act
    match name:
        case "buy":
            fx.exchange(("CNY", second), (unit, first))
            model.quantity[unit] += first
            model.paid[unit] += second
        case "sell":
            fx.exchange((unit, first), ("CNY", second))
            model.quantity[unit] -= first
            model.paid[unit] -= second
        case "swap":
            sold, bought, *_ = unit
            fx.exchange((sold, first), (bought, second))
            value = worth(sold, first, rates)
            model.quantity[sold] -= first
            model.paid[sold] -= value
            model.quantity[bought] += second
            model.paid[bought] += value
        case "earn" if first:
            fx.earn(unit, first)
            if unit != "CNY":
                model.earned[unit] += first
        case "revalue":
            fx.revalue()
            model.take_in(rates)


def compare(fx: ExchangeBook, model: Model, rates: dict[str, Fraction]) -> None:
    unrealised = 0
    for unit in FOREIGN:
        quantity, cost, carried = fx.position(unit)
        assert quantity == model.quantity[unit]
        assert carried == worth(unit, quantity, rates) - cost
        assert fx.balance("house/income/commission", unit) == 0
        unrealised += carried
    assert fx.unrealised == unrealised
    value = sum(worth(unit, model.quantity[unit], rates) for unit in FOREIGN)
    assert fx.realised + fx.unrealised == value - sum(model.paid.values())
    assert set(fx.sums().values()) == {0}
