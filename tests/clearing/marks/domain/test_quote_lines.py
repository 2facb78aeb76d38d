"""Lines of quote files."""

import datetime as dt

import pytest

from clearing.domain.csv_lines import LineRefused, read_csv_lines
from clearing.marks.domain.quote_lines import COLUMNS, QuoteLine, read_quote_line


def read(text: str) -> QuoteLine:
    raw = f"instrument,session_date,price,quoted_at,epoch\n{text}\n".encode()
    (one,) = read_csv_lines(raw, columns=COLUMNS).lines
    return read_quote_line(one, currency_exponent=2)


class TestReadQuoteLine:
    def test_reads_a_price_in_minor_units(self) -> None:
        assert read("XNYS:IBM,2008-09-15,115.3,2008-09-15T21:00:00Z,1") == QuoteLine(
            instrument="XNYS:IBM",
            session_date=dt.date(2008, 9, 15),
            price_minor=11_530,
            quoted_at=dt.datetime(2008, 9, 15, 21, tzinfo=dt.UTC),
            epoch=1,
        )

    def test_reads_a_price_that_the_mark_will_refuse(self) -> None:
        assert read("XNYS:IBM,2008-09-15,-1,2008-09-15T21:00:00Z,1").price_minor == -100

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("XNYS:IBM,2008-09-15,n/a,2008-09-15T21:00:00Z,1", "price_not_a_number"),
            ("XNYS:IBM,2008-09-15,1.005,2008-09-15T21:00:00Z,1", "price_too_fine"),
            ("XNYS:IBM,15/09/2008,1,2008-09-15T21:00:00Z,1", "session_date_not_a_date"),
            ("XNYS:IBM,2008-09-15,1,21:00,1", "quoted_at_not_an_instant"),
            ("XNYS:IBM,2008-09-15,1,2008-09-15T21:00:00Z,", "epoch_not_a_number"),
            ("XNYS:IBM,2008-09-15,1,2008-09-15T21:00:00Z,0", "epoch_out_of_range"),
        ],
    )
    def test_names_what_it_cannot_read(self, text: str, reason: str) -> None:
        with pytest.raises(LineRefused) as refused:
            read(text)
        assert refused.value.reason == reason
