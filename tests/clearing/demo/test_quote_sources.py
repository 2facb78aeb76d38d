"""The invented sources: the same for ever, mostly right, sometimes wrong."""

import datetime as dt
from collections import Counter
from fractions import Fraction

import pytest

from clearing.demo.adjusted_close import FoundSplit
from clearing.demo.market import Bar, Market
from clearing.demo.quote_sources import FREQUENCY, SOURCES, Defect, defect_on, quote_file
from clearing.domain import consensus
from clearing.domain.csv_lines import read_csv_lines
from clearing.marks.domain.quote_lines import COLUMNS, QuoteLine, read_quote_line
from clearing.marks.services.marks import PLATFORM_RULE

IBM = "XNYS:IBM"
DAYS = tuple(dt.date(2008, 1, 1) + dt.timedelta(days=count) for count in range(2_000))
SPLIT_DAY = DAYS[1_000]
SEED = 2008


@pytest.fixture(scope="module")
def market() -> Market:
    bars = {(IBM, day): Bar(day, 10_000, 10_000, 10_000, 10_000, 1) for day in DAYS}
    return Market(DAYS, bars, {IBM: ()}, {IBM: (FoundSplit(SPLIT_DAY, 2, 1),)})


def lines(market: Market, source: str, day: dt.date) -> list[QuoteLine]:
    read = read_csv_lines(quote_file(market, source=source, session_date=day, seed=SEED), columns=COLUMNS)
    assert not read.rejected
    return [read_quote_line(line, currency_exponent=2) for line in read.lines]


def first_day_of(defect: Defect | None) -> dt.date:
    return next(day for day in DAYS[1:] if defect_on(IBM, day, seed=SEED) is defect)


def mark_of(market: Market, day: dt.date) -> consensus.Mark:
    quotes = [
        consensus.Quote(source, one.price_minor, one.quoted_at, one.epoch)
        for source in SOURCES
        for one in lines(market, source, day)
        if one.session_date == day
    ]
    rule = PLATFORM_RULE.for_session(day)
    return consensus.fix_mark(quotes, rule=rule, quantity_epoch=market.epoch(IBM, day))


class TestDefectOn:
    def test_happens_about_as_often_as_stated(self) -> None:
        seen = Counter(defect_on(IBM, day, seed=seed) for day in DAYS for seed in range(20))
        for defect, frequency in FREQUENCY.items():
            assert Fraction(7, 10) < Fraction(seen[defect] * 100_000, 40_000 * frequency) < Fraction(13, 10)

    def test_depends_on_seed_day_and_stock(self) -> None:
        def pattern(code: str, seed: int) -> list[Defect | None]:
            return [defect_on(code, day, seed=seed) for day in DAYS]

        assert pattern(IBM, 1) == pattern(IBM, 1)
        assert len({tuple(pattern(code, seed)) for code in (IBM, "XNAS:MSFT") for seed in (1, 2)}) == 4


class TestQuoteFile:
    def test_is_the_same_every_time(self, market: Market) -> None:
        files = {quote_file(market, source="drift", session_date=DAYS[5], seed=SEED) for _ in range(2)}
        assert len(files) == 1

    def test_quotes_within_a_tenth_of_a_per_cent(self, market: Market) -> None:
        day = first_day_of(None)
        for source in SOURCES:
            (line,) = lines(market, source, day)
            assert 9_990 <= line.price_minor <= 10_010

    def test_knows_the_epoch(self, market: Market) -> None:
        assert lines(market, "anchor", SPLIT_DAY - dt.timedelta(days=1))[0].epoch == 1
        assert lines(market, "anchor", SPLIT_DAY)[0].epoch == 2

    @pytest.mark.parametrize(
        ("defect", "state", "reason"),
        [
            (None, "OFFICIAL", None),
            (Defect.TENFOLD, "OFFICIAL", None),
            (Defect.STALE, "OFFICIAL", None),
            (Defect.MISSING, "OFFICIAL", None),
            (Defect.LATE, "OFFICIAL", None),
            (Defect.ONE_LEFT, "SINGLE_SOURCE", None),
            (Defect.TENFOLD_AND_SILENT, "HOLD", "NO_CONSENSUS"),
            (Defect.ALL_SILENT, "HOLD", "NO_PRICE"),
        ],
    )
    def test_comes_to_the_mark_it_should(
        self, market: Market, defect: Defect | None, state: str, reason: str | None
    ) -> None:
        mark = mark_of(market, first_day_of(defect))
        assert (mark.state.name, mark.reason.name if mark.reason else None) == (state, reason)

    def test_brings_the_late_quote_the_next_day(self, market: Market) -> None:
        day = first_day_of(Defect.LATE)
        assert lines(market, "drift", day) == []
        late = [one for one in lines(market, "drift", day + dt.timedelta(days=1)) if one.session_date == day]
        assert len(late) == 1
