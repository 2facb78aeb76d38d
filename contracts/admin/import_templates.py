"""Files to begin with: the column names of an import and an example line, as CSV and as XLSX."""

import csv
import datetime as dt
import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from contracts.services.imports.form import Column

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def template_csv(columns: Sequence[Column]) -> bytes:
    """With a byte order mark: without one Excel takes UTF-8 for something else."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.name for column in columns])
    writer.writerow([column.example for column in columns])
    return out.getvalue().encode("utf-8-sig")


def template_xlsx(columns: Sequence[Column], title: str) -> bytes:
    """Codes as text and days as days, so that the spreadsheet makes no numbers of them."""
    book = Workbook()
    sheet = book.active or book.create_sheet()
    sheet.title = title
    sheet.append([column.name for column in columns])
    sheet.append([_typed(column) for column in columns])
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        shape = "yyyy-mm-dd" if column.is_day else "General" if column.is_number else "@"
        sheet.column_dimensions[letter].number_format = shape
        sheet.column_dimensions[letter].width = max(len(column.name), len(column.example)) + 4
        sheet[f"{letter}1"].font = Font(bold=True)
        sheet[f"{letter}2"].number_format = shape
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _typed(column: Column) -> str | float | dt.date:
    if column.is_day:
        return dt.date.fromisoformat(column.example)
    return float(column.example) if column.is_number else column.example
