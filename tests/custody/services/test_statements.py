"""A statement is kept whatever is in it, once, and says what is wrong with it."""

from datetime import date
from typing import Any

import pytest

from custody.models import HoldingLine, Statement, StatementBalance, StatementEntry, StatementState
from custody.queries.statements import is_usable, usable_statement
from custody.services.statements import EmptyStatement, UnknownCustodian
from ledger.services.books import UnitDraft, create_units
from tests.custody.cast import MONDAY, Cast, document, entry, raw


def tuesday(**changes: Any) -> dict[str, Any]:
    """Harbour's second statement: nothing happened."""
    account = {
        "account": "H-CLIENT",
        "balances": [{"unit": "USD", "opening": "1500.00", "closing": "1500.00"}],
        "entries": [],
    }
    said = {
        "number": "HARBOUR-CASH-000002",
        "sequence": 2,
        "statement_date": "2008-09-16",
        "accounts": [account],
    }
    return document(**(said | changes))


def codes(statement: Statement) -> list[str]:
    return [finding["code"] for finding in statement.findings]


class TestImportStatement:
    def test_stores_what_a_right_statement_says(self, cast: Cast) -> None:
        data = raw(document())
        statement = cast.take_in(data)
        statement.refresh_from_db()
        assert (statement.state, statement.findings, statement.kind) == (StatementState.ACCEPTED, [], "cash")
        assert bytes(statement.original) == data
        entries = statement.entries.values_list("sequence", "amount_minor", "account_reference", "type")
        assert list(entries) == [
            (1, 100_000, "F1/1", "incoming_payment"),
            (2, 50_000, "F2/1", "incoming_payment"),
        ]
        balance = statement.balances.get()
        assert (balance.custody_account, balance.closing_minor) == (
            cast.custody["HARBOUR", "client"],
            150_000,
        )

    def test_stores_holdings(self, cast: Cast) -> None:
        line = {"unit": "XNYS:IBM", "opening": "0", "closing": "7", "available": "5"}
        moves = [entry("7", "HB-9", unit="XNYS:IBM")]
        account = {"account": "H-CLIENT", "balances": [line], "entries": moves}
        statement = cast.take_in(raw(document(kind="holdings", accounts=[account])))
        held = statement.holdings.get()
        assert (held.settled_quantity, held.available_quantity) == (7, 5)
        assert statement.balances.get().closing_minor == 7

    def test_takes_the_same_bytes_in_once(self, cast: Cast) -> None:
        data = raw(document())
        assert cast.take_in(data).pk == cast.take_in(data).pk
        assert (Statement.objects.count(), StatementEntry.objects.count()) == (1, 2)

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"not even json", "not_json"),
            (raw(document(custodian="ISLAND")), "wrong_custodian"),
            (raw(document(version=9)), "unknown_version"),
            (raw(document()).replace(b'"500.00"', b"500.00"), "inexact_number"),
        ],
    )
    def test_keeps_what_it_cannot_read_and_says_why(self, cast: Cast, data: bytes, code: str) -> None:
        statement = cast.take_in(data)
        assert (statement.state, codes(statement)) == (StatementState.UNREADABLE, [code])
        assert bytes(Statement.objects.get().original) == data
        assert cast.take_in(data).pk == statement.pk
        assert not StatementEntry.objects.exists()
        assert not is_usable(statement)

    def test_reads_unreadable_bytes_again_once_they_can_be(self, cast: Cast) -> None:
        changed = document()
        changed["accounts"][0]["balances"].append({"unit": "HKD", "opening": "0.00", "closing": "0.00"})
        before = cast.take_in(raw(changed))
        assert codes(before) == ["unknown_unit"]
        create_units(drafts=[UnitDraft("HKD", "currency", 2)])
        after = cast.take_in(raw(changed))
        assert (after.pk != before.pk, after.state) == (True, StatementState.ACCEPTED)
        assert cast.take_in(raw(changed)).pk == after.pk

    def test_marks_a_statement_that_does_not_foot_and_keeps_its_lines(self, cast: Cast) -> None:
        statement = cast.take_in(raw(document()).replace(b'"1500.00"', b'"1500.01"'))
        assert (statement.state, codes(statement)) == (StatementState.MARKED, ["footing_wrong"])
        assert statement.entries.count() == 2
        assert not is_usable(statement)

    def test_marks_an_account_that_is_not_ours_and_stores_the_others(self, cast: Cast) -> None:
        stranger = {"account": "H-STRANGER", "balances": [], "entries": []}
        statement = cast.take_in(raw(document(accounts=[*document()["accounts"], stranger])))
        assert codes(statement) == ["unknown_account"]
        assert statement.entries.count() == 2

    def test_goes_on_from_the_statement_before(self, cast: Cast) -> None:
        cast.take_in(raw(document()))
        assert cast.take_in(raw(tuesday())).state == StatementState.ACCEPTED

    def test_marks_a_gap_without_stopping(self, cast: Cast) -> None:
        cast.take_in(raw(document()))
        statement = cast.take_in(raw(tuesday(sequence=4, number="HARBOUR-CASH-000004")))
        assert codes(statement) == ["sequence_gap"]
        assert is_usable(statement)

    def test_marks_an_opening_that_is_not_the_last_closing(self, cast: Cast) -> None:
        cast.take_in(raw(document()))
        statement = cast.take_in(raw(tuesday()).replace(b"1500.00", b"1499.99"))
        assert codes(statement) == ["opening_differs"]

    def test_accepts_the_missing_one_when_it_comes_late(self, cast: Cast) -> None:
        cast.take_in(raw(document()))
        late = {"number": "HARBOUR-CASH-000003", "sequence": 3, "statement_date": "2008-09-17"}
        assert codes(cast.take_in(raw(tuesday(**late)))) == ["sequence_gap"]
        assert cast.take_in(raw(tuesday())).state == StatementState.ACCEPTED

    def test_marks_a_second_statement_of_the_day(self, cast: Cast) -> None:
        cast.take_in(raw(document()))
        statement = cast.take_in(raw(tuesday(statement_date="2008-09-15")))
        assert codes(statement) == ["day_stated_before"]
        assert not is_usable(statement)

    def test_marks_a_number_that_was_used(self, cast: Cast) -> None:
        cast.take_in(raw(document()))
        statement = cast.take_in(raw(tuesday(sequence=1, number="HARBOUR-CASH-000001")))
        assert set(codes(statement)) == {"sequence_used_before", "number_used_before"}

    def test_marks_entries_that_an_earlier_statement_told(self, cast: Cast) -> None:
        cast.take_in(raw(document()))
        again = tuesday()
        again["accounts"][0]["entries"] = [entry("1000.00", "HB-1"), entry("-1000.00", "HB-3")]
        statement = cast.take_in(raw(again))
        assert codes(statement) == ["entry_stated_before"]
        assert statement.findings[0]["pointer"] == "/accounts/0/entries/0/bank_reference"
        assert not is_usable(statement)

    def test_does_not_confuse_banks_or_kinds(self, cast: Cast) -> None:
        cast.take_in(raw(document()))
        assert cast.take_in(raw(document(kind="holdings", accounts=[]))).state == StatementState.ACCEPTED
        island = raw(document(custodian="ISLAND", accounts=[]))
        assert cast.take_in(island, bank="ISLAND").state == StatementState.ACCEPTED

    def test_stores_hundreds_of_entries_in_few_statements(
        self, cast: Cast, django_assert_max_num_queries: Any
    ) -> None:
        told = document()
        told["accounts"][0]["entries"] = [entry("1.00", f"HB-{number}") for number in range(400)]
        told["accounts"][0]["balances"][0]["closing"] = "400.00"
        with django_assert_max_num_queries(20):
            assert cast.take_in(raw(told)).state == StatementState.ACCEPTED
        assert StatementEntry.objects.count() == 400

    def test_refuses_an_unknown_custodian(self, cast: Cast) -> None:
        with pytest.raises(UnknownCustodian):
            cast.take_in(raw(document()), bank="NOWHERE")

    def test_refuses_nothing_at_all(self, cast: Cast) -> None:
        with pytest.raises(EmptyStatement):
            cast.take_in(b"")


class TestUsableStatement:
    def find(self, cast: Cast, day: date) -> Statement | None:
        return usable_statement(
            book_id=cast.book.pk, custodian_id=cast.harbour.pk, kind="cash", statement_date=day
        )

    def test_is_the_day_s_first_that_nothing_stops(self, cast: Cast) -> None:
        cast.take_in(raw(document()).replace(b'"1500.00"', b'"1500.01"'))
        assert self.find(cast, MONDAY) is None
        right = cast.take_in(raw(tuesday(statement_date="2008-09-16")))
        assert self.find(cast, date(2008, 9, 16)) == right

    def test_has_its_lines(self, cast: Cast) -> None:
        cast.take_in(raw(document()))
        found = self.find(cast, MONDAY)
        assert found is not None
        assert StatementBalance.objects.filter(statement=found).count() == 1
        assert not HoldingLine.objects.filter(statement=found).exists()
