"""Take in what a price source delivers: the file as it came, its quotes, and each line that is none."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from accounts.services.violations import refusing
from clearing.domain.csv_lines import CsvLine, LineRefused, RejectedLine, read_csv_lines
from clearing.marks.domain.quote_lines import COLUMNS, QuoteLine, read_quote_line
from clearing.marks.models import Instrument, PriceSource, Quote, QuoteFile, RejectedQuote
from clearing.marks.queries.marks import instruments_by_code

_Key = tuple[int, date, datetime]
_Said = dict[_Key, tuple[int, int]]


class PriceSourceUnknown(LookupError):
    """No such price source: register it first."""


class ConcurrentQuoteImport(RuntimeError):
    """Another import of this source wrote the same quotes at the same time: run it again."""


@dataclass(frozen=True, slots=True)
class QuoteImport:
    """What became of a file. A replay is a file whose bytes were taken in before: nothing is written."""

    file_id: int
    quote_count: int
    rejected: tuple[RejectedLine, ...]
    is_replay: bool


def _no_progress(_done: int) -> None:
    return None


def import_quotes(
    *,
    book_id: int,
    source_code: str,
    raw: bytes,
    file_name: str,
    received_at: datetime,
    on_progress: Callable[[int], object] = _no_progress,
) -> QuoteImport:
    """Keep a CSV file and its quotes; every line becomes a quote or a rejected line with a named reason.

    Owns its transaction, or joins one. Idempotent by the file's bytes. Prices in minor units of the
    instrument's currency. Whether a price is any good is not judged here but when the mark is fixed.
    ``on_progress`` is told the number of lines read, a thousand at a time.

    Source: DESIGN 6 (quote), DESIGN 11 (commands).

    :raises PriceSourceUnknown: the source is not registered.
    :raises ConcurrentQuoteImport: the same quotes are being written by another import.
    """
    source = PriceSource.objects.filter(code=source_code).first()
    if source is None:
        raise PriceSourceUnknown(f"price source {source_code!r} is not registered")
    sha256 = hashlib.sha256(raw).digest()
    known = QuoteFile.objects.filter(book_id=book_id, source=source, sha256=sha256).first()
    if known is not None:
        return _replay(known)
    read = read_csv_lines(raw, columns=COLUMNS)
    instruments = instruments_by_code(codes={line.fields["instrument"] for line in read.lines})
    said = _said_before(book_id, source, read.lines, instruments)
    quotes, refused = _read(read.lines, instruments, said, on_progress)
    rejected = tuple(sorted([*read.rejected, *refused], key=lambda line: line.number))
    file = QuoteFile(
        book_id=book_id,
        source=source,
        file_name=file_name,
        original=raw,
        sha256=sha256,
        received_at=received_at,
        line_count=len(quotes) + len(rejected),
        rejected_count=len(rejected),
    )
    _write(file, quotes, rejected, instruments)
    return QuoteImport(file.pk, len(quotes), rejected, is_replay=False)


def _replay(file: QuoteFile) -> QuoteImport:
    rejected = tuple(
        RejectedLine(line.line_number, line.raw, line.reason, line.explanation)
        for line in file.rejected.order_by("line_number")
    )
    return QuoteImport(file.pk, file.line_count - file.rejected_count, rejected, is_replay=True)


def _said_before(
    book_id: int, source: PriceSource, lines: Sequence[CsvLine], instruments: dict[str, Instrument]
) -> _Said:
    """Return price and epoch of what the source said of these instruments in the sessions that lines name."""
    dates = {line.fields["session_date"] for line in lines}
    readable = sorted(day for day in dates if _is_day(day))
    if not readable or not instruments:
        return {}
    before = Quote.objects.filter(
        book_id=book_id,
        source=source,
        session_date__gte=readable[0],
        session_date__lte=readable[-1],
        instrument__in=instruments.values(),
    )
    return {
        (instrument_id, session_date, quoted_at): (price_minor, epoch)
        for instrument_id, session_date, quoted_at, price_minor, epoch in before.values_list(
            "instrument_id", "session_date", "quoted_at", "price_minor", "epoch"
        )
    }


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def _read(
    lines: Sequence[CsvLine],
    instruments: dict[str, Instrument],
    said: _Said,
    on_progress: Callable[[int], object],
) -> tuple[list[QuoteLine], list[RejectedLine]]:
    quotes: list[QuoteLine] = []
    rejected: list[RejectedLine] = []
    for count, line in enumerate(lines, start=1):
        try:
            quotes.append(_read_line(line, instruments, said))
        except LineRefused as refusal:
            rejected.append(RejectedLine(line.number, line.raw, refusal.reason, refusal.explanation))
        if count % 1000 == 0:
            on_progress(1000)
    on_progress(len(lines) % 1000)
    return quotes, rejected


def _read_line(line: CsvLine, instruments: dict[str, Instrument], said: _Said) -> QuoteLine:
    instrument = instruments.get(line.fields["instrument"])
    if instrument is None:
        raise LineRefused(
            "instrument_unknown", f"Register the instrument {line.fields['instrument']!r} or mend the code."
        )
    quote = read_quote_line(line, currency_exponent=instrument.currency.exponent)
    key = (instrument.pk, quote.session_date, quote.quoted_at)
    before = said.get(key)
    if before == (quote.price_minor, quote.epoch):
        raise LineRefused("quote_repeated", "The source said exactly this before; once is enough.")
    if before is not None:
        raise LineRefused("quote_conflicting", "The source said another price for the same instant before.")
    said[key] = (quote.price_minor, quote.epoch)
    return quote


def _write(
    file: QuoteFile,
    quotes: Sequence[QuoteLine],
    rejected: Sequence[RejectedLine],
    instruments: dict[str, Instrument],
) -> None:
    taken = ConcurrentQuoteImport("another import of this source wrote the same quotes")
    with refusing(refusals={"marks_quote_said_once": taken, "marks_quotefile_content_unique": taken}):
        file.save(force_insert=True)
        Quote.objects.bulk_create(
            [
                Quote(
                    book_id=file.book_id,
                    file=file,
                    source_id=file.source_id,
                    instrument=instruments[quote.instrument],
                    session_date=quote.session_date,
                    quoted_at=quote.quoted_at,
                    price_minor=quote.price_minor,
                    epoch=quote.epoch,
                    received_at=file.received_at,
                )
                for quote in quotes
            ],
            batch_size=5000,
        )
        RejectedQuote.objects.bulk_create(
            [
                RejectedQuote(
                    file=file,
                    line_number=line.number,
                    raw=line.raw,
                    reason=line.reason,
                    explanation=line.explanation,
                )
                for line in rejected
            ],
            batch_size=5000,
        )
