"""Read a journal or a trial balance from CSV, by a profile that says which column holds what.

One row is one leg. Rows of one transaction number belong together, wherever they stand; without such a column
all rows are one transaction, as in a trial balance.
"""

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ledger.domain.foreign_journal import (
    LONGEST_LINE,
    ForeignPosting,
    ForeignTransaction,
    Item,
    Unbookable,
    UnreadableFile,
    refused,
    shown,
)

_COLUMNS = ("transaction", "date", "account", "unit", "amount", "side", "debit", "credit")


@dataclass(frozen=True, slots=True)
class CsvProfile:
    """Which column holds what. Amounts: one signed column, one with a side, or a column for each side."""

    columns: Mapping[str, str]
    date_format: str = "%Y-%m-%d"
    delimiter: str = ","
    debit_words: tuple[str, ...] = ("debit", "d", "dr")
    credit_words: tuple[str, ...] = ("credit", "c", "cr")
    credit_positive: bool = False
    unit: str = ""


DEFAULT_PROFILE = CsvProfile({name: name for name in _COLUMNS})


def csv_profile(text: str) -> CsvProfile:
    """A profile from its JSON.

    :raises UnreadableFile: it is no JSON object, or names something that a profile has not.
    """
    try:
        given = json.loads(text)
        profile = CsvProfile(
            columns={str(key): str(value) for key, value in given.pop("columns").items()},
            debit_words=tuple(str(word).lower() for word in given.pop("debit_words", ("debit", "d", "dr"))),
            credit_words=tuple(
                str(word).lower() for word in given.pop("credit_words", ("credit", "c", "cr"))
            ),
            credit_positive=given.pop("credit_positive", False) is True,
            **{key: str(given.pop(key)) for key in ("date_format", "delimiter", "unit") if key in given},
        )
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise UnreadableFile(f"The profile is no JSON object with columns: {str(error)[:80]}") from error
    unknown = sorted({*profile.columns} - {*_COLUMNS} | {*given})
    if unknown:
        raise UnreadableFile(f"The profile names {', '.join(unknown)[:80]}; known are {', '.join(_COLUMNS)}.")
    if len(profile.delimiter) != 1 or profile.delimiter in '"\n\r':
        raise UnreadableFile("The profile's delimiter is one character, not a quote or a line's end.")
    return profile


def read_csv_journal(text: str, *, profile: CsvProfile = DEFAULT_PROFILE) -> Iterator[Item]:
    """Every transaction of the file, in the order of their first rows; rows that cannot be read are refused.

    :raises UnreadableFile: a column that the profile needs is not in the first line.
    """
    rows = _rows(text, profile.delimiter)
    head = next(rows, None)
    if head is None or isinstance(head, Unbookable):
        raise UnreadableFile("The file has no first line that names its columns.")
    places = _places(head[1], profile)
    found: dict[str, list[_Leg | Unbookable]] = {}
    for row in rows:
        if isinstance(row, Unbookable):
            yield row
            continue
        line_no, cells = row
        if not any(cell.strip() for cell in cells):
            continue
        key = cells[places["transaction"]].strip() if _has(cells, places, "transaction") else ""
        found.setdefault(key, []).append(_leg(line_no, cells, places, profile))
    for legs in found.values():
        yield _joined(legs)


@dataclass(frozen=True, slots=True)
class _Leg:
    posting: ForeignPosting
    date: dt.date | None
    text: str


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]] | Unbookable]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line_no = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield refused(line_no, "ledger_import_syntax", f"the row cannot be read: {error}", "")
            continue
        if sum(map(len, cells)) > LONGEST_LINE:
            yield refused(line_no, "ledger_import_line_too_long", "the row is too long to be read", "")
        else:
            yield line_no, cells


def _places(head: list[str], profile: CsvProfile) -> dict[str, int]:
    names = [cell.strip() for cell in head]
    places = {use: names.index(name) for use, name in profile.columns.items() if name in names}
    missing = [use for use in ("account",) if use not in places]
    if not ({"amount"} <= {*places} or {"debit", "credit"} <= {*places}):
        missing.append("amount, or debit and credit")
    if "unit" not in places and not profile.unit:
        missing.append("unit")
    if missing:
        raise UnreadableFile(f"The first line names no column for: {', '.join(missing)}.")
    return places


def _has(cells: list[str], places: Mapping[str, int], use: str) -> bool:
    return use in places and places[use] < len(cells)


def _leg(line_no: int, cells: list[str], places: Mapping[str, int], profile: CsvProfile) -> _Leg | Unbookable:
    text = shown(profile.delimiter.join(cells))

    def cell(use: str) -> str:
        return cells[places[use]].strip() if _has(cells, places, use) else ""

    date = None
    if cell("date"):
        try:
            date = dt.datetime.strptime(cell("date"), profile.date_format).date()  # noqa: DTZ007
        except (ValueError, IndexError, re.error):
            return refused(line_no, "ledger_import_date", f"not a date as {profile.date_format}", text)
    elif "date" in places:
        return refused(line_no, "ledger_import_date", "the row has no date", text)
    amount = _amount(cell, places, profile)
    if amount is None:
        return refused(line_no, "ledger_import_side", "the row needs exactly one of debit and credit", text)
    posting = ForeignPosting(line_no, cell("account"), amount, cell("unit") or profile.unit)
    return _Leg(posting, date, text)


def _amount(cell: Callable[[str], str], places: Mapping[str, int], profile: CsvProfile) -> str | None:
    """Signed text, debit positive; None where the row does not say one side."""
    if "amount" in places:
        amount = cell("amount")
        side = cell("side").lower()
        if "side" in places:
            if side in profile.credit_words:
                return _negated(amount)
            return amount if side in profile.debit_words else None
        return _negated(amount) if profile.credit_positive else amount
    debit, credit = cell("debit"), cell("credit")
    if bool(debit) == bool(credit):
        return None
    return debit or _negated(credit)


def _negated(amount: str) -> str:
    return amount.removeprefix("-") if amount.startswith("-") else f"-{amount}"


def _joined(legs: list[_Leg | Unbookable]) -> Item:
    """The transaction of its rows; one row that cannot be read refuses them all, and is named."""
    text = shown("\n".join(leg.text for leg in legs))
    readable = [leg for leg in legs if isinstance(leg, _Leg)]
    for leg in legs:
        if isinstance(leg, Unbookable):
            return refused(leg.line_no, leg.code, leg.detail, text)
    dates = {leg.date for leg in readable}
    first = readable[0].posting.line_no
    if len(dates) > 1:
        return refused(first, "ledger_import_date", "the rows of one transaction differ in date", text)
    return ForeignTransaction(first, dates.pop(), tuple(leg.posting for leg in readable), text)
