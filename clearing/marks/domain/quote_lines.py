"""A line of a quote file: instrument, session_date, price, quoted_at, epoch.

The price is in the currency of the instrument, the epoch the corporate-action epoch that it is of (1 before
the first split). Zero and negative prices are read: judging them is the mark's business.
"""

from dataclasses import dataclass
from datetime import date, datetime

from clearing.domain.csv_lines import CsvLine, LineRefused, parse_day, parse_instant, parse_minor, parse_whole

COLUMNS = ("instrument", "session_date", "price", "quoted_at", "epoch")


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """A line read; ``price_minor`` in minor units of the instrument's currency."""

    instrument: str
    session_date: date
    price_minor: int
    quoted_at: datetime
    epoch: int


def read_quote_line(line: CsvLine, *, currency_exponent: int) -> QuoteLine:
    """Return the line's quote.

    :raises LineRefused: a field cannot be read; ``reason`` names it.
    """
    fields = line.fields
    epoch = parse_whole(fields["epoch"], column="epoch")
    if not 1 <= epoch <= 1_000_000:
        raise LineRefused("epoch_out_of_range", f"Epochs count from 1: {epoch}.")
    return QuoteLine(
        instrument=fields["instrument"],
        session_date=parse_day(fields["session_date"], column="session_date"),
        price_minor=parse_minor(fields["price"], exponent=currency_exponent, column="price"),
        quoted_at=parse_instant(fields["quoted_at"], column="quoted_at"),
        epoch=epoch,
    )
