"""A small market: IBM and Microsoft, quoted by Anchor, Beacon and Drift, around the Lehman Monday."""

import datetime as dt
from dataclasses import dataclass

from accounts.models import User
from clearing.marks.models import Instrument
from clearing.marks.services.instruments import InstrumentDraft, register_instruments, register_price_sources
from clearing.marks.services.quotes import QuoteImport, import_quotes
from ledger.models import Book
from ledger.services.books import UnitDraft, create_book, create_units
from ledger.services.calendars import add_sessions

FRIDAY = dt.date(2008, 9, 12)
MONDAY = dt.date(2008, 9, 15)
TUESDAY = dt.date(2008, 9, 16)
SATURDAY = dt.date(2008, 9, 13)
SESSIONS = [
    day
    for day in (dt.date(2008, 9, 8) + dt.timedelta(days=count) for count in range(60))
    if day.weekday() < 5
]
EVENING = dt.datetime(2008, 9, 15, 22, tzinfo=dt.UTC)
HEADER = "instrument,session_date,price,quoted_at,epoch"


@dataclass
class SmallMarket:
    book: Book
    maker: User
    ibm: Instrument
    msft: Instrument

    def says(self, source: str, *lines: str) -> QuoteImport:
        raw = "\n".join([HEADER, *lines, ""]).encode()
        return import_quotes(
            book_id=self.book.pk, source_code=source, raw=raw, file_name=f"{source}.csv", received_at=EVENING
        )


def line(
    price: str, *, instrument: str = "XNYS:IBM", day: dt.date = MONDAY, at: str = "21:00", epoch: int = 1
) -> str:
    return f"{instrument},{day},{price},{day}T{at}:00+00:00,{epoch}"


def small_market() -> SmallMarket:
    create_units(
        drafts=[
            UnitDraft("USD", "currency", 2, "US dollar"),
            UnitDraft("XNYS:IBM", "security", 0, "IBM"),
            UnitDraft("XNAS:MSFT", "security", 0, "Microsoft"),
        ]
    )
    maker = User.objects.get(username="day-runner")
    add_sessions(calendar_code="XNYS", sessions=SESSIONS)
    instruments = register_instruments(
        drafts=[
            InstrumentDraft(unit_code=code, currency_code="USD", calendar_code="XNYS", settlement_days=3)
            for code in ("XNYS:IBM", "XNAS:MSFT")
        ],
        actor_id=maker.pk,
        reason="listed",
    )
    register_price_sources(labels={"anchor": "Anchor Data", "beacon": "Beacon Markets", "drift": "Drift"})
    return SmallMarket(
        book=create_book(code="MAIN", name="Main pool", base_unit_code="USD"),
        maker=maker,
        ibm=instruments["XNYS:IBM"],
        msft=instruments["XNAS:MSFT"],
    )
