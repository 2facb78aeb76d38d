"""Exchange and revaluation in figures, worked by hand.

A house that keeps its books in CNY (two decimals) buys, revalues and sells; average cost. The treatment is
that of IAS 21: a foreign amount is recorded at the rate of its day (21), open positions stand at the closing
rate of each day (23), the differences are in the result (28). Every figure below is the stated arithmetic and
nothing else.

USD, bought 1,000.00 at 7.00 and 500.00 at 7.30: cost 7,000.00 + 3,650.00 = 10,650.00, average 7.10.
  day 1, rate 7.20: 1,500 x 7.20 = 10,800.00; unrealised 150.00
  day 2, sold 600.00 at 7.25 = 4,350.00; cost out 600 x 7.10 = 4,260.00; realised 90.00
         rate 7.15: 900 x 7.15 = 6,435.00 - cost 6,390.00; unrealised 45.00, change -105.00
  day 3, sold 900.00 at 7.00 = 6,300.00; realised -90.00; unrealised 0, change -45.00
  result: realised 0.00 = 4,350.00 + 6,300.00 - 10,650.00

JPY (no decimals), bought 1,000,000 for 47,512.34: at 0.0479 worth 47,900.00, unrealised 387.66; a third of
it, 333,333, sold for 16,000.00: cost out 47,512.34 x 333,333 / 1,000,000 = 15,837.43 (15,837.4308...),
realised 162.57; left 666,667 at cost 31,674.91, at 0.0479 worth 31,933.35 (31,933.3493), unrealised 258.44.

KWD (three decimals), earned 123.456 at 23.4567: 2,895.87 (2,895.8703...) is the income; at 23.50 worth
2,901.22 (2,901.216), unrealised 5.35.
"""

import pytest

from tests.ledger.exchange_cast import ExchangeBook, exchange_book

pytestmark = pytest.mark.django_db


@pytest.fixture
def fx() -> ExchangeBook:
    return exchange_book()


class TestDollars:
    def test_come_out_as_worked(self, fx: ExchangeBook) -> None:
        fx.exchange(("CNY", 700_000), ("USD", 100_000))
        fx.exchange(("CNY", 365_000), ("USD", 50_000))
        fx.rate(USD="7.20")
        assert fx.revalue().unrealised_change_minor == 15_000

        fx.next_day()
        assert fx.exchange(("USD", 60_000), ("CNY", 435_000)).realised_minor == 9_000
        fx.rate(USD="7.15")
        assert fx.revalue().unrealised_change_minor == -10_500
        assert fx.position("USD") == (90_000, 639_000, 4_500)

        fx.next_day()
        assert fx.exchange(("USD", 90_000), ("CNY", 630_000)).realised_minor == -9_000
        assert fx.revalue().unrealised_change_minor == -4_500
        assert fx.position("USD") == (0, 0, 0)
        assert (fx.realised, fx.unrealised) == (0, 0)


class TestYen:
    def test_come_out_as_worked(self, fx: ExchangeBook) -> None:
        fx.exchange(("CNY", 4_751_234), ("JPY", 1_000_000))
        fx.rate(JPY="0.0479")
        fx.revalue()
        assert fx.position("JPY") == (1_000_000, 4_751_234, 38_766)
        assert fx.exchange(("JPY", 333_333), ("CNY", 1_600_000)).realised_minor == 16_257
        fx.revalue()
        assert fx.position("JPY") == (666_667, 3_167_491, 25_844)


class TestDinars:
    def test_come_out_as_worked(self, fx: ExchangeBook) -> None:
        fx.earn("KWD", 123_456)
        fx.rate(KWD="23.4567")
        fx.revalue()
        assert fx.balance("house/income/commission") == -289_587
        assert fx.position("KWD") == (123_456, 289_587, 0)
        fx.next_day()
        fx.rate(KWD="23.50")
        fx.revalue()
        assert fx.unrealised == 535
        assert fx.balance("house/income/commission") == -289_587
