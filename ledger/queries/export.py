"""The whole journal of a book as text: Beancount, hledger, CSV and JSON Lines.

Streams by a server-side cursor: an export of any length takes little memory. Entries in order of booking
date and id, which an independent tool can check without knowing anything of ours.
"""

import csv
import datetime as dt
import enum
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db import connection, transaction

from ledger.domain.text_journal import (
    amount_text,
    beancount_account,
    commodity,
    hledger_account,
    hledger_commodity,
    one_line,
    quoted,
)
from ledger.models import Account, Book
from ledger.queries.periods import reopenings
from ledger.queries.seals import newest_mark


class AmbiguousAccountName(Exception):
    """Two addresses become one account name in the export's language; rename is not possible, use CSV."""


class ExportFormat(enum.StrEnum):
    """In which language the journal is written."""

    BEANCOUNT = "beancount"
    HLEDGER = "hledger"
    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class ExportedPosting:
    """One posting with what it needs of its entry and account; amount in minor units, debit positive."""

    entry_id: int
    kind: str
    booking_date: dt.date
    value_date: dt.date
    narration: str
    source_reference: str
    caller: str
    idempotency_key: str
    reverses_id: int | None
    adjusts_id: int | None
    position: int | None
    posting_no: int
    address: str
    ring: str
    category_number: int
    category_type: str
    unit_code: str
    exponent: int
    amount_minor: int


_ROWS = """
SELECT
    e.id, e.kind_id, e.booking_date, e.value_date, e.narration, e.source_reference, e.caller,
    e.idempotency_key, e.reverses_id, e.adjusts_id, o.position, p.posting_no, a.address, a.ring, c.number,
    c.type, u.code, u.exponent, p.amount_minor
FROM ledger_posting AS p
INNER JOIN ledger_journalentry AS e ON e.id = p.entry_id
INNER JOIN ledger_account AS a ON a.id = p.account_id
INNER JOIN ledger_accountcategory AS c ON c.number = a.category_id
INNER JOIN ledger_unit AS u ON u.id = p.unit_id
LEFT JOIN ledger_entryposition AS o ON o.entry_id = e.id
WHERE p.book_id = %s
ORDER BY p.booking_date, p.entry_id, p.posting_no
"""


