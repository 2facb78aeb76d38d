"""The demo's market: four real stocks day by day, as shipped with the package bokeh_sampledata.

Prices are the unadjusted ones that were traded, in cents; dividends and splits are read out of the adjusted
close (adjusted_close.py) with ex-date and amount. The data says nothing of when they were announced or paid:
announced on the ex-date, recorded when the trades of the day before settle, dividends paid with the first
session at least thirty days after the ex-date, split shares credited on the record date. Sessions are those
of the New York Stock Exchange, trades settled on the third session after (T+3), as they did then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bokeh_sampledata import stocks

from clearing.demo.adjusted_close import (
    ClosingPrice,
    FoundDividend,
    FoundSplit,
    find_corporate_actions,
)
from clearing.marks.services.corporate_actions import DividendDraft, SplitDraft
from clearing.marks.services.instruments import InstrumentDraft
from ledger.domain.calendars import TradingCalendar
from ledger.services.books import UnitDraft

CALENDAR = "XNYS"
CURRENCY = "USD"
SETTLEMENT_DAYS = 3
DIVIDEND_TAX_PPM = 100_000
"""Ten per cent at source, the treaty rate of a foreign holder."""
PAID_AFTER = timedelta(days=30)
_MICRO_PER_UNIT = 100 * 1_000_000


@dataclass(frozen=True, slots=True)
class Stock:
    """A stock of the demo: its unit code, the package's name for it, and its company."""

    unit_code: str
    ticker: str
    company: str


STOCKS = (
    Stock("XNAS:AAPL", "AAPL", "Apple"),
    Stock("XNAS:GOOG", "GOOG", "Google"),
    Stock("XNYS:IBM", "IBM", "IBM"),
    Stock("XNAS:MSFT", "MSFT", "Microsoft"),
)


class MarketIncomplete(ValueError):
    """The data lacks a session of the exchange, or has a day that was none."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A stock's day: prices in cents, volume in shares."""

    session_date: date
    open_minor: int
    high_minor: int
    low_minor: int
    close_minor: int
    volume: int


@dataclass(frozen=True, slots=True)
class Market:
    """The stocks over a span of sessions; ``earlier`` are the bars before it, for average volumes."""

    sessions: tuple[date, ...]
    bars: Mapping[tuple[str, date], Bar]
    earlier: Mapping[str, tuple[Bar, ...]]
    actions: Mapping[str, tuple[FoundDividend | FoundSplit, ...]]

    def bar(self, unit_code: str, session_date: date) -> Bar:
        """Return the stock's day."""
        return self.bars[unit_code, session_date]

    def previous_session(self, session_date: date) -> date | None:
        """Return the session before, None before the first of the span."""
        index = self.sessions.index(session_date)
        return self.sessions[index - 1] if index else None

    def epoch(self, unit_code: str, session_date: date) -> int:
        """Return 1, and one more for each split of the span whose ex-date has come."""
        splits = [action for action in self.actions[unit_code] if isinstance(action, FoundSplit)]
        return 1 + sum(1 for split in splits if split.ex_date <= session_date)

    def average_daily_volume(self, unit_code: str, before: date, *, sessions: int = 20) -> int:
        """Return the mean volume of the last sessions strictly before the day, rounded down."""
        own = [self.bars[unit_code, day] for day in self.sessions if day < before]
        last = [*self.earlier[unit_code], *own][-sessions:]
        return sum(bar.volume for bar in last) // len(last) if last else 0


