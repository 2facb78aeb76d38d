"""Files as spreadsheets really write them: what is read of them, and what is refused by name."""

import datetime as dt
import io
import zipfile

import pytest
from openpyxl import Workbook

from contracts.services.imports.form import Column, FileUnreadable
from contracts.services.imports.tables import read_table

COLUMNS = (
    Column("code", "", ""),
    Column("day", "", "", is_required=False, is_day=True),
    Column("rate", "", "", is_required=False, is_number=True),
)
CHEN = "陈伟"


def read(
    content: bytes | str, file_format: str = "csv", encoding: str = "utf-8"
) -> tuple[list[tuple[int, dict[str, str]]], list[tuple[int, str, str]]]:
    """Lines and faults; of a file that cannot be read its faults alone."""
    content = content.encode() if isinstance(content, str) else content
    lines, found = [], []
    try:
        for line, faults in read_table(
            content=content, file_format=file_format, encoding=encoding, columns=COLUMNS
        ):
            lines.append((line.line_no, line.cells))
            found += [(one.line_no, one.column, one.code) for one in faults]
    except FileUnreadable as error:
        found += [(one.line_no, one.column, one.code) for one in error.faults]
    return lines, found


def codes(content: bytes | str, file_format: str = "csv", encoding: str = "utf-8") -> list[str]:
    return [code for _line, _column, code in read(content, file_format, encoding)[1]]


