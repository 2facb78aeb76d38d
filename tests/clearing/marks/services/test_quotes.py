"""Deliveries of quotes: nothing is lost, nothing comes in twice."""

import pytest

from clearing.marks.models import Quote, QuoteFile, RejectedQuote
from clearing.marks.services.quotes import PriceSourceUnknown, import_quotes
from tests.clearing.marks.market import EVENING, HEADER, SmallMarket, line


class TestImportQuotes:
    def test_keeps_file_quotes_and_bad_lines(self, market: SmallMarket) -> None:
        bad = line("n/a", instrument="XNAS:MSFT")
        done = market.says("anchor", line("115.30"), bad, line("1", instrument="XNYS:XYZ"))
        assert done.quote_count == 1
        assert [(one.number, one.reason) for one in done.rejected] == [
            (3, "price_not_a_number"),
            (4, "instrument_unknown"),
        ]
        file = QuoteFile.objects.get()
        assert bytes(file.original).decode().splitlines()[2] == bad
        assert (file.line_count, file.rejected_count) == (3, 2)
        assert Quote.objects.get().price_minor == 11_530
        assert RejectedQuote.objects.get(line_number=3).raw == bad

    def test_takes_a_file_once(self, market: SmallMarket) -> None:
        first = market.says("anchor", line("115.30"), "nonsense")
        again = market.says("anchor", line("115.30"), "nonsense")
        assert again.is_replay
        assert (again.file_id, again.quote_count, again.rejected) == (
            first.file_id,
            first.quote_count,
            first.rejected,
        )
        assert Quote.objects.count() == 1

    def test_takes_the_same_bytes_of_another_source(self, market: SmallMarket) -> None:
        market.says("anchor", line("115.30"))
        assert not market.says("beacon", line("115.30")).is_replay
        assert Quote.objects.count() == 2

    @pytest.mark.parametrize(
        ("price", "reason"), [("115.30", "quote_repeated"), ("11.53", "quote_conflicting")]
    )
    def test_keeps_what_a_source_says_twice_of_one_instant(
        self, market: SmallMarket, price: str, reason: str
    ) -> None:
        market.says("anchor", line("115.30"))
        later = market.says("anchor", line(price), line("26.80", instrument="XNAS:MSFT"))
        assert [one.reason for one in later.rejected] == [reason]
        assert later.quote_count == 1

    def test_sees_a_contradiction_inside_one_file(self, market: SmallMarket) -> None:
        done = market.says("anchor", line("115.30"), line("116.00"))
        assert [(one.number, one.reason) for one in done.rejected] == [(3, "quote_conflicting")]

    def test_takes_a_later_quote_of_the_same_session(self, market: SmallMarket) -> None:
        assert market.says("anchor", line("115.30"), line("115.40", at="21:10")).quote_count == 2

    def test_keeps_a_file_that_is_no_quote_file(self, market: SmallMarket) -> None:
        done = import_quotes(
            book_id=market.book.pk,
            source_code="anchor",
            raw=b"%PDF-1.4 \xff",
            file_name="a.pdf",
            received_at=EVENING,
        )
        assert [one.reason for one in done.rejected] == ["header_unknown"]
        assert bytes(QuoteFile.objects.get().original) == b"%PDF-1.4 \xff"

    def test_tells_how_far_it_is(self, market: SmallMarket) -> None:
        told: list[int] = []
        lines = [line("115.30", at=f"{hour:02d}:{minute:02d}") for hour in range(20) for minute in range(60)]
        import_quotes(
            book_id=market.book.pk,
            source_code="anchor",
            raw="\n".join([HEADER, *lines]).encode(),
            file_name="long.csv",
            received_at=EVENING,
            on_progress=told.append,
        )
        assert told == [1000, 200]

    def test_refuses_an_unknown_source(self, market: SmallMarket) -> None:
        with pytest.raises(PriceSourceUnknown):
            market.says("nobody", line("115.30"))
        assert not QuoteFile.objects.exists()