def load_market(
    *, first_session: date, last_session: date, calendar: TradingCalendar, stocks_of: Sequence[Stock] = STOCKS
) -> Market:
    """Return the market of a span, both days included, checked against the exchange's sessions.

    :raises MarketIncomplete: a stock lacks a session or has a day that was none.
    :raises AdjustedCloseUnexplained: the data does not say what was paid.
    """
    sessions = calendar.sessions_between(first_session, last_session)
    bars: dict[tuple[str, date], Bar] = {}
    earlier: dict[str, tuple[Bar, ...]] = {}
    actions: dict[str, tuple[FoundDividend | FoundSplit, ...]] = {}
    for stock in stocks_of:
        days, closes = _read(stock.ticker)
        own = [bar for bar in days if first_session <= bar.session_date <= last_session]
        if tuple(bar.session_date for bar in own) != sessions:
            odd = sorted({bar.session_date for bar in own} ^ set(sessions))
            raise MarketIncomplete(f"{stock.ticker}: {', '.join(str(day) for day in odd[:5])}")
        bars.update({(stock.unit_code, bar.session_date): bar for bar in own})
        earlier[stock.unit_code] = tuple(bar for bar in days if bar.session_date < first_session)
        found = find_corporate_actions([one for one in closes if one.session_date <= last_session])
        actions[stock.unit_code] = tuple(one for one in found if one.ex_date >= first_session)
    return Market(sessions, bars, earlier, actions)


def unit_drafts() -> list[UnitDraft]:
    """Return the units of the market: the dollar and the stocks, traded in whole shares."""
    return [
        UnitDraft(CURRENCY, "currency", 2, "US dollar"),
        *(UnitDraft(stock.unit_code, "security", 0, stock.company) for stock in STOCKS),
    ]


def instrument_drafts(market: Market) -> list[InstrumentDraft]:
    """Return the instruments, with the average volume before the first session."""
    return [
        InstrumentDraft(
            unit_code=stock.unit_code,
            currency_code=CURRENCY,
            calendar_code=CALENDAR,
            settlement_days=SETTLEMENT_DAYS,
            average_daily_volume=market.average_daily_volume(stock.unit_code, market.sessions[0]),
        )
        for stock in STOCKS
        if stock.unit_code in market.actions
    ]


def action_drafts(
    market: Market,
    *,
    instrument_ids: Mapping[str, int],
    calendar: TradingCalendar,
    tax_ppm: int = DIVIDEND_TAX_PPM,
) -> list[DividendDraft | SplitDraft]:
    """Return the corporate actions of the span as announcements, by ex-date."""
    drafts: list[DividendDraft | SplitDraft] = []
    for unit_code, found in market.actions.items():
        for action in found:
            # Whoever traded the day before is recorded: his trade settles on that day.
            record_date = calendar.add_sessions(action.ex_date, SETTLEMENT_DAYS - 1)
            match action:
                case FoundDividend():
                    micro = action.amount * _MICRO_PER_UNIT
                    drafts.append(
                        DividendDraft(
                            instrument_id=instrument_ids[unit_code],
                            announced_on=action.ex_date,
                            ex_date=action.ex_date,
                            record_date=record_date,
                            pay_date=calendar.add_sessions(action.ex_date + PAID_AFTER, 0),
                            amount_micro=micro.numerator // micro.denominator,
                            tax_ppm=tax_ppm,
                        )
                    )
                case FoundSplit():
                    drafts.append(
                        SplitDraft(
                            instrument_id=instrument_ids[unit_code],
                            announced_on=action.ex_date,
                            ex_date=action.ex_date,
                            record_date=record_date,
                            pay_date=record_date,
                            ratio_numerator=action.numerator,
                            ratio_denominator=action.denominator,
                        )
                    )
    return sorted(drafts, key=lambda draft: (draft.ex_date, draft.instrument_id))


def _read(ticker: str) -> tuple[list[Bar], list[ClosingPrice]]:
    """Return a stock's days. The package parses text to floats, whose shortest form is the text again."""
    data = getattr(stocks, ticker)
    days = [date.fromisoformat(day) for day in data["date"]]
    columns = [[Decimal(str(price)) for price in data[name]] for name in ("open", "high", "low", "close")]
    adjusted = [Decimal(str(price)) for price in data["adj_close"]]
    bars = [
        Bar(day, _cents(opened), _cents(high), _cents(low), _cents(close), int(volume))
        for day, volume, opened, high, low, close in zip(days, data["volume"], *columns, strict=True)
    ]
    closes = [ClosingPrice(*row) for row in zip(days, columns[3], adjusted, strict=True)]
    return bars, closes


def _cents(price: Decimal) -> int:
    return int((price * 100).to_integral_value(rounding=ROUND_HALF_UP))
