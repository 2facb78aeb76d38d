"""verify_ledger on exchange: clean for honest books, and each check finds what it is for."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import transaction

from ledger.queries.verification import verify_book
from ledger.services.client_exchange import settle_client_exchanges
from tests.ledger.exchange_cast import ExchangeBook, exchange_book

Login = psycopg.Connection[tuple[object, ...]]
CASH, BANK = "client/W1/F1/cash", "client/custody/BANKA"


def failing(fx: ExchangeBook) -> dict[str, str]:
    checks = verify_book(book=fx.book).checks
    assert [check.reason for check in checks if check.reason] == []
    return {check.name: " ".join(check.findings) for check in checks if check.found}


@pytest.fixture
def busy(transactional_db: None) -> ExchangeBook:
    """Three days: clients' exchanges settled and under way, positions in every unit revalued daily."""
    with transaction.atomic():
        fx = exchange_book()
        fx.post("client_deposit", (BANK, "CNY", 1_000_000), (CASH, "CNY", -1_000_000))
        fx.trade(("CNY", 300_000), ("USD", 42_000), days=1)
        fx.trade(("CNY", 100_000), ("JPY", 21_000), days=5)
        fx.exchange(("CNY", 700_000), ("USD", 98_000))
        fx.exchange(("CNY", 700_000), ("KWD", 30_001))
        fx.earn("HKD", 12_345)
        fx.rate(USD="7.1", KWD="23.4567", HKD="0.9123")
        fx.revalue()
    fx.next_day()
    settle_client_exchanges(book_id=fx.book.pk, business_date=fx.day, maker_id=fx.maker.pk)
    fx.exchange(("USD", 98_000), ("CNY", 700_001))
    fx.rate(KWD="23.3", HKD="0.92", JPY="0.05")
    fx.revalue()
    fx.exchange(("CNY", 5_001), ("JPY", 1_000))
    fx.revalue()
    fx.exchange(("JPY", 400), ("CNY", 2_000))
    fx.next_day()
    return fx


@pytest.fixture
def without_row_rule(busy: ExchangeBook, admin_connection: Login) -> Iterator[None]:
    """As a superuser can have it: an entry needs no row that explains it."""
    rule = "TRIGGER ledger_journalentry_of_row"
    admin_connection.execute(f"ALTER TABLE ledger_journalentry DISABLE {rule}")
    yield
    admin_connection.execute(f"ALTER TABLE ledger_journalentry ENABLE {rule}")


class TestChecks:
    def test_are_clean_for_an_honest_book(self, busy: ExchangeBook) -> None:
        assert failing(busy) == {}

    @pytest.mark.usefixtures("without_row_rule")
    def test_find_what_no_exchange_put_into_clearing(self, busy: ExchangeBook) -> None:
        busy.post("fx_traded", (CASH, "CNY", 7), ("client/fx-clearing/BANKA", "CNY", -7))
        found = failing(busy)
        assert "client/fx-clearing/BANKA CNY: stands at -100007" in found["fx_clearing_under_way"]
        assert "fx_traded without its row" in found["exchanges_recorded"]

    @pytest.mark.usefixtures("without_row_rule")
    def test_find_an_exchange_that_changes_owner(self, busy: ExchangeBook) -> None:
        other = busy.other_clients_cash("USD")
        busy.post(
            "fx_traded",
            (CASH, "CNY", 7),
            ("client/fx-clearing/BANKA", "CNY", -7),
            ("client/fx-clearing/BANKA", "USD", 1),
            (other, "USD", -1),
        )
        assert "between two owners" in failing(busy)["exchanges_keep_owner"]

    def test_find_a_position_that_is_none(self, busy: ExchangeBook) -> None:
        busy.open("house/position/elsewhere", "USD")
        assert "house/position/elsewhere USD" in failing(busy)["positions_in_place"]

    def test_find_a_rate_that_was_altered(self, busy: ExchangeBook, admin_connection: Login) -> None:
        admin_connection.execute("ALTER TABLE ledger_officialrate DISABLE TRIGGER USER")
        admin_connection.execute("UPDATE ledger_officialrate SET rate = 23.5 WHERE rate = 23.4567")
        admin_connection.execute("ALTER TABLE ledger_officialrate ENABLE TRIGGER USER")
        assert failing(busy)["revaluations_at_rate"].startswith("KWD of 2008-09-15, run 1")

    def test_find_a_line_that_was_altered(self, busy: ExchangeBook, admin_connection: Login) -> None:
        """Cost and unrealised part together, so that the line still agrees with its rate."""
        admin_connection.execute("ALTER TABLE ledger_revaluationline DISABLE TRIGGER USER")
        admin_connection.execute(
            "UPDATE ledger_revaluationline"
            " SET cost_minor = cost_minor + 1, unrealised_minor = unrealised_minor - 1"
            " WHERE id = (SELECT min(id) FROM ledger_revaluationline)"
        )
        admin_connection.execute("ALTER TABLE ledger_revaluationline ENABLE TRIGGER USER")
        assert set(failing(busy)) == {"revaluations_stand"}
