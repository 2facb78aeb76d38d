"""A client's exchange: out of settled cash, in as unsettled, settled when due; FX clearing returns to
zero."""

import pytest

from ledger.models import ClientExchangeSettlement
from ledger.queries.balances import balance
from ledger.services import refusals
from ledger.services.client_exchange import settle_client_exchanges
from ledger.services.house_exchange import NotAnExchange
from ledger.services.posting import reverse_journal_entry
from ledger.services.refusals_exchange import (
    ExchangeBookedBefore,
    ExchangeCrossesContracts,
    ExchangeDatesReversed,
)
from tests.ledger.exchange_cast import ExchangeBook, exchange_book

pytestmark = pytest.mark.django_db
CASH, CLEARING, BANK = "client/W1/F1/cash", "client/fx-clearing/BANKA", "client/custody/BANKA"


@pytest.fixture
def fx() -> ExchangeBook:
    book = exchange_book()
    book.post("client_deposit", (BANK, "CNY", 1_000_000), (CASH, "CNY", -1_000_000))
    return book


def settle(fx: ExchangeBook) -> list[ClientExchangeSettlement]:
    return settle_client_exchanges(book_id=fx.book.pk, business_date=fx.day, maker_id=fx.maker.pk)


def reverse(fx: ExchangeBook, entry_id: int) -> None:
    reverse_journal_entry(
        entry_id=entry_id,
        booking_date=fx.day,
        narration="wrong",
        caller="tests",
        idempotency_key=f"reverse-{entry_id}",
        maker_id=fx.maker.pk,
    )


class TestTradeClientExchange:
    def test_takes_cash_and_gives_unsettled_proceeds(self, fx: ExchangeBook) -> None:
        done = fx.trade(("CNY", 700_000), ("USD", 98_000))
        assert fx.legs(done.posted.entry_id) == {
            (CASH, "CNY"): 700_000,
            (CLEARING, "CNY"): -700_000,
            (CLEARING, "USD"): 98_000,
            (f"{CASH}/unsettled", "USD"): -98_000,
        }

    @pytest.mark.parametrize(("unit", "amount"), [("USD", 98_000), ("JPY", 15_000), ("KWD", 30_123)])
    def test_gives_no_usable_cash_before_it_settles(self, fx: ExchangeBook, unit: str, amount: int) -> None:
        fx.trade(("CNY", 700_000), (unit, amount))
        assert fx.balance(CASH, unit) == 0
        with pytest.raises(refusals.LimitExceeded):
            fx.trade((unit, 1), ("CNY", 1))

    def test_sells_no_more_than_settled_cash(self, fx: ExchangeBook) -> None:
        with pytest.raises(refusals.LimitExceeded):
            fx.trade(("CNY", 1_000_001), ("USD", 1))

    def test_returns_the_first_for_the_same_reference(self, fx: ExchangeBook) -> None:
        first = fx.trade(("CNY", 7), ("USD", 1), "one")
        again = fx.trade(("CNY", 7), ("USD", 1), "one")
        assert (again.exchange, again.posted.is_replay) == (first.exchange, True)
        with pytest.raises(ExchangeBookedBefore):
            fx.trade(("CNY", 8), ("USD", 1), "one")

    def test_settles_on_its_trade_date_or_after(self, fx: ExchangeBook) -> None:
        with pytest.raises(ExchangeDatesReversed):
            fx.trade(("CNY", 7), ("USD", 1), days=-1)

    def test_sells_what_a_client_owns_and_nothing_else(self, fx: ExchangeBook) -> None:
        with pytest.raises(ExchangeCrossesContracts):
            fx.trade_from("client/unallocated/BANKA", ("CNY", 7), ("USD", 1))

    def test_refuses_what_is_no_exchange(self, fx: ExchangeBook) -> None:
        with pytest.raises(NotAnExchange):
            fx.trade(("CNY", 7), ("CNY", 7))


class TestSettleClientExchanges:
    def test_turns_proceeds_into_cash_and_clearing_to_zero(self, fx: ExchangeBook) -> None:
        fx.trade(("CNY", 700_000), ("USD", 98_000), days=1)
        fx.trade(("CNY", 100_000), ("JPY", 21_000), days=1)
        fx.trade(("CNY", 100_000), ("KWD", 43_210), days=2)
        assert settle(fx) == []
        fx.next_day()
        first, _ = settle(fx)
        assert fx.legs(first.entry_id) == {
            (CLEARING, "CNY"): 700_000,
            (BANK, "CNY"): -700_000,
            (BANK, "USD"): 98_000,
            (CLEARING, "USD"): -98_000,
            (f"{CASH}/unsettled", "USD"): 98_000,
            (CASH, "USD"): -98_000,
        }
        assert (fx.balance(CASH, "JPY"), fx.balance(CASH, "KWD")) == (-21_000, 0)
        fx.next_day()
        settle(fx)
        assert [fx.balance(CLEARING, unit) for unit in ("CNY", "USD", "JPY", "KWD")] == [0] * 4
        assert fx.balance(CASH, "KWD") == -43_210

    def test_settles_once(self, fx: ExchangeBook) -> None:
        fx.trade(("CNY", 700_000), ("USD", 98_000), days=0)
        assert len(settle(fx)) == 1
        assert settle(fx) == []

    def test_leaves_a_reversed_trade_alone(self, fx: ExchangeBook) -> None:
        done = fx.trade(("CNY", 700_000), ("USD", 98_000), days=0)
        reverse(fx, done.posted.entry_id)
        assert settle(fx) == []
        assert balance(account_id=fx.id_of(CASH)) == -1_000_000

    def test_settles_again_what_was_settled_and_reversed(self, fx: ExchangeBook) -> None:
        fx.trade(("CNY", 700_000), ("USD", 98_000), days=0)
        (first,) = settle(fx)
        reverse(fx, first.entry_id)
        (second,) = settle(fx)
        assert second.attempt == 2
        assert fx.balance(CLEARING, "USD") == 0
