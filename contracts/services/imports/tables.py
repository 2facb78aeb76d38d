"""Read a table from CSV or XLSX as lines of plain text, and name what cannot be read.

Whatever the file, a cell becomes the text that a person would have typed: codes, days as 2026-01-31, numbers
with a point. What has no such text (a formula, an error, a day kept as a number) is refused by name.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contracts.services.imports.csv_file import csv_rows
from contracts.services.imports.form import Column, Fault, FileUnreadable, Line, Row, Unfit
from contracts.services.imports.xlsx_file import xlsx_rows

MOST_LINES = 500_000
STRIPPED = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b"
"""White space, that of Chinese keyboards among it, and marks that nobody sees."""
CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")

SENTENCES: dict[str, str | Promise] = {
    "formula": _("This is a formula; paste its value."),
    "error_cell": _("A formula has failed in this cell; write the value."),
    "percent_cell": _("The cell is formatted as per cent; format it as a number and write 5.5 for 5.5 %."),
    "control_character": _("The cell holds a line break or an invisible character; type it anew."),
    "not_text": _("Write text or a number, not true or false."),
    "is_day": _("This is a day; write what the column asks for."),
    "day_with_time": _("Write the day without a time."),
    "day_as_number": _("The day is kept as a number; format the cell as a date."),
    "code_as_number": _("The code is kept as a number; format the column as text and type it anew."),
    "missing": _("Fill this cell in."),
    "cells_beyond_heading": _("More cells than columns; quote text with commas."),
}


def read_table(
    *, content: bytes, file_format: str, encoding: str, columns: Sequence[Column]
) -> Iterator[tuple[Line, list[Fault]]]:
    """Every line of the table under its columns' names, with the faults of its cells; empty ones are skipped.

    :raises FileUnreadable: encoding, kind of file, heading or size are not those of the form.
    """
    rows = (
        xlsx_rows(content=content) if file_format == "xlsx" else csv_rows(content=content, encoding=encoding)
    )
    heading = _heading(rows, columns)
    absent = {column.name: "" for column in columns if column not in heading}
    width = len(heading)
    count = 0
    for line_no, row in rows:
        if not any(cell not in (None, "") and not _is_blank(cell) for cell in row):
            continue
        count += 1
        if count > MOST_LINES:
            raise FileUnreadable.because(
                "too_long", _("The file holds more than one import takes; split it.")
            )
        faults: list[Fault] = []
        if len(row) > width and any(not _is_blank(cell) for cell in row[width:]):
            faults.append(_fault(line_no, "", "cells_beyond_heading"))
        elif len(row) < width:
            row = [*row, *[None] * (width - len(row))]
        cells = dict(absent)
        for column, value in zip(heading, row, strict=False):
            text, code = _text_of(value, column)
            cells[column.name] = text
            if code:
                shown = value.value if isinstance(value, Unfit) else str(value)
                faults.append(_fault(line_no, column.name, code, shown))
            elif not text and column.is_required:
                faults.append(_fault(line_no, column.name, "missing"))
        yield Line(line_no, cells), faults


def _heading(rows: Iterator[Row], columns: Sequence[Column]) -> list[Column]:
    """The columns in the order of the file; all that is wrong with the heading is told at once."""
    line_no, row = next(rows, (1, []))
    names = ["" if isinstance(cell, Unfit) else _name_of(cell) for cell in row]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise FileUnreadable.because("empty", _("The file is empty; its first line names the columns."))
    known = {column.name: column for column in columns}
    faults = [
        Fault(
            line_no, name, "unknown_column", _("This column is not of the form; remove or rename it."), name
        )
        for name in names
        if name not in known
    ]
    faults += [
        Fault(line_no, name, "column_twice", _("This column stands twice; keep one."), name)
        for name in dict.fromkeys(names)
        if name in known and names.count(name) > 1
    ]
    faults += [
        Fault(
            line_no,
            name,
            "missing_column",
            _("This column of the form is missing; add it, or use the template."),
        )
        for name, column in known.items()
        if column.is_required and name not in names
    ]
    if faults:
        raise FileUnreadable(*faults)
    return [known[name] for name in names]


def _name_of(cell: Any) -> str:
    return str(cell or "").strip(STRIPPED).lower().replace(" ", "_")[:60]


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip(STRIPPED))


def _fault(line_no: int, column: str, code: str, value: str = "") -> Fault:
    return Fault(line_no, column, code, SENTENCES[code], CONTROL.sub("�", value)[:60])


def _text_of(value: Any, column: Column) -> tuple[str, str]:
    """The text of a cell and nothing, or nothing and the code of its fault."""
    if value is None:
        return "", ""
    if type(value) is str:
        text = value.strip(STRIPPED)
        if text.startswith("="):
            return "", "formula"
        return ("", "control_character") if CONTROL.search(text) else (text, "")
    if isinstance(value, Unfit):
        return "", value.code
    if isinstance(value, bool):
        return "", "not_text"
    if isinstance(value, dt.datetime | dt.date):
        if not column.is_day:
            return "", "is_day"
        if isinstance(value, dt.datetime) and value.time() != dt.time():
            return "", "day_with_time"
        return f"{value:%Y-%m-%d}", ""
    if isinstance(value, int | float):
        return _text_of_number(value, column)
    return "", "not_text"


def _text_of_number(value: int | float, column: Column) -> tuple[str, str]:
    if column.is_day:
        return "", "day_as_number"
    if column.is_number:
        # The shortest text of a float is what was typed; digits beyond the form's are refused later.
        return format(Decimal(repr(value)), "f"), ""
    return ("", "code_as_number") if isinstance(value, float) else (str(value), "")
