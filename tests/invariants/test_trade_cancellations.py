"""What the database refuses of cancelled trades, whoever asks."""

import pytest
from django.db import connection

from clearing.corrections.services.trades import propose_trade_correction
from clearing.settlement.domain.trade_lines import TradeRow
from clearing.settlement.models import Trade, TradeCancellation
from clearing.settlement.services.trades import import_trades
from tests.clearing.corrections.desk import approve_and_run
from tests.clearing.margin.harbour import HARBOUR, MONDAY, TUESDAY, Harbour, harbour
from tests.invariants.rows import change_row, copy_row, not_permitted, refused

CANCELLATION = "settlement_tradecancellation"


@pytest.fixture
def cancelled(db: None) -> Harbour:
    """Two purchases of Monday; the first is cancelled on Tuesday."""
    world = harbour()
    world.contract(owes=10_000_000, harbour=1_500, cash=500_000)
    rows = [TradeRow("F1", HARBOUR, "buy", 10, 10_000, MONDAY, reference) for reference in ("B1", "B2")]
    import_trades(book_id=world.book.pk, rows=rows, booking_date=MONDAY, maker_id=world.maker.pk)
    world.morning(TUESDAY)
    made = propose_trade_correction(
        book_id=world.book.pk,
        broker_reference="B1",
        replacement=None,
        reason="cancelled",
        evidence="note 9",
        maker_id=world.maker.pk,
    )
    approve_and_run(world, made)
    return world


class TestTradeCancellation:
    def test_is_approved_by_two(self, cancelled: Harbour) -> None:
        other = Trade.objects.get(broker_reference="B2")
        with refused("settlement_tradecancellation_approved_by_two"):
            copy_row(CANCELLATION, TradeCancellation.objects.get().pk, trade_id=other.pk)

    def test_reverses_its_trade_s_entries(self, cancelled: Harbour) -> None:
        other = Trade.objects.get(broker_reference="B2")
        with refused("settlement_tradecancellation_reverses_its_entries"):
            copy_row(
                CANCELLATION, TradeCancellation.objects.get().pk, reversal_entry_id=other.booked_entry_id
            )
        with refused("settlement_tradecancellation_reverses_its_entries"):
            copy_row(
                CANCELLATION,
                TradeCancellation.objects.get().pk,
                settlement_reversal_entry_id=other.booked_entry_id,
            )

    def test_stops_the_settlement(self, cancelled: Harbour) -> None:
        trade = Trade.objects.get(broker_reference="B1")
        with refused("settlement_trade_cancelled_settles_no_more"):
            change_row(
                "settlement_trade", trade.pk, settled_entry_id=trade.booked_entry_id, settled_on=TUESDAY
            )

    def test_never_changes(self, cancelled: Harbour) -> None:
        with not_permitted():
            change_row(CANCELLATION, TradeCancellation.objects.get().pk, cancelled_on=MONDAY)
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM settlement_tradecancellation")
