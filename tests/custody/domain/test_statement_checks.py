"""What a readable statement can still have wrong."""

from typing import Any

import pytest

from custody.domain.statement_checks import Finding, Predecessor, check_continuity, check_statement
from custody.domain.statement_json import ParsedStatement, parse_statement
from tests.custody.cast import document, entry, raw
from tests.custody.domain.test_statement_json import UNITS


def statement(**changes: Any) -> ParsedStatement:
    return parse_statement(raw(document(**changes)), units=UNITS)


def account(*entries: dict[str, str], opening: str = "0.00", closing: str = "0.00") -> dict[str, Any]:
    balances = [{"unit": "USD", "opening": opening, "closing": closing}]
    return {"account": "H-CLIENT", "balances": balances, "entries": list(entries)}


def findings(*accounts: dict[str, Any]) -> list[Finding]:
    return check_statement(statement(accounts=list(accounts)), known_accounts=["H-CLIENT"])


def said(found: list[Finding]) -> list[tuple[str, str, bool]]:
    return [(one.code, one.pointer, one.stops) for one in found]


class TestCheckStatement:
    def test_finds_nothing_where_opening_and_entries_make_the_closing(self) -> None:
        assert (
            findings(account(entry("5.00", "A"), entry("-2.00", "B"), opening="1.00", closing="4.00")) == []
        )

    def test_finds_a_closing_that_does_not_foot(self) -> None:
        found = findings(account(entry("5.00", "A"), closing="5.01"))
        assert said(found) == [("footing_wrong", "/accounts/0/balances/0/closing", True)]
        assert found[0].detail == "H-CLIENT USD: 500 by the entries, 501 stated"

    def test_finds_an_entry_whose_unit_has_no_balance(self) -> None:
        found = findings(account(entry("5", "A", unit="JPY")))
        assert said(found) == [("balance_missing", "/accounts/0/entries/0/unit", True)]

    def test_finds_an_account_that_is_not_ours(self) -> None:
        found = findings(account() | {"account": "H-STRANGER"})
        assert said(found) == [("unknown_account", "/accounts/0/account", True)]

    def test_finds_a_reference_given_to_two_entries(self) -> None:
        found = findings(account(entry("5.00", "A"), entry("5.00", "A"), closing="10.00"))
        assert said(found) == [("reference_repeated", "/accounts/0/entries/1/bank_reference", True)]

    def test_finds_an_entry_dated_ahead(self) -> None:
        found = findings(account(entry("5.00", "A", booking_date="2008-09-16"), closing="5.00"))
        assert said(found) == [("dated_ahead", "/accounts/0/entries/0/booking_date", True)]

    def test_lets_an_entry_have_its_value_later(self) -> None:
        assert findings(account(entry("5.00", "A", value_date="2008-09-17"), closing="5.00")) == []


BEFORE = Predecessor(number="HARBOUR-CASH-000001", sequence=1, closing_minor={("H-CLIENT", "USD"): 100})


class TestCheckContinuity:
    def check(self, *, sequence: int = 2, opening: str = "1.00") -> list[tuple[str, str, bool]]:
        now = statement(sequence=sequence, accounts=[account(opening=opening, closing=opening)])
        return said(check_continuity(now, BEFORE))

    def test_finds_nothing_before_the_first(self) -> None:
        assert check_continuity(statement(sequence=40), None) == []

    def test_finds_nothing_where_it_goes_on(self) -> None:
        assert self.check() == []

    def test_finds_a_gap_in_the_numbers_which_does_not_stop(self) -> None:
        assert self.check(sequence=4) == [("sequence_gap", "/sequence", False)]

    def test_finds_an_opening_that_is_not_the_last_closing(self) -> None:
        assert self.check(opening="1.01") == [("opening_differs", "/accounts/0/balances/0/opening", False)]

    @pytest.mark.parametrize("gone", [[], [{"account": "H-CLIENT", "balances": [], "entries": []}]])
    def test_finds_a_balance_that_is_no_longer_told(self, gone: list[dict[str, Any]]) -> None:
        found = check_continuity(statement(sequence=2, accounts=gone), BEFORE)
        assert said(found) == [("opening_differs", "/accounts", False)]

    def test_finds_an_account_that_opens_with_money_from_nowhere(self) -> None:
        before = Predecessor(number="x", sequence=1, closing_minor={})
        found = check_continuity(statement(sequence=2, accounts=[account(opening="5.00")]), before)
        assert [one.code for one in found] == ["opening_differs"]
