"""The trial balance in the book's currency."""

import pytest

from ledger.queries.book_currency import BookCurrencyTrialBalance, in_book_currency
from ledger.queries.trial_balance import trial_balance
from tests.ledger.exchange_cast import ExchangeBook, exchange_book

pytestmark = pytest.mark.django_db


@pytest.fixture
def fx() -> ExchangeBook:
    return exchange_book()


def translated(fx: ExchangeBook) -> BookCurrencyTrialBalance:
    return in_book_currency(book_id=fx.book.pk, sections=trial_balance(book_id=fx.book.pk), rate_date=fx.day)


def figures(found: BookCurrencyTrialBalance, ring: str) -> dict[int, tuple[int, int]]:
    (section,) = (one for one in found.sections if one.ring == ring)
    return {line.category_number: (line.debit_minor, line.credit_minor) for line in section.lines}


class TestInBookCurrency:
    def test_adds_the_currencies_of_a_category_at_the_days_rates(self, fx: ExchangeBook) -> None:
        fx.earn("CNY", 1_000)
        fx.earn("USD", 1_000)
        fx.earn("JPY", 1_000)
        fx.earn("KWD", 1_000)
        fx.rate(USD="7.1", JPY="0.0475", KWD="23.4567")
        found = translated(fx)
        # 10.00 + 71.00 + 47.50 + 23.46 (1.000 KWD = 23.4567)
        assert figures(found, "house") == {1030: (15_196, 0), 4020: (0, 15_196)}
        assert (found.base_code, found.is_complete) == ("CNY", True)

    def test_is_nought_for_a_position_that_is_revalued(self, fx: ExchangeBook) -> None:
        fx.exchange(("CNY", 700_000), ("USD", 98_000))
        fx.rate(USD="7.2")
        fx.revalue()
        house = figures(translated(fx), "house")
        assert house[1510] == (705_600, 705_600)
        assert house[4060] == (0, 5_600)

    @pytest.mark.usefixtures("unfinished")
    def test_shows_the_rounding_as_its_own(self, fx: ExchangeBook) -> None:
        """Half a cent in debit is a cent, two quarters of one in credit are nothing."""
        other = fx.other_clients_cash("JPY")
        fx.post(
            "fx_traded",
            ("client/costs/BANKA/house", "JPY", 2),
            ("client/fx-clearing/BANKA", "JPY", -1),
            (other, "JPY", -1),
        )
        fx.rate(JPY="0.0025")
        (section,) = translated(fx).sections
        assert [(line.debit_minor, line.credit_minor) for line in section.lines] == [(0, 0), (0, 0), (1, 0)]
        assert section.rounding_minor == 1
        assert section.debit_minor == section.credit_minor == 1

    def test_names_a_currency_without_a_rate_and_is_incomplete(self, fx: ExchangeBook) -> None:
        fx.earn("CNY", 1_000)
        fx.earn("USD", 1_000)
        found = translated(fx)
        assert (found.missing, found.is_complete) == (("USD",), False)
        assert figures(found, "house") == {1030: (1_000, 0), 4020: (0, 1_000)}

    def test_names_the_securities_that_it_leaves_out(self, fx: ExchangeBook) -> None:
        fx.hold_securities(100)
        found = translated(fx)
        assert (found.securities, found.is_complete, found.sections) == (("XSHG:600000",), True, ())
