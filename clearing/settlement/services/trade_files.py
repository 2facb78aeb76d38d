"""Take in a broker's file of executions."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from clearing.domain.csv_lines import CsvLine, LineRefused, RejectedLine, read_csv_lines
from clearing.marks.models import Instrument
from clearing.marks.queries.marks import instruments_by_code
from clearing.settlement.domain.trade_lines import COLUMNS, OPTIONAL, TradeRow, read_trade_line
from clearing.settlement.models import Trade, TradeFile
from clearing.settlement.services.rejected import keep_rejected
from clearing.settlement.services.trades import TradeFinding, import_trades


@dataclass(frozen=True, slots=True)
class TradeFileImport:
    """What became of a file. A replay is a file whose bytes were taken in before: nothing is written."""

    file_id: int
    booked_count: int
    replayed_count: int
    rejected: tuple[RejectedLine, ...]
    findings: tuple[TradeFinding, ...]
    is_replay: bool


def _no_progress(_done: int) -> None:
    return None


def import_trade_file(
    *,
    book_id: int,
    raw: bytes,
    file_name: str,
    received_at: datetime,
    booking_date: date,
    maker_id: int,
    on_progress: Callable[[int], object] = _no_progress,
) -> TradeFileImport:
    """Keep a CSV file of executions and book them; every line becomes a trade or a kept rejection.

    Owns its transaction, or joins one. Idempotent by the file's bytes and by each broker's reference.
    ``on_progress`` is told the number of lines read, a thousand at a time.

    :raises LedgerRefusal: the ledger refuses, and nothing was booked, the file included.
    """
    sha256 = hashlib.sha256(raw).digest()
    known = TradeFile.objects.filter(book_id=book_id, sha256=sha256).first()
    if known is not None:
        return _replay(known)
    read = read_csv_lines(raw, columns=COLUMNS, optional=OPTIONAL)
    instruments = instruments_by_code(codes={line.fields["instrument"] for line in read.lines})
    rows: list[TradeRow] = []
    refused: list[RejectedLine] = list(read.rejected)
    for count, line in enumerate(read.lines, start=1):
        try:
            rows.append(_read_line(line, instruments))
        except LineRefused as refusal:
            refused.append(RejectedLine(line.number, line.raw, refusal.reason, refusal.explanation))
        if count % 1000 == 0:
            on_progress(1000)
    on_progress(len(read.lines) % 1000)
    with transaction.atomic():
        file = TradeFile.objects.create(
            book_id=book_id, file_name=file_name, original=raw, sha256=sha256, received_at=received_at
        )
        booked = import_trades(
            book_id=book_id, rows=rows, booking_date=booking_date, maker_id=maker_id, file_id=file.pk
        )
        keep_rejected(book_id=book_id, file_id=file.pk, business_date=booking_date, lines=refused)
    rejected = sorted([*refused, *booked.rejected], key=lambda line: line.number)
    return TradeFileImport(
        file_id=file.pk,
        booked_count=len(booked.trades),
        replayed_count=booked.replayed_count,
        rejected=tuple(rejected),
        findings=booked.findings,
        is_replay=False,
    )


def _read_line(line: CsvLine, instruments: dict[str, Instrument]) -> TradeRow:
    instrument = instruments.get(line.fields["instrument"])
    if instrument is None:
        raise LineRefused("instrument_unknown", f"There is no instrument {line.fields['instrument']!r}.")
    return read_trade_line(
        line,
        currency_exponent=instrument.currency.exponent,
        quantity_exponent=instrument.unit.exponent,
    )


def _replay(file: TradeFile) -> TradeFileImport:
    rejected = tuple(
        RejectedLine(line.line_number, line.raw, line.reason, line.explanation)
        for line in file.rejected.order_by("line_number", "pk")
    )
    return TradeFileImport(
        file_id=file.pk,
        booked_count=0,
        replayed_count=Trade.objects.filter(file=file).count(),
        rejected=rejected,
        findings=(),
        is_replay=True,
    )
