"""A statement is read exactly or refused by name and place."""

import json
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custody.domain import statement_json
from custody.domain.statement_json import (
    ParsedStatement,
    StatedUnit,
    StatementUnreadable,
    parse_statement,
)
from tests.custody.cast import document, entry, raw

UNITS = {
    "USD": StatedUnit(2, is_currency=True),
    "JPY": StatedUnit(0, is_currency=True),
    "XNYS:IBM": StatedUnit(0, is_currency=False),
}


def read(value: object) -> ParsedStatement:
    return parse_statement(raw(value), units=UNITS)


def refusal(data: bytes) -> tuple[str, str]:
    with pytest.raises(StatementUnreadable) as caught:
        parse_statement(data, units=UNITS)
    return caught.value.code, caught.value.pointer


def with_entry(**changes: Any) -> dict[str, Any]:
    changed = document()
    changed["accounts"][0]["entries"][1] |= changes
    return changed


def without(path: list[Any]) -> dict[str, Any]:
    changed = deepcopy(document())
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return changed


class TestParseStatement:
    def test_gives_amounts_in_minor_units_and_days(self) -> None:
        statement = read(document())
        assert (statement.custodian, statement.kind, statement.sequence) == ("HARBOUR", "cash", 1)
        assert statement.statement_date == date(2008, 9, 15)
        assert [line.amount_minor for line in statement.accounts[0].entries] == [100_000, 50_000]
        assert statement.accounts[0].balances[0].closing_minor == 150_000

    def test_reads_each_unit_in_its_own_scale(self) -> None:
        statement = read(with_entry(unit="JPY", amount="-500"))
        assert statement.accounts[0].entries[1].amount_minor == -500

    def test_reads_holdings_with_what_is_available(self) -> None:
        lines = [{"unit": "XNYS:IBM", "opening": "0", "closing": "7", "available": "5"}]
        moves = [entry("7", "HB-9", unit="XNYS:IBM")]
        account = {"account": "H-CLIENT", "balances": lines, "entries": moves}
        statement = read(document(kind="holdings", accounts=[account]))
        assert statement.accounts[0].balances[0].available_minor == 5

    def test_tells_where_an_entry_stood(self) -> None:
        assert read(document()).accounts[0].entries[1].pointer == "/accounts/0/entries/1"

    @pytest.mark.parametrize(
        ("value", "code", "pointer"),
        [
            ([], "wrong_type", ""),
            (document(format="camt"), "unknown_format", "/format"),
            (document(version=2), "unknown_version", "/version"),
            (document(version=True), "unknown_version", "/version"),
            (document(kind="futures"), "unknown_kind", "/kind"),
            (document(sequence="1"), "wrong_type", "/sequence"),
            (document(sequence=0), "wrong_type", "/sequence"),
            (document(sequence=True), "wrong_type", "/sequence"),
            (document(statement_date="15.09.2008"), "bad_date", "/statement_date"),
            (document(statement_date="2008-02-30"), "bad_date", "/statement_date"),
            (document(statement_date="20080915"), "bad_date", "/statement_date"),
            (document(accounts={}), "wrong_type", "/accounts"),
            (document(surprise=1), "unknown_key", "/surprise"),
            (document(**{"a/b~": 1}), "unknown_key", "/a~1b~0"),
            (without(["number"]), "missing_key", "/number"),
            (without(["accounts", 0, "balances"]), "missing_key", "/accounts/0/balances"),
            (without(["accounts", 0, "entries", 1, "amount"]), "missing_key", "/accounts/0/entries/1/amount"),
            (document(accounts=document()["accounts"] * 2), "stated_twice", "/accounts/1"),
        ],
    )
    def test_refuses_another_shape(self, value: object, code: str, pointer: str) -> None:
        assert refusal(raw(value)) == (code, pointer)

    @pytest.mark.parametrize(
        ("changes", "code", "key"),
        [
            ({"amount": 5}, "wrong_type", "amount"),
            ({"amount": 5.5}, "inexact_number", "amount"),
            ({"amount": float("nan")}, "inexact_number", "amount"),
            ({"amount": float("inf")}, "inexact_number", "amount"),
            ({"amount": "NaN"}, "bad_amount", "amount"),
            ({"amount": "1e3"}, "bad_amount", "amount"),
            ({"amount": "1,000.00"}, "bad_amount", "amount"),
            ({"amount": "+5.00"}, "bad_amount", "amount"),
            ({"amount": " 5.00"}, "bad_amount", "amount"),
            ({"amount": "5.001"}, "bad_amount", "amount"),
            ({"amount": "\u0665.00"}, "bad_amount", "amount"),
            ({"amount": "99999999999999999999.00"}, "bad_amount", "amount"),
            ({"amount": "0.00"}, "zero_amount", "amount"),
            ({"amount": None}, "wrong_type", "amount"),
            ({"unit": "EUR"}, "unknown_unit", "unit"),
            ({"unit": "XNYS:IBM", "amount": "5"}, "wrong_unit", "unit"),
            ({"value_date": 20080915}, "wrong_type", "value_date"),
            ({"bank_reference": ""}, "bad_length", "bank_reference"),
            ({"bank_reference": "x" * 41}, "bad_length", "bank_reference"),
            ({"description": "nul\x00"}, "bad_text", "description"),
            ({"description": "half \ud800"}, "bad_text", "description"),
            ({"description": ["a"]}, "wrong_type", "description"),
        ],
    )
    def test_refuses_an_entry_that_is_not_exact(self, changes: Any, code: str, key: str) -> None:
        assert refusal(raw(with_entry(**changes))) == (code, f"/accounts/0/entries/1/{key}")

    def test_refuses_a_key_given_twice(self) -> None:
        data = raw(document()).replace(b'"amount": "500.00"', b'"amount": "500.00", "amount": "5.00"')
        assert refusal(data) == ("duplicate_key", "/accounts/0/entries/1/amount")

    def test_refuses_a_unit_balanced_twice(self) -> None:
        changed = document()
        changed["accounts"][0]["balances"] *= 2
        assert refusal(raw(changed)) == ("stated_twice", "/accounts/0/balances/1")

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"", "not_json"),
            (b"{", "not_json"),
            (b"\xff\xfe{}", "not_utf8"),
            (b"\xef\xbb\xbf{}", "not_json"),
            (raw(document()) + b"{}", "not_json"),
            (b"[" * 200_000, "too_deep"),
            (b'{"sequence": ' + b"9" * 5000 + b"}", "not_json"),
        ],
    )
    def test_refuses_what_is_no_json(self, data: bytes, code: str) -> None:
        assert refusal(data) == (code, "")

    def test_refuses_a_file_beyond_measure(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(statement_json, "LARGEST_BYTES", 100)
        assert refusal(raw(document())) == ("too_large", "")

    def test_keeps_what_the_file_says_out_of_the_message_on_broken_json(self) -> None:
        with pytest.raises(StatementUnreadable) as caught:
            parse_statement(b'{"description": "secret', units=UNITS)
        assert "secret" not in str(caught.value)


@given(st.binary(max_size=300))
def test_never_fails_otherwise_on_any_bytes(data: bytes) -> None:
    reads_or_refuses(data)


leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(anything, st.sampled_from(["", "accounts", "entry", "balance", "sequence"]))
def test_never_fails_otherwise_on_any_json(value: object, place: str) -> None:
    changed = document()
    put: dict[str, Callable[[], None]] = {
        "accounts": lambda: changed.update(accounts=value),
        "sequence": lambda: changed.update(sequence=value),
        "entry": lambda: changed["accounts"][0]["entries"].append(value),
        "balance": lambda: changed["accounts"][0]["balances"].append(value),
    }
    put.get(place, lambda: None)()
    reads_or_refuses(json.dumps(changed if place else value).encode("utf-8", "surrogatepass"))


def reads_or_refuses(data: bytes) -> None:
    with suppress(StatementUnreadable):
        parse_statement(data, units=UNITS)
