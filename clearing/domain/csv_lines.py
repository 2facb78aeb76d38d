"""Lines of a delivered CSV file, each read or refused by itself; nothing is dropped in silence.

A line is a physical line: a field does not run over several. The header names the columns in any order. A
line that cannot be read is kept as it came, with a reason (a name for machines) and an explanation (for
people). Blank lines say nothing and are skipped.

Source: DESIGN 1, rule 6; DESIGN 6 (rejected and kept with the reason).
"""

import csv
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

_DECIMAL = re.compile(r"(-?)(\d{1,12})(?:\.(\d+))?", re.ASCII)
_WHOLE = re.compile(r"\d{1,15}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class LineRefused(ValueError):
    """The line cannot be taken; ``reason`` names why, the sentence says what to do."""

    def __init__(self, reason: str, explanation: str) -> None:
        super().__init__(explanation)
        self.reason = reason
        self.explanation = explanation


@dataclass(frozen=True, slots=True)
class CsvLine:
    """A line with all required columns, as text."""

    number: int
    raw: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line as it came, with why it was not taken."""

    number: int
    raw: str
    reason: str
    explanation: str


@dataclass(frozen=True, slots=True)
class CsvLines:
    """A file's lines: those that have the columns, and the others."""

    lines: tuple[CsvLine, ...]
    rejected: tuple[RejectedLine, ...]


def read_csv_lines(
    raw: bytes, *, columns: Collection[str], optional: Collection[str] = frozenset()
) -> CsvLines:
    """Return the lines under the header; without a usable header the whole file is one rejected line.

    Bytes that are not UTF-8 are shown as escapes, so that their line is kept and refused for what it holds.
    """
    text = raw.decode("utf-8-sig", errors="backslashreplace").replace("\0", "\\x00")
    physical = text.splitlines()
    header = _cells(physical[0]) if physical else None
    problem = _header_problem(header, columns, optional)
    if header is None or problem:
        explanation = problem or f"The first line is not a header; it names {', '.join(sorted(columns))}."
        return CsvLines((), (RejectedLine(1, text, "header_unknown", explanation),))
    lines: list[CsvLine] = []
    rejected: list[RejectedLine] = []
    for number, line in enumerate(physical[1:], start=2):
        if not line.strip():
            continue
        cells = _cells(line)
        if cells is None or len(cells) != len(header):
            said = "unreadable quotes" if cells is None else f"{len(cells)} fields"
            rejected.append(
                RejectedLine(
                    number, line, "fields_missing", f"The header names {len(header)} columns; here: {said}."
                )
            )
            continue
        lines.append(CsvLine(number, line, dict(zip(header, cells, strict=True))))
    return CsvLines(tuple(lines), tuple(rejected))


def parse_minor(text: str, *, exponent: int, column: str) -> int:
    """Return a decimal as an integer in units of ``10**-exponent``; more decimals than that are refused.

    :raises LineRefused: ``<column>_not_a_number`` or ``<column>_too_fine``.
    """
    match = _DECIMAL.fullmatch(text)
    if not match:
        raise LineRefused(f"{column}_not_a_number", f"{column} is a decimal such as 12.34, not {text!r}.")
    sign, whole, decimals = match[1], match[2], (match[3] or "").rstrip("0")
    if len(decimals) > exponent:
        raise LineRefused(f"{column}_too_fine", f"{column} has at most {exponent} decimals: {text}.")
    return int(sign + whole + decimals.ljust(exponent, "0"))


def parse_whole(text: str, *, column: str) -> int:
    """Return a whole number of zero or more.

    :raises LineRefused: ``<column>_not_a_number``.
    """
    if not _WHOLE.fullmatch(text):
        raise LineRefused(f"{column}_not_a_number", f"{column} is a whole number, not {text!r}.")
    return int(text)


def parse_day(text: str, *, column: str) -> date:
    """Return a day written as YYYY-MM-DD.

    :raises LineRefused: ``<column>_not_a_date``.
    """
    try:
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise LineRefused(f"{column}_not_a_date", f"{column} is written YYYY-MM-DD, not {text!r}.") from None


def parse_instant(text: str, *, column: str) -> datetime:
    """Return an instant written in ISO 8601 with its offset, in UTC.

    :raises LineRefused: ``<column>_not_an_instant``.
    """
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is None:
            raise ValueError(text)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise LineRefused(
            f"{column}_not_an_instant", f"{column} is ISO 8601 with an offset, not {text!r}."
        ) from None


def _cells(line: str) -> list[str] | None:
    try:
        rows = list(csv.reader([line], strict=True))
    except csv.Error:
        return None
    return [cell.strip() for cell in rows[0]] if rows else []


def _header_problem(header: list[str] | None, columns: Collection[str], optional: Collection[str]) -> str:
    if header is None:
        return ""
    missing = sorted(set(columns) - set(header))
    unknown = sorted(set(header) - set(columns) - set(optional))
    if missing:
        return f"The header lacks {', '.join(missing)}."
    if unknown:
        return f"The header names what is not known: {', '.join(unknown)}."
    return "" if len(set(header)) == len(header) else "The header names a column twice."
