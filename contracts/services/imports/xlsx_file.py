"""Read the rows of an XLSX file, a part at a time; what is no plain table is refused before it costs much.

Formulas come as formulas, never as the value that somebody's program left beside them.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext_lazy as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from contracts.services.imports.csv_file import OLD_EXCEL, ZIP
from contracts.services.imports.form import FileUnreadable, Row, Unfit

MOST_UNPACKED_BYTES = 200_000_000
MOST_TIMES_PACKED = 200
"""A table packs to a tenth or a fiftieth; beyond this it was made to burst."""
SMALL_BYTES = 5_000_000
MOST_ROW_NO = 1_048_576
MOST_CELLS = 1_000
PART_BYTES = 1_000_000
OVERLAP_BYTES = 200
ROWS_AT_A_TIME = 1_000

MERGED = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
)
"""What openpyxl and the archive raise for content that is not what it says."""


def xlsx_rows(*, content: bytes) -> Iterator[Row]:
    """Every row of the one sheet that has any, under its number.

    :raises FileUnreadable: another kind of file, several tables, merged cells, a file that unpacks too far.
    """
    if content.startswith(OLD_EXCEL):
        raise FileUnreadable.because(
            "old_excel",
            _("This is an old Excel file, or has a password; save it as XLSX or CSV without one."),
        )
    if not content.startswith(ZIP):
        raise _no_workbook()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_burst(archive)
            for part in archive.infolist():
                if part.filename.lower().endswith((".xml", ".rels")):
                    _look_into(archive.open(part))
        with warnings.catch_warnings(action="ignore"):
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # what the file says of its own size is not to be relied on
            sheet = _the_only_table(book.worksheets)
    except BROKEN as error:
        raise _no_workbook() from error
    if sheet is not None:
        yield from _rows(sheet)


def _no_workbook() -> FileUnreadable:
    return FileUnreadable.because(
        "not_a_table", _("This is no XLSX file; save the table as XLSX or as CSV UTF-8.")
    )


def _refuse_burst(archive: zipfile.ZipFile) -> None:
    unpacked = sum(one.file_size for one in archive.infolist())
    packed = sum(one.compress_size for one in archive.infolist())
    if unpacked > MOST_UNPACKED_BYTES:
        raise FileUnreadable.because("too_long", _("The file holds more than one import takes; split it."))
    if unpacked > SMALL_BYTES and unpacked > packed * MOST_TIMES_PACKED:
        raise FileUnreadable.because(
            "unpacks_too_far",
            _("The file unpacks to far more than a table; copy the table into a new file and save that."),
        )


def _look_into(part: IO[bytes]) -> None:
    """Look for merged cells and declarations in the bytes, without making a tree of them."""
    rest = b""
    with part:
        while block := part.read(PART_BYTES):
            window = rest + block
            if DECLARED.search(window):
                raise _no_workbook()
            merged = MERGED.search(window)
            if merged:
                raise FileUnreadable.because(
                    "merged_cells", _("Cells are merged; unmerge them."), merged.group(1).decode()
                )
            rest = window[-OVERLAP_BYTES:]


def _the_only_table(sheets: list[Any]) -> Any:
    """The first sheet with a cell in it; Excel of old adds empty ones."""
    used = [
        sheet for sheet in sheets if any(any(one.value is not None for one in row) for row in _begin(sheet))
    ]
    if len(used) > 1:
        raise FileUnreadable.because(
            "several_sheets", _("Keep one sheet in the file."), ", ".join(one.title for one in used)[:60]
        )
    return used[0] if used else None


def _begin(sheet: Any) -> Iterator[Any]:
    return islice(sheet.iter_rows(), ROWS_AT_A_TIME)


def _rows(sheet: Any) -> Iterator[Row]:
    rows = enumerate(sheet.iter_rows(), start=1)
    percents: dict[int, bool] = {}
    while True:
        # Not around the loop: a filter of warnings holds for the whole process, the caller's part included.
        try:
            with warnings.catch_warnings(action="ignore"):
                some = list(islice(rows, ROWS_AT_A_TIME))
        except BROKEN as error:
            raise _no_workbook() from error
        if not some:
            return
        for row_no, cells in some:
            if row_no > MOST_ROW_NO:
                raise FileUnreadable.because(
                    "too_long", _("The file holds more than one import takes; split it.")
                )
            if len(cells) > MOST_CELLS:
                raise FileUnreadable.because(
                    "too_wide",
                    _("A cell stands far to the right; copy the table alone into a new file."),
                    line_no=row_no,
                )
            yield row_no, [_value(cell, percents) for cell in cells]


def _value(cell: Any, percents: dict[int, bool]) -> Any:
    value = cell.value
    if value is None or (type(value) is str and cell.data_type == "s"):
        return value
    if cell.data_type == "f":
        return Unfit("formula", value if isinstance(value, str) else "=")
    if cell.data_type == "e":
        return Unfit("error_cell", str(value))
    if type(value) in (int, float):
        # What shows as 5.5 % is kept as 0.055: whoever reads the number alone is wrong by a hundred.
        style = cell._style_id  # noqa: SLF001 - the number format by itself is looked up a million times
        if style not in percents:
            percents[style] = "%" in (cell.number_format or "")
        if percents[style]:
            return Unfit("percent_cell", str(value))
    return value
