"""Delivered lines, read or refused one by one."""

import datetime as dt

import pytest

from clearing.domain.csv_lines import (
    LineRefused,
    parse_day,
    parse_instant,
    parse_minor,
    parse_whole,
    read_csv_lines,
)

COLUMNS = ("stock", "price")


class TestReadCsvLines:
    def test_gives_every_line_its_number_and_its_text(self) -> None:
        read = read_csv_lines(b"stock,price\nIBM,1\n\nMSFT,2\n", columns=COLUMNS)
        assert [(line.number, line.raw, line.fields["price"]) for line in read.lines] == [
            (2, "IBM,1", "1"),
            (4, "MSFT,2", "2"),
        ]
        assert read.rejected == ()

    def test_takes_columns_in_any_order_and_a_byte_order_mark(self) -> None:
        read = read_csv_lines("\ufeffprice, stock\r\n1,IBM\r\n".encode(), columns=COLUMNS)
        assert dict(read.lines[0].fields) == {"price": "1", "stock": "IBM"}

    @pytest.mark.parametrize("line", ["IBM", "IBM,1,2", 'IBM,"1', '"IBM,1'])
    def test_keeps_a_line_of_another_shape(self, line: str) -> None:
        read = read_csv_lines(f"stock,price\n{line}\nMSFT,2\n".encode(), columns=COLUMNS)
        assert [(one.number, one.raw, one.reason) for one in read.rejected] == [(2, line, "fields_missing")]
        assert len(read.lines) == 1

    @pytest.mark.parametrize(
        "header", ["", "stock", "stock,price,colour", "stock,price,price", "Aktie,Kurs", '"stock,price']
    )
    def test_keeps_a_whole_file_without_a_usable_header(self, header: str) -> None:
        text = f"{header}\nIBM,1\n"
        read = read_csv_lines(text.encode(), columns=COLUMNS)
        assert read.lines == ()
        assert [(one.number, one.raw, one.reason) for one in read.rejected] == [(1, text, "header_unknown")]

    def test_keeps_an_empty_file(self) -> None:
        assert read_csv_lines(b"", columns=COLUMNS).rejected[0].reason == "header_unknown"

    def test_shows_bytes_that_are_no_text(self) -> None:
        read = read_csv_lines(b"stock,price\nIB\xff\x00M,1\n", columns=COLUMNS)
        assert read.lines[0].fields["stock"] == "IB\\xff\\x00M"


class TestParseMinor:
    @pytest.mark.parametrize(
        ("text", "exponent", "minor"),
        [
            ("12.34", 2, 1234),
            ("12", 2, 1200),
            ("12.3400", 2, 1234),
            ("-0.01", 2, -1),
            ("0", 2, 0),
            ("7", 0, 7),
        ],
    )
    def test_is_exact(self, text: str, exponent: int, minor: int) -> None:
        assert parse_minor(text, exponent=exponent, column="price") == minor

    @pytest.mark.parametrize("text", ["", "nan", "1e3", "1,000", "+1", ".5", "5.", "١٢", "0x1", "9" * 13])
    def test_refuses_what_is_no_plain_decimal(self, text: str) -> None:
        with pytest.raises(LineRefused) as refused:
            parse_minor(text, exponent=2, column="price")
        assert refused.value.reason == "price_not_a_number"

    def test_refuses_to_round(self) -> None:
        with pytest.raises(LineRefused) as refused:
            parse_minor("12.345", exponent=2, column="price")
        assert refused.value.reason == "price_too_fine"


class TestParseWhole:
    @pytest.mark.parametrize("text", ["", "-1", "1.0", "²", "1 000"])
    def test_refuses_what_is_no_whole_number(self, text: str) -> None:
        with pytest.raises(LineRefused):
            parse_whole(text, column="epoch")


class TestParseDay:
    @pytest.mark.parametrize("text", ["", "20080915", "2008-9-15", "2008-02-30", "15.09.2008", "2008-W38-1"])
    def test_refuses_what_is_no_day(self, text: str) -> None:
        with pytest.raises(LineRefused):
            parse_day(text, column="session_date")


class TestParseInstant:
    def test_speaks_utc(self) -> None:
        instant = parse_instant("2008-09-15T16:00:00-04:00", column="quoted_at")
        assert instant == dt.datetime(2008, 9, 15, 20, tzinfo=dt.UTC)

    @pytest.mark.parametrize("text", ["", "2008-09-15", "2008-09-15T16:00:00", "0001-01-01T00:00:00+23:59"])
    def test_refuses_what_says_no_offset_or_no_time(self, text: str) -> None:
        with pytest.raises(LineRefused):
            parse_instant(text, column="quoted_at")
