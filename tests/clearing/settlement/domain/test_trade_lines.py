"""Lines of trade files."""

import datetime as dt

import pytest

from clearing.domain.csv_lines import LineRefused, read_csv_lines
from clearing.settlement.domain.trade_lines import COLUMNS, OPTIONAL, TradeRow, read_trade_line

HEADER = ",".join([*COLUMNS, *OPTIONAL])


def read(text: str) -> TradeRow:
    lines = read_csv_lines(f"{HEADER}\n{text}\n".encode(), columns=COLUMNS, optional=OPTIONAL)
    return read_trade_line(lines.lines[0], currency_exponent=2, quantity_exponent=0)


class TestReadTradeLine:
    def test_reads_an_execution(self) -> None:
        text = "F1,XNYS:IBM,Sell,1000,12.34,2008-09-15,B-1,1.50,,LIQ-1/1"
        assert read(text) == TradeRow(
            contract_code="F1",
            instrument_code="XNYS:IBM",
            side="sell",
            quantity=1_000,
            price_minor=1_234,
            trade_date=dt.date(2008, 9, 15),
            broker_reference="B-1",
            external_cost_minor=150,
            commission_minor=None,
            liquidation_order_reference="LIQ-1/1",
            line_number=2,
            raw=text,
        )

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("F1,XNYS:IBM,short,1,1,2008-09-15,B-1,,,", "side_unknown"),
            ("F1,XNYS:IBM,buy,1.5,1,2008-09-15,B-1,,,", "quantity_too_fine"),
            ("F1,XNYS:IBM,buy,many,1,2008-09-15,B-1,,,", "quantity_not_a_number"),
            ("F1,XNYS:IBM,buy,1,1.001,2008-09-15,B-1,,,", "price_too_fine"),
            ("F1,XNYS:IBM,buy,1,1,yesterday,B-1,,,", "trade_date_not_a_date"),
            ("F1,XNYS:IBM,buy,1,1,2008-09-15,,,,", "reference_malformed"),
            (f"F1,XNYS:IBM,buy,1,1,2008-09-15,{'B' * 61},,,", "reference_malformed"),
            ("F1,XNYS:IBM,buy,1,1,2008-09-15,B-1,dear,,", "external_cost_not_a_number"),
        ],
    )
    def test_names_what_it_cannot_read(self, text: str, reason: str) -> None:
        with pytest.raises(LineRefused) as refused:
            read(text)
        assert refused.value.reason == reason
