"""A custodian at work: what it books, when, and what it says of it."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from custody.simulator.between_banks import NobodyKeepsIt, deliver
from custody.simulator.books import (
    CustodianBooks,
    DayBehind,
    NoStatement,
    OrderRefused,
    ReferenceConflict,
)
from custody.simulator.command_log import BooksDamaged
from custody.simulator.commands import EXTERNAL

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2008, 9, day) for day in range(15, 20))
CLIENTS, FUNDERS = "1-CLIENT", "1-FUNDER"


@pytest.fixture
def harbour(tmp_path: Path) -> Iterator[CustodianBooks]:
    """Harbour Bank keeps the clients' and the funders' cash, and stands at Monday."""
    with CustodianBooks(tmp_path, "HARBOUR") as books:
        books.open_account(CLIENTS, "client")
        books.open_account(FUNDERS, "funder")
        books.advance_to(MONDAY)
        yield books


@pytest.fixture
def island(tmp_path: Path) -> Iterator[CustodianBooks]:
    with CustodianBooks(tmp_path, "ISLAND") as books:
        books.open_account("9-CLIENT", "client")
        books.advance_to(MONDAY)
        yield books


def stated(books: CustodianBooks, day: date, kind: str = "cash") -> dict[str, Any]:
    files = dict(books.write_statement(day))
    name = next(name for name in files if kind.upper() in name)
    document: dict[str, Any] = json.loads(files[name])
    return document


def entries(books: CustodianBooks, day: date, kind: str = "cash") -> list[tuple[str, str, str, str]]:
    return [
        (account["account"], entry["type"], entry["unit"], entry["amount"])
        for account in stated(books, day, kind)["accounts"]
        for entry in account["entries"]
    ]


def reopened(books: CustodianBooks, tmp_path: Path) -> CustodianBooks:
    books.close()
    return CustodianBooks(tmp_path, books.code)


class TestCreditIncoming:
    def test_books_today_while_the_statement_is_not_out(self, harbour: CustodianBooks) -> None:
        harbour.credit_incoming(CLIENTS, "USD", 12345, "F1/1", MONDAY)
        assert harbour.balance(CLIENTS, "USD") == 12345

    def test_waits_for_the_next_day_once_the_statement_is_out(self, harbour: CustodianBooks) -> None:
        harbour.write_statement(MONDAY)
        harbour.credit_incoming(CLIENTS, "USD", 12345, "F1/1", MONDAY)
        assert harbour.balance(CLIENTS, "USD") == 0
        harbour.advance_to(TUESDAY)
        assert harbour.balance(CLIENTS, "USD") == 12345

    def test_waits_for_its_day(self, harbour: CustodianBooks) -> None:
        harbour.credit_incoming(CLIENTS, "USD", 100, "F1/1", WEDNESDAY)
        harbour.advance_to(TUESDAY)
        assert harbour.balance(CLIENTS, "USD") == 0
        harbour.advance_to(WEDNESDAY)
        assert harbour.balance(CLIENTS, "USD") == 100

    @pytest.mark.parametrize("amount", [0, -5, 1.5, True])
    def test_refuses_what_is_no_amount(self, harbour: CustodianBooks, amount: Any) -> None:
        with pytest.raises(OrderRefused):
            harbour.credit_incoming(CLIENTS, "USD", amount, "F1/1", MONDAY)

    def test_refuses_an_account_that_it_does_not_keep(self, harbour: CustodianBooks) -> None:
        with pytest.raises(OrderRefused, match="no account"):
            harbour.credit_incoming("2-OTHER", "USD", 5, "F1/1", MONDAY)


class TestReferences:
    def test_make_an_order_sent_twice_one_order(self, harbour: CustodianBooks) -> None:
        for _ in range(2):
            harbour.credit_incoming(CLIENTS, "USD", 100, "F1/1", MONDAY)
        assert harbour.balance(CLIENTS, "USD") == 100

    def test_hold_after_the_books_were_closed_and_opened(
        self, harbour: CustodianBooks, tmp_path: Path
    ) -> None:
        harbour.credit_incoming(CLIENTS, "USD", 100, "F1/1", MONDAY)
        with reopened(harbour, tmp_path) as again:
            again.credit_incoming(CLIENTS, "USD", 100, "F1/1", MONDAY)
            assert again.balance(CLIENTS, "USD") == 100

    def test_are_refused_for_another_order(self, harbour: CustodianBooks) -> None:
        harbour.credit_incoming(CLIENTS, "USD", 100, "F1/1", MONDAY)
        with pytest.raises(ReferenceConflict):
            harbour.credit_incoming(CLIENTS, "USD", 101, "F1/1", MONDAY)
        assert harbour.balance(CLIENTS, "USD") == 100

    def test_of_a_fill_hold_on_a_later_day(self, harbour: CustodianBooks) -> None:
        harbour.fill("X1", CLIENTS, "buy", "XNYS:IBM", 10, 1000, "USD", FRIDAY)
        harbour.advance_to(TUESDAY)
        harbour.fill("X1", CLIENTS, "buy", "XNYS:IBM", 10, 1000, "USD", FRIDAY)
        assert harbour.pending_references() == ["X1"]


class TestInstructTransfer:
    def test_moves_on_the_next_day(self, harbour: CustodianBooks) -> None:
        harbour.credit_incoming(FUNDERS, "USD", 500, "P1/1", MONDAY)
        harbour.instruct_transfer("T-1", FUNDERS, CLIENTS, "USD", 300)
        assert harbour.balance(CLIENTS, "USD") == 0
        harbour.advance_to(TUESDAY)
        assert (harbour.balance(FUNDERS, "USD"), harbour.balance(CLIENTS, "USD")) == (200, 300)

    def test_gives_both_entries_our_reference_and_numbers_of_its_own(self, harbour: CustodianBooks) -> None:
        harbour.credit_incoming(FUNDERS, "USD", 500, "P1/1", MONDAY)
        harbour.instruct_transfer("T-1", FUNDERS, CLIENTS, "USD", 300)
        harbour.write_statement(MONDAY)
        harbour.advance_to(TUESDAY)
        found = [entry for account in stated(harbour, TUESDAY)["accounts"] for entry in account["entries"]]
        assert {entry["account_reference"] for entry in found} == {"T-1"}
        assert len({entry["bank_reference"] for entry in found}) == 2

    def test_waits_for_cover(self, harbour: CustodianBooks) -> None:
        harbour.instruct_transfer("T-1", FUNDERS, CLIENTS, "USD", 300)
        harbour.advance_to(TUESDAY)
        assert harbour.pending_references() == ["T-1"]
        harbour.credit_incoming(FUNDERS, "USD", 300, "P1/1", WEDNESDAY)
        harbour.advance_to(WEDNESDAY)
        assert harbour.balance(CLIENTS, "USD") == 300

    def test_is_covered_by_another_of_the_day_whatever_their_order(self, harbour: CustodianBooks) -> None:
        harbour.open_account("1-HOUSE", "house")
        harbour.credit_incoming(FUNDERS, "USD", 300, "P1/1", MONDAY)
        harbour.instruct_transfer("T-1", CLIENTS, "1-HOUSE", "USD", 300)
        harbour.instruct_transfer("T-2", FUNDERS, CLIENTS, "USD", 300)
        harbour.advance_to(TUESDAY)
        assert harbour.balance("1-HOUSE", "USD") == 300

    def test_leaves_for_an_account_elsewhere(self, harbour: CustodianBooks) -> None:
        harbour.credit_incoming(CLIENTS, "USD", 500, "F1/1", MONDAY)
        harbour.instruct_transfer("P-1", CLIENTS, EXTERNAL, "USD", 500)
        harbour.advance_to(TUESDAY)
        assert harbour.balance(CLIENTS, "USD") == 0
        assert harbour.sent_to_other_banks(TUESDAY) == []

    def test_refuses_to_go_where_it_comes_from(self, harbour: CustodianBooks) -> None:
        with pytest.raises(OrderRefused):
            harbour.instruct_transfer("T-1", CLIENTS, CLIENTS, "USD", 300)


class TestDeliver:
    def test_credits_the_other_bank_on_the_same_day_once(
        self, harbour: CustodianBooks, island: CustodianBooks
    ) -> None:
        harbour.credit_incoming(FUNDERS, "USD", 500, "P1/1", MONDAY)
        harbour.instruct_transfer("T-1", FUNDERS, "9-CLIENT", "USD", 300)
        for books in (harbour, island):
            books.advance_to(TUESDAY)
        assert deliver([harbour, island], TUESDAY) == 1
        assert deliver([harbour, island], TUESDAY) == 1
        assert island.balance("9-CLIENT", "USD") == 300
        assert entries(island, TUESDAY) == [("9-CLIENT", "incoming_payment", "USD", "3.00")]

    def test_says_so_when_nobody_keeps_the_account(self, harbour: CustodianBooks) -> None:
        harbour.credit_incoming(FUNDERS, "USD", 500, "P1/1", MONDAY)
        harbour.instruct_transfer("T-1", FUNDERS, "7-LOST", "USD", 300)
        harbour.advance_to(TUESDAY)
        with pytest.raises(NobodyKeepsIt, match="T-1"):
            deliver([harbour], TUESDAY)


class TestFill:
    def test_settles_on_its_day_cash_against_shares(self, harbour: CustodianBooks) -> None:
        harbour.credit_incoming(CLIENTS, "USD", 100_000, "F1/1", MONDAY)
        harbour.fill("X1", CLIENTS, "buy", "XNYS:IBM", 10, 80_100, "USD", THURSDAY)
        harbour.advance_to(WEDNESDAY)
        assert harbour.balance(CLIENTS, "XNYS:IBM") == 0
        harbour.advance_to(THURSDAY)
        assert (harbour.balance(CLIENTS, "USD"), harbour.balance(CLIENTS, "XNYS:IBM")) == (19_900, 10)

    def test_pays_for_a_sale(self, harbour: CustodianBooks) -> None:
        harbour.credit_incoming(CLIENTS, "XNYS:IBM", 10, "F1/1", MONDAY)
        harbour.fill("X1", CLIENTS, "sell", "XNYS:IBM", 4, 31_900, "USD", THURSDAY)
        harbour.advance_to(THURSDAY)
        assert (harbour.balance(CLIENTS, "USD"), harbour.balance(CLIENTS, "XNYS:IBM")) == (31_900, 6)

    def test_waits_while_the_shares_to_deliver_are_not_there(self, harbour: CustodianBooks) -> None:
        harbour.fill("X1", CLIENTS, "sell", "XNYS:IBM", 4, 31_900, "USD", TUESDAY)
        harbour.advance_to(TUESDAY)
        assert harbour.pending_references() == ["X1"]
        harbour.credit_incoming(CLIENTS, "XNYS:IBM", 4, "F1/1", WEDNESDAY)
        harbour.advance_to(WEDNESDAY)
        assert harbour.balance(CLIENTS, "USD") == 31_900

    def test_delivers_what_was_bought_for_the_same_day(self, harbour: CustodianBooks) -> None:
        harbour.fill("X1", CLIENTS, "sell", "XNYS:IBM", 4, 31_900, "USD", TUESDAY)
        harbour.fill("X2", CLIENTS, "buy", "XNYS:IBM", 4, 31_000, "USD", TUESDAY)
        harbour.advance_to(TUESDAY)
        assert harbour.pending_references() == []

    @pytest.mark.parametrize(
        ("side", "instrument", "cash", "currency", "settles"),
        [
            ("lend", "XNYS:IBM", 5, "USD", FRIDAY),
            ("buy", "XNYS:IBM", -5, "USD", FRIDAY),
            ("buy", "USD", 5, "USD", FRIDAY),
            ("buy", "XNYS:IBM", 5, "XNYS:MSFT", FRIDAY),
            ("buy", "XNYS:IBM", 5, "USD", date(2008, 9, 12)),
        ],
    )
    def test_refuses_what_is_no_trade(
        self, harbour: CustodianBooks, side: Any, instrument: str, cash: int, currency: str, settles: date
    ) -> None:
        with pytest.raises(OrderRefused):
            harbour.fill("X1", CLIENTS, side, instrument, 1, cash, currency, settles)


class TestAnnounceDividend:
    def test_pays_on_positions_traded_before_the_ex_date(self, harbour: CustodianBooks) -> None:
        harbour.credit_incoming(CLIENTS, "XNYS:IBM", 100, "F1/1", MONDAY)
        harbour.fill("X1", CLIENTS, "buy", "XNYS:IBM", 50, 0, "USD", FRIDAY)  # Monday: before
        harbour.advance_to(TUESDAY)
        harbour.fill("X2", CLIENTS, "buy", "XNYS:IBM", 9, 0, "USD", FRIDAY)  # Tuesday: ex
        harbour.announce_dividend("D1", "XNYS:IBM", TUESDAY, WEDNESDAY, "USD", 50_500_000)
        harbour.advance_to(WEDNESDAY)
        assert harbour.balance(CLIENTS, "USD") == 7575  # 150 at 50.5 cents

    def test_takes_the_tax_by_an_entry_of_its_own(self, harbour: CustodianBooks) -> None:
        harbour.credit_incoming(CLIENTS, "XNYS:IBM", 100, "F1/1", MONDAY)
        harbour.announce_dividend("D1", "XNYS:IBM", TUESDAY, TUESDAY, "USD", 50_000_000, tax_ppm=100_000)
        harbour.write_statement(MONDAY)
        harbour.advance_to(TUESDAY)
        assert entries(harbour, TUESDAY) == [
            (CLIENTS, "dividend", "USD", "50.00"),
            (CLIENTS, "tax", "USD", "-5.00"),
        ]

    def test_pays_nothing_to_who_sold_before(self, harbour: CustodianBooks) -> None:
        harbour.credit_incoming(CLIENTS, "XNYS:IBM", 100, "F1/1", MONDAY)
        harbour.advance_to(TUESDAY)
        harbour.fill("X1", CLIENTS, "sell", "XNYS:IBM", 100, 5000, "USD", FRIDAY)
        harbour.announce_dividend("D1", "XNYS:IBM", WEDNESDAY, THURSDAY, "USD", 50_000_000)
        harbour.advance_to(THURSDAY)
        assert harbour.balance(CLIENTS, "USD") == 0


class TestAnnounceSplit:
    def test_credits_the_difference_in_whole_shares(self, harbour: CustodianBooks) -> None:
        harbour.credit_incoming(CLIENTS, "XNYS:AAPL", 101, "F1/1", MONDAY)
        harbour.announce_split("S1", "XNYS:AAPL", TUESDAY, TUESDAY, 3, 2)
        harbour.advance_to(TUESDAY)
        assert harbour.balance(CLIENTS, "XNYS:AAPL") == 151

    def test_counts_a_purchase_not_yet_settled_and_settles_it_in_old_shares(
        self, harbour: CustodianBooks
    ) -> None:
        harbour.fill("X1", CLIENTS, "buy", "XNYS:AAPL", 10, 0, "USD", THURSDAY)
        harbour.announce_split("S1", "XNYS:AAPL", TUESDAY, TUESDAY, 2, 1)
        harbour.advance_to(TUESDAY)
        assert harbour.balance(CLIENTS, "XNYS:AAPL") == 10
        harbour.advance_to(THURSDAY)
        assert harbour.balance(CLIENTS, "XNYS:AAPL") == 20

    def test_counts_for_a_later_dividend(self, harbour: CustodianBooks) -> None:
        harbour.credit_incoming(CLIENTS, "XNYS:AAPL", 10, "F1/1", MONDAY)
        harbour.announce_split("S1", "XNYS:AAPL", TUESDAY, TUESDAY, 2, 1)
        harbour.announce_dividend("D1", "XNYS:AAPL", WEDNESDAY, WEDNESDAY, "USD", 1_000_000)
        for day in (TUESDAY, WEDNESDAY):
            harbour.advance_to(day)
        assert harbour.balance(CLIENTS, "USD") == 20

    def test_refuses_a_ratio_of_nothing(self, harbour: CustodianBooks) -> None:
        with pytest.raises(OrderRefused):
            harbour.announce_split("S1", "XNYS:AAPL", TUESDAY, TUESDAY, 0, 1)


class TestAdvanceTo:
    def test_changes_nothing_the_second_time(self, harbour: CustodianBooks) -> None:
        harbour.instruct_transfer("T-1", FUNDERS, CLIENTS, "USD", 300)
        harbour.credit_incoming(FUNDERS, "USD", 300, "P1/1", MONDAY)
        harbour.advance_to(MONDAY)
        assert harbour.balance(CLIENTS, "USD") == 0

    def test_refuses_to_go_back(self, harbour: CustodianBooks) -> None:
        with pytest.raises(DayBehind):
            harbour.advance_to(date(2008, 9, 12))

    def test_carries_out_missed_days_at_once(self, harbour: CustodianBooks) -> None:
        harbour.credit_incoming(CLIENTS, "USD", 100, "F1/1", WEDNESDAY)
        harbour.advance_to(FRIDAY)
        assert harbour.balance(CLIENTS, "USD") == 100


class TestWriteStatement:
    def test_states_opening_entries_and_closing(self, harbour: CustodianBooks) -> None:
        harbour.credit_incoming(CLIENTS, "USD", 12_345, "F1/1", MONDAY, "thank you")
        document = stated(harbour, MONDAY)
        assert document["accounts"][0] == {
            "account": CLIENTS,
            "balances": [{"unit": "USD", "opening": "0.00", "closing": "123.45"}],
            "entries": [
                {
                    "bank_reference": "HARBOUR-00000001",
                    "account_reference": "F1/1",
                    "type": "incoming_payment",
                    "unit": "USD",
                    "amount": "123.45",
                    "booking_date": "2008-09-15",
                    "value_date": "2008-09-15",
                    "description": "thank you",
                }
            ],
        }

    def test_keeps_cash_and_holdings_apart(self, harbour: CustodianBooks) -> None:
        harbour.credit_incoming(CLIENTS, "USD", 1, "F1/1", MONDAY)
        harbour.credit_incoming(CLIENTS, "XNYS:IBM", 7, "F1/2", MONDAY)
        assert entries(harbour, MONDAY) == [(CLIENTS, "incoming_payment", "USD", "0.01")]
        holdings = stated(harbour, MONDAY, "holdings")["accounts"][0]
        assert holdings["balances"] == [
            {"unit": "XNYS:IBM", "opening": "0", "closing": "7", "available": "7"}
        ]

    def test_gives_the_same_bytes_again(self, harbour: CustodianBooks, tmp_path: Path) -> None:
        harbour.credit_incoming(CLIENTS, "USD", 12_345, "F1/1", MONDAY)
        first = harbour.write_statement(MONDAY)
        harbour.credit_incoming(CLIENTS, "USD", 5, "F1/2", MONDAY)
        harbour.advance_to(TUESDAY)
        assert harbour.write_statement(MONDAY) == first
        with reopened(harbour, tmp_path) as again:
            assert again.write_statement(MONDAY) == first

    def test_numbers_statements_without_a_gap(self, harbour: CustodianBooks) -> None:
        numbers = []
        for day in (MONDAY, TUESDAY, THURSDAY):
            harbour.advance_to(day)
            numbers.append(stated(harbour, day)["sequence"])
        assert numbers == [1, 2, 3]

    def test_takes_up_a_day_that_had_none(self, harbour: CustodianBooks) -> None:
        harbour.write_statement(MONDAY)
        harbour.advance_to(TUESDAY)
        harbour.credit_incoming(CLIENTS, "USD", 5, "F1/1", TUESDAY)
        harbour.advance_to(WEDNESDAY)
        assert entries(harbour, WEDNESDAY) == [(CLIENTS, "incoming_payment", "USD", "0.05")]

    def test_is_refused_for_a_day_not_reached_or_passed(self, harbour: CustodianBooks) -> None:
        with pytest.raises(NoStatement):
            harbour.write_statement(TUESDAY)
        harbour.advance_to(WEDNESDAY)
        with pytest.raises(NoStatement):
            harbour.write_statement(TUESDAY)


class TestBooksOnDisk:
    def test_lose_an_order_that_was_torn_and_take_it_again(
        self, harbour: CustodianBooks, tmp_path: Path
    ) -> None:
        harbour.credit_incoming(CLIENTS, "USD", 100, "F1/1", MONDAY)
        harbour.close()
        file = tmp_path / "HARBOUR.jsonl"
        file.write_bytes(file.read_bytes()[:-7])
        with CustodianBooks(tmp_path, "HARBOUR") as again:
            assert again.balance(CLIENTS, "USD") == 0
            again.credit_incoming(CLIENTS, "USD", 100, "F1/1", MONDAY)
            assert again.balance(CLIENTS, "USD") == 100

    def test_are_refused_to_another_custodian(self, harbour: CustodianBooks, tmp_path: Path) -> None:
        harbour.close()
        (tmp_path / "HARBOUR.jsonl").rename(tmp_path / "ISLAND.jsonl")
        with pytest.raises(BooksDamaged):
            CustodianBooks(tmp_path, "ISLAND")

    def test_are_refused_with_other_decimals(self, harbour: CustodianBooks, tmp_path: Path) -> None:
        harbour.close()
        with pytest.raises(BooksDamaged):
            CustodianBooks(tmp_path, "HARBOUR", exponents={"USD": 3})

    def test_are_refused_with_a_command_that_is_none(self, harbour: CustodianBooks, tmp_path: Path) -> None:
        harbour.close()
        with (tmp_path / "HARBOUR.jsonl").open("a") as file:
            file.write('{"n":5,"command":"embezzle"}\n')
        with pytest.raises(BooksDamaged, match="line 5"):
            CustodianBooks(tmp_path, "HARBOUR")


class TestDefects:
    def test_are_made_by_seed_and_listed(self, tmp_path: Path) -> None:
        clean = self.month(tmp_path / "clean", rate_ppm=0)
        spoilt = self.month(tmp_path / "spoilt", rate_ppm=200_000)
        again = self.month(tmp_path / "again", rate_ppm=200_000)
        assert spoilt == again
        assert spoilt[0] != clean[0]
        assert clean[1] == []
        assert {defect.kind for defect in spoilt[1]} == {
            "missing",
            "doubled",
            "wrong_amount",
            "swapped_sign",
            "wrong_footing",
        }

    def test_leave_the_books_right(self, tmp_path: Path) -> None:
        with CustodianBooks(tmp_path, "HARBOUR", defect_seed="1", defect_rate_ppm=1_000_000) as books:
            books.open_account(CLIENTS, "client")
            books.advance_to(MONDAY)
            books.credit_incoming(CLIENTS, "USD", 100, "F1/1", MONDAY)
            books.write_statement(MONDAY)
            books.advance_to(TUESDAY)
            opening = stated(books, TUESDAY)["accounts"][0]["balances"][0]["opening"]
        assert opening == "1.00"

    def test_are_left_out_of_the_corrected_statements(self, tmp_path: Path) -> None:
        with CustodianBooks(tmp_path, "HARBOUR", defect_seed="1", defect_rate_ppm=1_000_000) as books:
            books.open_account(CLIENTS, "client")
            books.advance_to(MONDAY)
            books.credit_incoming(CLIENTS, "USD", 100, "F1/1", MONDAY)
            with pytest.raises(NoStatement):
                books.write_corrected(MONDAY)
            wrong = books.write_statement(MONDAY)
            right = books.write_corrected(MONDAY)
            assert books.write_statement(MONDAY) == wrong
        assert right[0][0] == wrong[0][0].replace(".json", "-corrected.json")
        first, corrected = json.loads(wrong[0][1]), json.loads(right[0][1])
        assert (corrected["number"], corrected["sequence"]) == (first["number"], first["sequence"])
        assert corrected["accounts"] != first["accounts"]
        assert [line["amount"] for line in corrected["accounts"][0]["entries"]] == ["1.00"]

    def month(self, directory: Path, *, rate_ppm: int) -> tuple[list[tuple[str, bytes]], list[Any]]:
        with CustodianBooks(directory, "HARBOUR", defect_seed="7", defect_rate_ppm=rate_ppm) as books:
            books.open_account(CLIENTS, "client")
            files = []
            for number, day in enumerate([MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY]):
                books.advance_to(day)
                for deposit in range(20):
                    books.credit_incoming(CLIENTS, "USD", 1000 + deposit, f"F1/{number}-{deposit}", day)
                files += books.write_statement(day)
            return files, books.defects()
