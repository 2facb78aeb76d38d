"""Settlement of what is due."""

from pytest_django import DjangoAssertNumQueries

from clearing.settlement.models import Trade
from clearing.settlement.queries.trades import filled_quantities, has_unsettled_trades, trades_of_order
from clearing.settlement.services.settle import Settlement, settle_trades
from tests.clearing.settlement.world import THURSDAY, TUESDAY, World, row

CASH = "client/WANG/F1/cash"
SHARES = "client/WANG/F1/securities"


def settle(world: World) -> Settlement:
    return settle_trades(book_id=world.book.pk, business_date=THURSDAY, maker_id=world.maker.pk)


class TestSettleTrades:
    def test_settles_a_purchase_and_collects_the_commission(self, world: World) -> None:
        """walk.json: buy S, commission collected."""
        world.deposit("F1", 121_000_000)
        world.book_trades(row(quantity=100_000))
        assert settle(world) == Settlement(1, {"BANKA": 36_000})
        assert world.totals() == {
            "client/custody/BANKA USD": 121_000_000 - 120_001_200,
            "client/custody/BANKA XNYS:IBM": 100_000,
            "client/transit/BANKA USD": -36_000,
            f"{CASH} USD": -121_000_000 + 120_037_200,
            f"{SHARES} XNYS:IBM": -100_000,
            "house/transit/BANKA USD": 36_000,
            "house/income/commission USD": -36_000,
        }

    def test_settles_a_sale(self, world: World) -> None:
        """walk.json: sell S."""
        world.deliver("F1", "XNYS:IBM", 20_000)
        world.book_trades(row(side="sell", quantity=20_000, price_minor=610, commission_minor=0))
        assert settle(world) == Settlement(1, {})
        assert world.totals() == {
            "client/custody/BANKA USD": 12_190_118,
            f"{CASH} USD": -12_190_118,
        }

    def test_pays_the_house_from_each_bank_where_it_earned(self, world: World) -> None:
        for contract in ("F1", "F2"):
            world.deposit(contract, 2_000_000)
        world.book_trades(row(), row(contract_code="F2"), row(contract_code="F2", quantity=500))
        assert settle(world).commission_minor == {"BANKA": 360, "BANKB": 540}
        assert world.stands_at("house/transit/BANKA") == 900
        assert world.stands_at("client/transit/BANKB") == -540

    def test_leaves_what_is_not_due(self, world: World) -> None:
        world.deposit("F1", 5_000_000)
        world.book_trades(row(trade_date=TUESDAY))
        assert settle(world).trade_count == 0
        assert has_unsettled_trades(contract_id=world.contracts["F1"].pk)

    def test_changes_nothing_the_second_time(self, world: World) -> None:
        world.deposit("F1", 5_000_000)
        world.book_trades(row())
        settle(world)
        before = world.totals()
        assert settle(world) == Settlement(0, {})
        assert world.totals() == before

    def test_settles_what_came_in_since(self, world: World) -> None:
        world.deposit("F1", 5_000_000)
        world.book_trades(row())
        settle(world)
        world.book_trades(row())
        assert settle(world) == Settlement(1, {"BANKA": 360})

    def test_marks_each_trade_with_its_entry(self, world: World) -> None:
        world.deposit("F1", 5_000_000)
        world.deliver("F1", "XNAS:MSFT", 10)
        world.book_trades(row(), row(side="sell", instrument_code="XNAS:MSFT", quantity=10))
        settle(world)
        for trade in Trade.objects.select_related("settled_entry"):
            assert trade.settled_entry is not None
            assert trade.settled_entry.source_reference == f"trade:{trade.broker_reference}"
            assert trade.settled_entry.value_date == trade.settled_on == THURSDAY

    def test_needs_as_many_statements_for_many_trades(
        self, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        world.deposit("F1", 50_000_000)
        world.book_trades(*[row(quantity=100) for _ in range(60)])
        with django_assert_max_num_queries(14):
            assert settle(world).trade_count == 60


class TestTradesOfOrder:
    def test_finds_the_executions(self, world: World) -> None:
        world.deliver("F1", "XNYS:IBM", 1_000)
        for quantity in (400, 600):
            world.book_trades(row(side="sell", quantity=quantity, liquidation_order_reference="LIQ-1/1"))
        found = trades_of_order(book_id=world.book.pk, order_reference="LIQ-1/1")
        assert [trade.quantity for trade in found] == [400, 600]
        filled = filled_quantities(book_id=world.book.pk, order_references=["LIQ-1/1", "LIQ-1/2"])
        assert filled == {"LIQ-1/1": 1_000}
