"""What the reader of Beancount takes, refuses and passes over; and that no text breaks it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.beancount_reader import read_beancount
from ledger.domain.csv_journal_reader import csv_profile, read_csv_journal
from ledger.domain.foreign_journal import (
    LONGEST_LINE,
    ForeignBalance,
    ForeignTransaction,
    Item,
    Unbookable,
    UnreadableFile,
    decode,
    formula_safe,
)

SCRAPS = (
    '2008-09-01 * "a"|\n|  |Assets:Bank| 1.00 USD|"|;|@ 2 HKD|{|balance |\\|ä|2008-02-30|option |\t|-|1,0'
    "|#tag|key: |\u2028|pad|,|'|\x0b|="
)
PIECES = st.sampled_from(SCRAPS.split("|"))


def only(text: str) -> Item:
    (item,) = read_beancount(text)
    return item


class TestReadBeancount:
    def test_reads_a_transaction_with_all_that_may_stand_in_it(self) -> None:
        item = only(
            '2008-09-01 ! "Pay;ee" "over\ntwo \\" lines" #tag ^link ; comment\n'
            '  key: "value"\n  #more\n  Assets:Bank:Über  1,000.50 USD ; paid\n    inner: 1\n'
            "  ! Liabilities:Wang\n"
        )
        assert isinstance(item, ForeignTransaction)
        assert item.date == dt.date(2008, 9, 1)
        assert [(leg.line_no, leg.account, leg.amount, leg.unit) for leg in item.postings] == [
            (5, "Assets:Bank:Über", "1000.50", "USD"),
            (7, "Liabilities:Wang", None, ""),
        ]

    @pytest.mark.parametrize(("number", "amount"), [("-5", "-5"), ("- 5.", "-5"), ("+5.0", "5.0")])
    def test_keeps_an_amount_as_it_was_written(self, number: str, amount: str) -> None:
        item = only(f"2008-09-01 txn\n  A:B {number} USD\n  A:C\n")
        assert isinstance(item, ForeignTransaction)
        assert item.postings[0].amount == amount

    def test_reads_a_balance(self) -> None:
        item = only("2008/9/1 balance Assets:Bank -5.00 XNYS.IBM ; so\n")
        assert item == ForeignBalance(
            1,
            dt.date(2008, 9, 1),
            "Assets:Bank",
            "-5.00",
            "XNYS.IBM",
            "2008/9/1 balance Assets:Bank -5.00 XNYS.IBM ; so",
        )

    @pytest.mark.parametrize(
        ("text", "code", "refused"),
        [
            ("2008-09-01 open Assets:Bank USD", "ledger_import_open", False),
            ("2008-09-01 price USD 7.8 HKD", "ledger_import_price", False),
            ('option "title" "x"', "ledger_import_option", False),
            ("* A heading", "ledger_import_heading", False),
            ("2008-09-01 pad Assets:Bank Equity:Opening", "ledger_import_pad", True),
            ('include "other"', "ledger_import_include", True),
            ("2008-09-01 balance A:B .5 USD", "ledger_import_syntax", True),
            ("2008-09-01 txn\n  A:B -.5 USD\n  A:C", "ledger_import_syntax", True),
            ('plugin "other"', "ledger_import_plugin", True),
            ('2008-02-30 * "x"', "ledger_import_date", True),
            ("2008-09-01 balance Assets:Bank 5 ~ 0.1 USD", "ledger_import_tolerance", True),
            ('2008-09-01 * "x"\n  Assets:Bank 1/3 USD', "ledger_import_syntax", True),
            ('2008-09-01 * "x', "ledger_import_syntax", True),
            ("  Assets:Bank 5 USD", "ledger_import_syntax", True),
            ('2008-09-01 * "x"\n  ' + "a" * LONGEST_LINE, "ledger_import_line_too_long", True),
        ],
    )
    def test_names_what_it_does_not_book(self, text: str, code: str, *, refused: bool) -> None:
        item = only(text)
        assert isinstance(item, Unbookable)
        assert (item.code, item.refused) == (code, refused)

    @given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)))
    def test_reads_any_text_and_answers_for_each_statement(self, text: str) -> None:
        lines = [item.line_no for item in read_beancount(text)]
        assert len(set(lines)) == len(lines)
        dated = [line for line in text.split("\n") if line.startswith("2008-09-01 * ")]
        assert bool(lines) or not dated


class TestReadCsvJournal:
    @given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)))
    def test_reads_any_text(self, text: str) -> None:
        try:
            list(read_csv_journal("account,unit,amount,date\n" + text))
            list(read_csv_journal(text))
        except UnreadableFile:
            pass

    @given(st.one_of(st.text(), st.recursive(st.none() | st.text(), st.lists).map(repr)))
    def test_refuses_a_profile_that_is_none(self, text: str) -> None:
        with pytest.raises(UnreadableFile):
            csv_profile(text)

    def test_joins_rows_of_a_transaction_and_reads_a_profile(self) -> None:
        profile = csv_profile(
            '{"columns": {"transaction": "Beleg", "date": "Datum", "account": "Konto", "debit": "Soll",'
            ' "credit": "Haben"}, "date_format": "%d.%m.%Y", "delimiter": ";", "unit": "USD"}'
        )
        text = "Beleg;Datum;Konto;Soll;Haben\n1;01.09.2008;Bank;5.00;\n2;01.09.2008;Bank;1;1\n"
        text += '1;01.09.2008;"Wang\n";;5.00\n'
        first, second = read_csv_journal(text, profile=profile)
        assert isinstance(first, ForeignTransaction)
        assert [(leg.account, leg.amount, leg.unit) for leg in first.postings] == [
            ("Bank", "5.00", "USD"),
            ("Wang", "-5.00", "USD"),
        ]
        assert isinstance(second, Unbookable)
        assert second.code == "ledger_import_side"


class TestDecode:
    @given(st.binary())
    def test_gives_text_or_a_sentence(self, content: bytes) -> None:
        try:
            text = decode(content)
        except UnreadableFile:
            return
        assert "\r" not in text

    def test_drops_the_mark_and_carriage_returns(self) -> None:
        assert decode(b"\xef\xbb\xbfa\r\nb\rc") == "a\nb\nc"


class TestFormulaSafe:
    @pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1"])
    def test_quotes_what_a_spreadsheet_would_run(self, cell: str) -> None:
        assert formula_safe(cell) == "'" + cell