def sheet_of(*rows: list[object]) -> Workbook:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    return book


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def retouched(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The same workbook with other bytes in one part."""
    with zipfile.ZipFile(io.BytesIO(content)) as given:
        parts = {name: given.read(name) for name in given.namelist()}
    assert old in parts[part]
    return archive(**(parts | {part: parts[part].replace(old, new)}))


class TestCsv:
    @pytest.mark.parametrize(
        ("content", "encoding"),
        [
            (f"\ufeffcode,day,rate\r\n{CHEN},2025-01-02,5.5\r\n".encode(), "utf-8"),
            (f"code;day;rate\n{CHEN};2025-01-02;5.5\n;;\n".encode(), "utf-8"),
            (f"code\tday\trate\n{CHEN}\t2025-01-02\t5.5\n".encode(), "utf-8"),
            (f"code,day,rate\n{CHEN},2025-01-02,5.5\n".encode("gb18030"), "gb18030"),
            (f"Code , DAY,rate,,\n\u3000{CHEN}\u00a0,2025-01-02,5.5,,\n,,\n".encode(), "utf-8"),
        ],
    )
    def test_is_read_as_spreadsheets_write_it(self, content: bytes, encoding: str) -> None:
        line = {"code": CHEN, "day": "2025-01-02", "rate": "5.5"}
        assert read(content, encoding=encoding) == ([(2, line)], [])

    def test_keeps_the_numbers_of_its_lines(self) -> None:
        text = 'sep=;\ncode;day\n"A";\n\n"B\nB";\nC;\n'
        lines, found = read(text)
        assert [number for number, _cells in lines] == [3, 5, 7]
        assert found == [(5, "code", "control_character")]

    def test_is_big5_where_that_is_chosen(self) -> None:
        assert read("code\n陳偉\n".encode("big5"), encoding="big5")[0][0][1]["code"] == "陳偉"

    @pytest.mark.parametrize(
        ("content", "encoding", "code"),
        [
            (b"", "utf-8", "empty"),
            (b"\xef\xbb\xbf\r\n", "utf-8", "empty"),
            (f"code\n{CHEN}\n".encode("gb18030"), "utf-8", "encoding"),
            (f"code\n{CHEN}\n".encode(), "gb18030", "encoding_is_utf_8"),
            (b"code\n\x81\xff\n", "big5", "encoding"),
            (f"code\n{CHEN}\n".encode("utf-16"), "utf-8", "utf_16"),
            (b"code\nA\x00\n", "utf-8", "not_a_table"),
            (b"<html><table>", "utf-8", "not_a_table"),
            (b"PK\x03\x04", "utf-8", "not_a_table"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "utf-8", "old_excel"),
            (b'code\nA\n"B\n', "utf-8", "broken_quotes"),
        ],
    )
    def test_is_refused_by_name(self, content: bytes, encoding: str, code: str) -> None:
        assert codes(content, encoding=encoding) == [code]

    def test_says_where_it_breaks(self) -> None:
        assert read(b'code\nA\n"B\nC\n')[1] == [(3, "", "broken_quotes")]
        assert read(f"code\nA\n{CHEN}\n".encode("gb18030"))[1] == [(3, "", "encoding")]

    def test_has_all_of_its_heading_told_at_once(self) -> None:
        assert read("colour,day,day,\nA,B,C\n")[1] == [
            (1, "colour", "unknown_column"),
            (1, "day", "column_twice"),
            (1, "code", "missing_column"),
        ]


class TestXlsx:
    def test_is_read_as_text_that_a_person_would_type(self) -> None:
        book = sheet_of(
            ["code", "day", "rate"],
            [1001, dt.date(2025, 1, 2), 5.5],
            [],
            ["A", "2025-01-02", "5.5"],
            ["B", dt.datetime.fromisoformat("2025-01-02T00:00:00"), 0.1],
        )
        book.worksheets[0].cell(200, 2).number_format = "0.00"  # trailing rows that were formatted once
        book.create_sheet("Sheet2")
        assert read(saved(book), "xlsx") == (
            [
                (2, {"code": "1001", "day": "2025-01-02", "rate": "5.5"}),
                (4, {"code": "A", "day": "2025-01-02", "rate": "5.5"}),
                (5, {"code": "B", "day": "2025-01-02", "rate": "0.1"}),
            ],
            [],
        )

    def test_has_its_cells_refused_by_name(self) -> None:
        nine = dt.datetime.fromisoformat("2025-01-02T09:00:00")
        book = sheet_of(
            ["code", "day", "rate"],
            ["A", 45659, None],
            ["=B1", nine, None],
            [17.5, None, dt.date(2025, 1, 2)],
            ["#N/A", None, 0.055],
            [True, None, None],
            ["A\nB", None, None],
        )
        book.worksheets[0]["C5"].number_format = "0.0%"
        assert read(saved(book), "xlsx")[1] == [
            (2, "day", "day_as_number"),
            (3, "code", "formula"),
            (3, "day", "day_with_time"),
            (4, "code", "code_as_number"),
            (4, "rate", "is_day"),
            (5, "code", "error_cell"),
            (5, "rate", "percent_cell"),
            (6, "code", "not_text"),
            (7, "code", "control_character"),
        ]

    def test_is_one_plain_table(self) -> None:
        merged = sheet_of(["code"], ["A"])
        merged.worksheets[0].merge_cells("B2:C2")
        assert codes(saved(merged), "xlsx") == ["merged_cells"]
        two = sheet_of(["code"], ["A"])
        two.create_sheet("more").append(["code"])
        assert codes(saved(two), "xlsx") == ["several_sheets"]
        assert codes(saved(Workbook()), "xlsx") == ["empty"]
        wide = sheet_of(["code"], ["A"])
        wide.worksheets[0]["XFD2"] = "far"
        assert codes(saved(wide), "xlsx") == ["too_wide"]

    def test_is_refused_where_it_is_something_else(self) -> None:
        good = saved(sheet_of(["code"], ["A"]))
        sheet = "xl/worksheets/sheet1.xml"
        assert codes(good, "xlsx") == []
        assert codes(b"code\nA\n", "xlsx") == ["not_a_table"]
        assert codes(b"PK\x03\x04 not a zip", "xlsx") == ["not_a_table"]
        assert codes(archive(**{"readme.txt": b"hello"}), "xlsx") == ["not_a_table"]
        assert codes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "xlsx") == ["old_excel"]
        assert codes(retouched(good, sheet, b"<sheetData>", b"<sheetDat>"), "xlsx") == ["not_a_table"]
        declared = retouched(good, sheet, b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "a">]><worksheet')
        assert codes(declared, "xlsx") == ["not_a_table"]
        assert codes(archive(**{"xl/workbook.xml": b" " * 6_000_000}), "xlsx") == ["unpacks_too_far"]
        far = retouched(good, sheet, b'<row r="2"', b'<row r="2000000000"')
        assert set(codes(far, "xlsx")) <= {"too_long", "not_a_table"}
        assert codes(far, "xlsx")
