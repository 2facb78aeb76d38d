"""Pages of rates, exchanges and revaluations, and the trial balance in the book's currency."""

import pytest
from django.test import Client

from accounts.models import StaffRole
from ledger.models import OfficialRate, Revaluation
from tests.desk import colleague, desk_of, text_of
from tests.ledger.exchange_cast import ExchangeBook, exchange_book


@pytest.fixture
def fx(db: None) -> ExchangeBook:
    made = exchange_book()
    made.exchange(("CNY", 700_000), ("USD", 98_000))
    made.rate(USD="7.2")
    made.revalue()
    return made


@pytest.fixture
def auditor(db: None) -> Client:
    return desk_of(colleague("ava.stone", StaffRole.AUDITOR))


def page(auditor: Client, path: str) -> str:
    response = auditor.get(f"/admin/ledger/{path}")
    assert response.status_code == 200
    return text_of(response.content.decode())


class TestTrialBalancePage:
    def test_is_in_the_books_currency_where_asked(self, fx: ExchangeBook, auditor: Client) -> None:
        found = page(auditor, "book/trial-balance/?in=book")
        assert "at the official rates of 2008-09-15" in found
        assert "CNY · house" in found
        assert "7,056.00" in found

    def test_says_that_it_is_incomplete(self, fx: ExchangeBook, auditor: Client) -> None:
        fx.earn("JPY", 1_000)
        assert "incomplete: no official rate for JPY" in page(auditor, "book/trial-balance/?in=book")


class TestLists:
    def test_show_rates_exchanges_and_revaluations(self, fx: ExchangeBook, auditor: Client) -> None:
        assert "7.2" in page(auditor, "officialrate/")
        assert page(auditor, f"officialrate/{OfficialRate.objects.get().pk}/change/")
        assert page(auditor, "clientexchange/")
        assert page(auditor, "revaluation/")
        found = page(auditor, f"revaluation/{Revaluation.objects.get().pk}/change/")
        assert "980.00 USD 7,000.00 CNY 56.00 CNY" in found