def exported_postings(*, book: Book) -> Iterator[ExportedPosting]:
    """Every posting of the book, in order of booking date, entry and number."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_ROWS, [book.id])
        while rows := cursor.fetchmany(5_000):
            for row in rows:
                yield ExportedPosting(*row)


def export_journal(*, book: Book, export_format: ExportFormat) -> Iterator[str]:
    """The journal in lines, each with its line end.

    :raises AmbiguousAccountName: the format cannot tell two addresses apart.
    """
    return _WRITERS[export_format](book)


def _entries(book: Book) -> Iterator[tuple[ExportedPosting, list[ExportedPosting]]]:
    for _, postings in groupby(exported_postings(book=book), key=lambda posting: posting.entry_id):
        legs = list(postings)
        yield legs[0], legs


def account_names(*, book: Book, export_format: ExportFormat) -> dict[str, str]:
    """Account name by address in Beancount or hledger, each name of one address only.

    Both tools count what stands below an account as its own. So `.../cash/unsettled`, beside an account
    `.../cash`, is no part of it there: it becomes `...:Cash-Unsettled`.

    :raises AmbiguousAccountName: two addresses would get one name.
    """
    name = beancount_account if export_format is ExportFormat.BEANCOUNT else hledger_account
    names: dict[str, str] = {}
    address_of: dict[str, str] = {}
    types = dict(Account.objects.filter(book=book).values_list("address", "category__type").distinct())
    for address in sorted(types):
        above = address.rpartition("/")[0]
        named = name(types[address], address)
        if above in types:
            named = f"{names[above]}-{named.rpartition(':')[2]}"
        if address_of.setdefault(named, address) != address:
            raise AmbiguousAccountName(f"{address} and {address_of[named]}")
        names[address] = named
    return names


def _reopenings(book: Book) -> Iterator[str]:
    """A comment for each period that was opened again after its close; both languages comment alike."""
    for one in reopenings(book_id=book.id):
        yield f"; reopened {one.period} at position {one.last_position}: {one_line(one.reason)}\n"


def _seal(book: Book) -> Iterator[str]:
    """A comment that names the newest seal; what stands behind its last position is not sealed yet."""
    mark = newest_mark(book_id=book.id)
    if mark is not None:
        yield f"; {mark.text}, up to position {mark.tree_size}\n"


def _beancount(book: Book) -> Iterator[str]:
    yield from _seal(book)
    yield from _reopenings(book)
    yield f'option "title" {quoted(f"Plimsoll book {book.code}")}\n'
    yield f'option "operating_currency" "{commodity(book.base_unit.code)}"\n\n'
    first_day = book.days.order_by("business_date").values_list("business_date", flat=True).first()
    names = account_names(book=book, export_format=ExportFormat.BEANCOUNT)
    for name in names.values():
        yield f"{first_day or dt.date(1970, 1, 1)} open {name}\n"
    for entry, legs in _entries(book):
        yield f"\n{entry.booking_date} * {quoted(entry.kind)} {quoted(entry.narration)}\n"
        yield f"  entry: {quoted(str(entry.entry_id))}\n  value-date: {entry.value_date}\n"
        yield f"  source: {quoted(entry.source_reference)}\n"
        for leg in legs:
            amount = amount_text(leg.amount_minor, leg.exponent)
            yield f"  {names[leg.address]}  {amount} {commodity(leg.unit_code)}\n"


def _hledger(book: Book) -> Iterator[str]:
    yield f"; Plimsoll book {book.code}\ndecimal-mark .\n"
    yield from _seal(book)
    yield from _reopenings(book)
    units = Account.objects.filter(book=book).values_list("unit__code", "unit__exponent").distinct()
    for code, exponent in units.order_by("unit__code"):
        yield f"commodity {'1000.' + '0' * exponent} {hledger_commodity(code)}\n"
    names = account_names(book=book, export_format=ExportFormat.HLEDGER)
    for name in names.values():
        yield f"account {name}\n"
    for entry, legs in _entries(book):
        yield f"\n{entry.booking_date}={entry.value_date} * ({entry.entry_id}) {entry.kind} | "
        yield f"{one_line(entry.narration)}  ; source:{one_line(entry.source_reference)}\n"
        for leg in legs:
            amount = amount_text(leg.amount_minor, leg.exponent)
            yield f"    {names[leg.address]}  {amount} {hledger_commodity(leg.unit_code)}\n"


CSV_COLUMNS = (
    "entry_id,position,posting_no,booking_date,value_date,kind,narration,source_reference,reverses,adjusts,"
    "address,ring,category,unit,debit,credit"
)


def _csv(book: Book) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    yield CSV_COLUMNS + "\n"
    for leg in exported_postings(book=book):
        amount = amount_text(abs(leg.amount_minor), leg.exponent)
        debit, credit = (amount, "") if leg.amount_minor > 0 else ("", amount)
        writer.writerow(
            [
                leg.entry_id,
                leg.position,
                leg.posting_no,
                leg.booking_date,
                leg.value_date,
                leg.kind,
                leg.narration,
                leg.source_reference,
                leg.reverses_id,
                leg.adjusts_id,
                leg.address,
                leg.ring,
                leg.category_number,
                leg.unit_code,
                debit,
                credit,
            ]
        )
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _jsonl(book: Book) -> Iterator[str]:
    for entry, legs in _entries(book):
        document = {
            "entry": entry.entry_id,
            "position": entry.position,
            "book": book.code,
            "kind": entry.kind,
            "booking_date": entry.booking_date.isoformat(),
            "value_date": entry.value_date.isoformat(),
            "narration": entry.narration,
            "source_reference": entry.source_reference,
            "caller": entry.caller,
            "idempotency_key": entry.idempotency_key,
            "reverses": entry.reverses_id,
            "adjusts": entry.adjusts_id,
            "postings": [
                {
                    "number": leg.posting_no,
                    "address": leg.address,
                    "unit": leg.unit_code,
                    "amount": amount_text(leg.amount_minor, leg.exponent),
                }
                for leg in legs
            ],
        }
        yield json.dumps(document, ensure_ascii=False) + "\n"


_WRITERS: dict[ExportFormat, Callable[[Book], Iterator[str]]] = {
    ExportFormat.BEANCOUNT: _beancount,
    ExportFormat.HLEDGER: _hledger,
    ExportFormat.CSV: _csv,
    ExportFormat.JSONL: _jsonl,
}
