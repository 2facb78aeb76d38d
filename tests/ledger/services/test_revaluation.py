"""Positions at the day's rates: realised apart from unrealised, the result in the base currency."""

import pytest

from ledger.models import JournalEntry, Revaluation
from ledger.queries.official_rates import RateMissing
from ledger.services import refusals
from ledger.services.revaluation import revalue_positions
from tests.ledger.exchange_cast import ExchangeBook, exchange_book

pytestmark = pytest.mark.django_db


@pytest.fixture
def fx() -> ExchangeBook:
    return exchange_book()


class TestRevaluePositions:
    def test_does_nothing_where_there_is_nothing_foreign(self, fx: ExchangeBook) -> None:
        fx.earn("CNY", 100)
        assert fx.revalue().revaluation is None
        assert not Revaluation.objects.exists()

    def test_posts_the_unrealised_difference_by_one_entry(self, fx: ExchangeBook) -> None:
        fx.exchange(("CNY", 700_000), ("USD", 98_000))
        fx.rate(USD="7.20")
        done = fx.revalue()
        assert done.revaluation is not None
        assert done.revaluation.translated_entry_id is None
        assert fx.legs(done.revaluation.entry_id or 0) == {
            ("house/position/USD/revaluation", "CNY"): 5_600,
            ("house/income/fx-unrealised", "CNY"): -5_600,
        }

    def test_changes_nothing_when_run_again(self, fx: ExchangeBook) -> None:
        fx.exchange(("CNY", 700_000), ("USD", 98_000))
        fx.rate(USD="7.20")
        first = fx.revalue()
        again = fx.revalue()
        assert (first.is_new, again.is_new) == (True, False)
        assert again.revaluation == first.revaluation
        assert JournalEntry.objects.filter(kind="house_revalued").count() == 1

    def test_books_only_the_difference_of_a_deal_after_it(self, fx: ExchangeBook) -> None:
        fx.exchange(("CNY", 700_000), ("USD", 98_000))
        fx.rate(USD="7.20")
        fx.revalue()
        fx.exchange(("CNY", 71_000), ("USD", 10_000))
        done = fx.revalue()
        assert done.revaluation is not None
        assert (done.revaluation.run_no, done.unrealised_change_minor) == (2, 1_000)
        assert fx.position("USD") == (108_000, 771_000, 6_600)

    def test_names_every_unit_without_a_rate_and_books_nothing(self, fx: ExchangeBook) -> None:
        fx.exchange(("CNY", 700_000), ("USD", 98_000))
        fx.exchange(("CNY", 4_700), ("JPY", 1_000))
        fx.exchange(("CNY", 2_300), ("KWD", 1_000))
        fx.rate(USD="7.20")
        with pytest.raises(RateMissing, match=r"2008-09-15 for JPY/CNY, KWD/CNY"):
            fx.revalue()
        assert not JournalEntry.objects.filter(kind="house_revalued").exists()

    def test_does_not_take_the_rate_of_the_day_before(self, fx: ExchangeBook) -> None:
        fx.exchange(("CNY", 700_000), ("USD", 98_000))
        fx.rate(USD="7.20")
        fx.revalue()
        fx.next_day()
        with pytest.raises(RateMissing):
            fx.revalue()

    def test_leaves_nothing_unrealised_of_what_is_sold(self, fx: ExchangeBook) -> None:
        """And needs no rate of it any more."""
        fx.exchange(("CNY", 700_000), ("USD", 98_000))
        fx.rate(USD="7.20")
        fx.revalue()
        fx.next_day()
        assert fx.exchange(("USD", 98_000), ("CNY", 710_000)).realised_minor == 10_000
        fx.revalue()
        assert (fx.unrealised, fx.realised) == (0, 10_000)
        assert fx.position("USD") == (0, 0, 0)

    def test_moves_what_was_earned_into_the_position_at_the_days_rate(self, fx: ExchangeBook) -> None:
        fx.earn("USD", 10_000)
        fx.rate(USD="7.10")
        done = fx.revalue()
        assert done.revaluation is not None
        assert fx.legs(done.revaluation.translated_entry_id or 0) == {
            ("house/income/commission", "USD"): 10_000,
            ("house/position/USD", "USD"): -10_000,
            ("house/income/commission", "CNY"): -71_000,
            ("house/position/USD", "CNY"): 71_000,
        }
        assert fx.position("USD") == (10_000, 71_000, 0)
        fx.next_day()
        fx.rate(USD="7.30")
        assert fx.revalue().unrealised_change_minor == 2_000
        assert fx.balance("house/income/commission") == -71_000

    def test_values_units_of_no_and_of_three_decimals(self, fx: ExchangeBook) -> None:
        fx.exchange(("CNY", 480_000), ("JPY", 100_000))
        fx.exchange(("CNY", 233_000), ("KWD", 100_000))
        fx.rate(JPY="0.0475", KWD="23.456789")
        fx.revalue()
        assert fx.position("JPY") == (100_000, 480_000, -5_000)
        assert fx.position("KWD") == (100_000, 233_000, 1_568)

    def test_is_of_the_open_day(self, fx: ExchangeBook) -> None:
        fx.next_day()
        with pytest.raises(refusals.DayNotOpen):
            revalue_positions(book_id=fx.book.pk, business_date=fx.day.replace(day=15), maker_id=fx.maker.pk)

    def test_takes_an_inverse_rate_exactly(self, fx: ExchangeBook) -> None:
        """One CNY is 8 HKD: 1,000.00 HKD are 125.00 CNY."""
        fx.exchange(("CNY", 12_000), ("HKD", 100_000))
        fx.rate_inverse(HKD="8")
        fx.revalue()
        assert fx.position("HKD") == (100_000, 12_000, 500)
