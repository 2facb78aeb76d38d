"""The demo's market against what is known of the real one."""

import datetime as dt
import warnings
from fractions import Fraction

import pytest
from exchange_calendars import get_calendar

from clearing.demo.adjusted_close import FoundDividend, FoundSplit
from clearing.demo.market import (
    STOCKS,
    Market,
    MarketIncomplete,
    action_drafts,
    instrument_drafts,
    load_market,
)
from clearing.marks.services.corporate_actions import DividendDraft, SplitDraft
from ledger.domain.calendars import TradingCalendar

CENT = Fraction(1, 100)
IDS = {stock.unit_code: number for number, stock in enumerate(STOCKS)}


@pytest.fixture(scope="module")
def calendar() -> TradingCalendar:
    with warnings.catch_warnings():
        # The package's own use of pandas, which warns of what a later pandas will do.
        warnings.simplefilter("ignore")
        sessions = get_calendar("XNYS", start="2005-01-03", end="2009-06-30").sessions
    days = tuple(session.date() for session in sessions)
    return TradingCalendar("XNYS", days, days[0], days[-1])


@pytest.fixture(scope="module")
def crash(calendar: TradingCalendar) -> Market:
    return load_market(
        first_session=dt.date(2007, 10, 1), last_session=dt.date(2009, 3, 31), calendar=calendar
    )


@pytest.fixture(scope="module")
def spring(calendar: TradingCalendar) -> Market:
    return load_market(
        first_session=dt.date(2005, 2, 1), last_session=dt.date(2005, 3, 31), calendar=calendar
    )


class TestLoadMarket:
    def test_has_every_session_of_the_crash(self, crash: Market) -> None:
        assert len(crash.sessions) == 378
        assert len(crash.bars) == 4 * 378

    def test_has_the_prices_that_were_traded(self, crash: Market) -> None:
        """Unadjusted closes of the Lehman Monday."""
        monday = dt.date(2008, 9, 15)
        closes = {stock.ticker: crash.bar(stock.unit_code, monday).close_minor for stock in STOCKS}
        assert closes == {"AAPL": 14_036, "GOOG": 43_386, "IBM": 11_519, "MSFT": 2_682}

    @pytest.mark.parametrize(
        ("unit_code", "dividends"),
        [
            (
                "XNYS:IBM",
                [
                    ("2007-11-07", 40),
                    ("2008-02-06", 40),
                    ("2008-05-07", 50),
                    ("2008-08-06", 50),
                    ("2008-11-06", 50),
                    ("2009-02-06", 50),
                ],
            ),
            (
                "XNAS:MSFT",
                [
                    ("2007-11-13", 11),
                    ("2008-02-19", 11),
                    ("2008-05-13", 11),
                    ("2008-08-19", 11),
                    ("2008-11-18", 13),
                    ("2009-02-17", 13),
                ],
            ),
            ("XNAS:AAPL", []),
            ("XNAS:GOOG", []),
        ],
    )
    def test_finds_the_dividends_that_were_paid(
        self, crash: Market, unit_code: str, dividends: list[tuple[str, int]]
    ) -> None:
        """As the companies announced them, in cents, by ex-date."""
        expected = [FoundDividend(dt.date.fromisoformat(day), cents * CENT) for day, cents in dividends]
        assert list(crash.actions[unit_code]) == expected

    def test_finds_apple_s_split(self, spring: Market) -> None:
        assert spring.actions["XNAS:AAPL"] == (FoundSplit(dt.date(2005, 2, 28), 2, 1),)
        assert spring.epoch("XNAS:AAPL", dt.date(2005, 2, 25)) == 1
        assert spring.epoch("XNAS:AAPL", dt.date(2005, 2, 28)) == 2

    def test_refuses_a_span_without_prices(self, calendar: TradingCalendar) -> None:
        odd = TradingCalendar(
            "XNYS",
            tuple(sorted({*calendar.sessions, dt.date(2008, 7, 4)})),
            calendar.first_covered,
            calendar.last_covered,
        )
        with pytest.raises(MarketIncomplete, match="2008-07-04"):
            load_market(first_session=dt.date(2008, 7, 1), last_session=dt.date(2008, 7, 31), calendar=odd)


class TestActionDrafts:
    def test_pays_dividends_a_month_after(self, crash: Market, calendar: TradingCalendar) -> None:
        drafts = action_drafts(crash, instrument_ids=IDS, calendar=calendar)
        first = drafts[0]
        assert isinstance(first, DividendDraft)
        assert (first.ex_date, first.record_date, first.pay_date, first.amount_micro) == (
            dt.date(2007, 11, 7),
            dt.date(2007, 11, 9),
            dt.date(2007, 12, 7),
            40_000_000,
        )
        assert len(drafts) == 12

    def test_credits_a_split_when_the_trades_before_it_have_settled(
        self, spring: Market, calendar: TradingCalendar
    ) -> None:
        drafts = action_drafts(spring, instrument_ids=IDS, calendar=calendar)
        (split,) = [draft for draft in drafts if isinstance(draft, SplitDraft)]
        assert calendar.add_sessions(dt.date(2005, 2, 25), 3) == split.record_date == split.pay_date
        assert (split.ratio_numerator, split.ratio_denominator) == (2, 1)


class TestInstrumentDrafts:
    def test_know_the_average_volume_before(self, crash: Market) -> None:
        volumes = {draft.unit_code: draft.average_daily_volume for draft in instrument_drafts(crash)}
        assert volumes["XNYS:IBM"] == 6_955_870
        later = crash.average_daily_volume("XNYS:IBM", dt.date(2008, 10, 31))
        assert later > 10_000_000
