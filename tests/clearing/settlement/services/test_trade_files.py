"""A broker's file: every line becomes a trade or a kept rejection."""

from clearing.settlement.models import RejectedTrade, Trade, TradeFile
from clearing.settlement.services.trade_files import TradeFileImport, import_trade_file
from tests.clearing.marks.market import EVENING
from tests.clearing.settlement.world import THURSDAY, World

HEADER = "contract,instrument,side,quantity,price,trade_date,broker_reference,commission,liquidation_order"


def deliver(world: World, *lines: str, header: str = HEADER) -> TradeFileImport:
    return import_trade_file(
        book_id=world.book.pk,
        raw="\n".join([header, *lines, ""]).encode(),
        file_name="fills.csv",
        received_at=EVENING,
        booking_date=THURSDAY,
        maker_id=world.maker.pk,
    )


class TestImportTradeFile:
    def test_books_good_lines_and_keeps_bad_ones(self, world: World) -> None:
        world.deposit("F1", 5_000_000)
        done = deliver(
            world,
            "F1,XNYS:IBM,buy,1000,12.00,2008-09-15,B-1,,",
            "F1,XNYS:IBM,hold,1000,12.00,2008-09-15,B-2,,",
            "F9,XNYS:IBM,buy,1000,12.00,2008-09-15,B-3,,",
            "F1,XNYS:IBM,buy",
            "F1,XNYS:IBM,BUY,100,12.00,2008-09-15,B-4,0.00,",
        )
        assert (done.booked_count, done.replayed_count) == (2, 0)
        rejected = [(line.number, line.reason) for line in done.rejected]
        assert rejected == [(3, "side_unknown"), (4, "contract_unknown"), (5, "fields_missing")]
        kept = RejectedTrade.objects.order_by("line_number").values_list("line_number", "raw", "file_id")
        assert list(kept)[2] == (5, "F1,XNYS:IBM,buy", done.file_id)
        assert Trade.objects.get(broker_reference="B-4").commission_minor == 0
        assert Trade.objects.get(broker_reference="B-1").file_id == done.file_id

    def test_takes_a_file_once(self, world: World) -> None:
        world.deposit("F1", 5_000_000)
        lines = ("F1,XNYS:IBM,buy,1000,12.00,2008-09-15,B-1,,", "nonsense")
        first, again = deliver(world, *lines), deliver(world, *lines)
        assert (again.is_replay, again.booked_count, again.replayed_count) == (True, 0, 1)
        assert again.rejected == first.rejected
        assert TradeFile.objects.count() == Trade.objects.count() == RejectedTrade.objects.count() == 1

    def test_knows_a_trade_that_comes_again_in_another_file(self, world: World) -> None:
        world.deposit("F1", 5_000_000)
        line = "F1,XNYS:IBM,buy,1000,12.00,2008-09-15,B-1,,"
        deliver(world, line)
        again = deliver(world, line, "F1,XNYS:IBM,buy,1,12.00,2008-09-15,B-2,,")
        assert (again.booked_count, again.replayed_count, again.rejected) == (1, 1, ())

    def test_keeps_a_file_that_is_no_trade_file(self, world: World) -> None:
        done = deliver(world, "1,2,3", header="a,b,c")
        assert [line.reason for line in done.rejected] == ["header_unknown"]
        assert bytes(TradeFile.objects.get().original) == b"a,b,c\n1,2,3\n"

    def test_reports_overruns(self, world: World) -> None:
        done = deliver(world, "F1,XNYS:IBM,buy,1000,12.00,2008-09-15,B-1,0,")
        assert [(found.kind, found.amount_minor) for found in done.findings] == [("overrun", 1_200_012)]
