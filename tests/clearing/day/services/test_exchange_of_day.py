"""The day settles clients' exchanges and revalues the house's positions; without a rate it is held."""

import pytest

from clearing.day.domain.plan import Figures
from clearing.day.models import StepName
from clearing.day.services.chunks import DayContext
from clearing.day.services.phases import PHASES, PHASES_OF_STEP
from ledger.queries.official_rates import RateMissing
from tests.ledger.exchange_cast import ExchangeBook, exchange_book

pytestmark = pytest.mark.django_db
CASH, BANK = "client/W1/F1/cash", "client/custody/BANKA"


@pytest.fixture
def fx() -> ExchangeBook:
    return exchange_book()


def run(fx: ExchangeBook, phase: str) -> Figures:
    return PHASES[phase].run(DayContext(fx.book.pk, fx.day, fx.maker.pk), None)


class TestExchanges:
    def test_are_settled_when_due(self, fx: ExchangeBook) -> None:
        fx.post("client_deposit", (BANK, "CNY", 700), (CASH, "CNY", -700))
        fx.trade(("CNY", 700), ("USD", 98), days=0)
        assert run(fx, "exchanges") == {"exchanges_settled": 1}
        assert run(fx, "exchanges") == {}


class TestRevaluation:
    def test_comes_after_all_that_the_day_books(self) -> None:
        assert [phase.name for phase in PHASES_OF_STEP[StepName.REPORTED]] == ["revalue", "report"]

    def test_says_nothing_of_a_book_in_one_currency(self, fx: ExchangeBook) -> None:
        assert run(fx, "revalue") == {}

    def test_holds_the_day_until_the_rate_is_there(self, fx: ExchangeBook) -> None:
        fx.exchange(("CNY", 700_000), ("USD", 98_000))
        with pytest.raises(RateMissing, match="USD/CNY"):
            run(fx, "revalue")
        fx.rate(USD="7.2")
        assert run(fx, "revalue") == {
            "positions_revalued": 1,
            "fx_unrealised_minor": 5_600,
            "fx_realised_minor": 0,
        }
