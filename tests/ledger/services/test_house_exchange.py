"""The house's exchanges: through positions at average cost, what is closed realises its result."""

import pytest

from ledger.queries.official_rates import RateMissing
from ledger.services import refusals
from ledger.services.house_exchange import NotAnExchange
from tests.ledger.exchange_cast import ExchangeBook, exchange_book

pytestmark = pytest.mark.django_db


@pytest.fixture
def fx() -> ExchangeBook:
    return exchange_book()


class TestBookHouseExchange:
    def test_goes_through_the_position_and_its_cost(self, fx: ExchangeBook) -> None:
        done = fx.exchange(("CNY", 700_000), ("USD", 98_000))
        assert fx.legs(done.posted.entry_id) == {
            ("house/position/USD", "CNY"): 700_000,
            ("house/custody/BANKA", "CNY"): -700_000,
            ("house/custody/BANKA", "USD"): 98_000,
            ("house/position/USD", "USD"): -98_000,
        }

    def test_realises_against_average_cost(self, fx: ExchangeBook) -> None:
        """200 at 7.00 and 100 at 7.30 cost 7.10 on average; 150 sold at 7.40 gain 45.00."""
        fx.exchange(("CNY", 140_000), ("USD", 20_000))
        fx.exchange(("CNY", 73_000), ("USD", 10_000))
        done = fx.exchange(("USD", 15_000), ("CNY", 111_000))
        assert done.realised_minor == 4_500
        assert fx.legs(done.posted.entry_id)["house/income/fx-realised", "CNY"] == -4_500
        assert fx.position("USD") == (15_000, 106_500, 0)

    def test_realises_on_a_short_position_bought_back(self, fx: ExchangeBook) -> None:
        fx.exchange(("JPY", 100_000), ("CNY", 480_000))
        assert fx.position("JPY") == (-100_000, -480_000, 0)
        assert fx.exchange(("CNY", 470_000), ("JPY", 100_000)).realised_minor == 10_000
        assert fx.position("JPY") == (0, 0, 0)

    def test_closes_all_and_opens_the_rest_where_it_passes_zero(self, fx: ExchangeBook) -> None:
        fx.exchange(("CNY", 70_000), ("USD", 10_000))
        done = fx.exchange(("USD", 15_000), ("CNY", 108_000))
        assert done.realised_minor == 2_000
        assert fx.position("USD") == (-5_000, -36_000, 0)

    def test_prices_two_foreign_units_by_what_is_sold(self, fx: ExchangeBook) -> None:
        fx.rate(HKD="0.91")
        fx.exchange(("CNY", 900_000), ("HKD", 1_000_000))
        done = fx.exchange(("HKD", 1_000_000), ("KWD", 39_000))
        assert done.realised_minor == 10_000
        assert fx.position("KWD") == (39_000, 910_000, 0)
        assert fx.position("HKD") == (0, 0, 0)
        assert set(fx.sums().values()) == {0}

    def test_asks_for_the_rate_of_what_is_sold(self, fx: ExchangeBook) -> None:
        with pytest.raises(RateMissing, match="HKD/CNY"):
            fx.exchange(("HKD", 1), ("KWD", 1))

    def test_returns_the_first_entry_for_the_same_reference(self, fx: ExchangeBook) -> None:
        fx.exchange(("CNY", 70_000), ("USD", 10_000))
        first = fx.exchange(("USD", 5_000), ("CNY", 36_000), "deal")
        fx.exchange(("CNY", 80_000), ("USD", 10_000))
        again = fx.exchange(("USD", 5_000), ("CNY", 36_000), "deal")
        assert (again.posted.entry_id, again.realised_minor) == (first.posted.entry_id, 1_000)
        assert again.posted.is_replay

    def test_refuses_the_reference_of_another_exchange(self, fx: ExchangeBook) -> None:
        fx.exchange(("CNY", 70_000), ("USD", 10_000), "deal")
        with pytest.raises(refusals.IdempotencyConflict):
            fx.exchange(("CNY", 70_001), ("USD", 10_000), "deal")

    @pytest.mark.parametrize(
        ("sold", "bought"),
        [
            (("CNY", 0), ("USD", 1)),
            (("CNY", 1), ("USD", -1)),
            (("CNY", 1), ("CNY", 1)),
            (("CNY", 1), ("XSHG:600000", 1)),
        ],
    )
    def test_refuses_what_is_no_exchange(
        self, fx: ExchangeBook, sold: tuple[str, int], bought: tuple[str, int]
    ) -> None:
        with pytest.raises(NotAnExchange):
            fx.exchange(sold, bought)
