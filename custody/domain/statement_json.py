"""Read a statement in the platform's own JSON format, version 1; strictly, or not at all.

Representation: amounts are plain decimal text in the unit's scale and come out as integers in minor units,
signed from the account holder's view. What is not exactly as expected is refused with a code and a JSON
pointer; the caller keeps the bytes. The format is described in docs/rules/custody.md.

Source: DESIGN 8 (statements), 1 rule 4 (exact money).
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.domain.money import InvalidAmount, parse_amount_minor

FORMAT: Final = "plimsoll-statement"
VERSION: Final = 1
LARGEST_BYTES: Final = 64 * 1024 * 1024
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_KINDS = ("cash", "holdings")

Json = object
"""What the decoder gives: text, int, bool, None, list, or one of the two classes below."""


class StatementUnreadable(Exception):
    """The file is not a statement that can be read: ask the custodian for a right one. The file is kept."""

    def __init__(self, code: str, pointer: str, detail: str) -> None:
        super().__init__(f"{code} at {pointer or 'the top'}: {detail}")
        self.code, self.pointer, self.detail = code, pointer, detail


@dataclass(frozen=True, slots=True)
class StatedUnit:
    """A unit that the platform knows: decimals, and whether it is money."""

    exponent: int
    is_currency: bool


@dataclass(frozen=True, slots=True)
class ParsedBalance:
    pointer: str
    unit: str
    opening_minor: int
    closing_minor: int
    available_minor: int | None
    """Of holdings only."""


@dataclass(frozen=True, slots=True)
class ParsedEntry:
    pointer: str
    bank_reference: str
    account_reference: str
    type: str
    unit: str
    amount_minor: int
    booking_date: date
    value_date: date
    description: str


@dataclass(frozen=True, slots=True)
class ParsedAccount:
    pointer: str
    number: str
    balances: tuple[ParsedBalance, ...]
    entries: tuple[ParsedEntry, ...]


@dataclass(frozen=True, slots=True)
class ParsedStatement:
    custodian: str
    kind: str
    number: str
    sequence: int
    statement_date: date
    accounts: tuple[ParsedAccount, ...]


class _Pairs(list[tuple[str, Json]]):
    """An object as it stood, repeated names included: a dict would keep the last and say nothing."""


@dataclass(frozen=True, slots=True)
class _Inexact:
    """A number with a fraction, an exponent, or none at all (NaN)."""

    text: str


def parse_statement(raw: bytes, *, units: Mapping[str, StatedUnit]) -> ParsedStatement:
    """Return what the file says.

    :raises StatementUnreadable: it is not exactly in the format; nothing of it is to be used.
    """
    top = _members(
        _decode(raw),
        "",
        ("format", "version", "custodian", "kind", "number", "sequence", "statement_date", "accounts"),
    )
    if top["format"] != FORMAT:
        raise StatementUnreadable("unknown_format", "/format", f"expected {FORMAT!r}")
    if type(top["version"]) is not int or top["version"] != VERSION:
        raise StatementUnreadable("unknown_version", "/version", f"expected {VERSION}")
    kind = _text(top["kind"], "/kind", 8)
    if kind not in _KINDS:
        raise StatementUnreadable("unknown_kind", "/kind", "expected cash or holdings")
    sequence = top["sequence"]
    if type(sequence) is not int or not 0 < sequence < 2**31:
        raise StatementUnreadable("wrong_type", "/sequence", "expected a whole number above nought")
    accounts = tuple(
        _account(value, f"/accounts/{index}", kind, units)
        for index, value in enumerate(_array(top["accounts"], "/accounts"))
    )
    seen: set[str] = set()
    for account in accounts:
        if account.number in seen:
            raise StatementUnreadable("stated_twice", account.pointer, f"account {account.number} again")
        seen.add(account.number)
    return ParsedStatement(
        custodian=_text(top["custodian"], "/custodian", 16),
        kind=kind,
        number=_text(top["number"], "/number", 40),
        sequence=sequence,
        statement_date=_day(top["statement_date"], "/statement_date"),
        accounts=accounts,
    )


def _decode(raw: bytes) -> Json:
    if len(raw) > LARGEST_BYTES:
        raise StatementUnreadable("too_large", "", f"more than {LARGEST_BYTES} bytes")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StatementUnreadable("not_utf8", "", f"byte {error.start}") from None
    try:
        decoded: Json = json.loads(
            text, object_pairs_hook=_Pairs, parse_float=_Inexact, parse_constant=_Inexact
        )
    except RecursionError:
        raise StatementUnreadable("too_deep", "", "nested beyond any statement") from None
    except ValueError as error:
        # The message may quote the file, so only the place is told.
        place = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "a number too long"
        raise StatementUnreadable("not_json", "", place) from None
    return decoded


def _members(value: Json, pointer: str, names: tuple[str, ...]) -> dict[str, Json]:
    """The object's members: exactly these names, each once."""
    if not isinstance(value, _Pairs):
        raise StatementUnreadable("wrong_type", pointer, "expected an object")
    members: dict[str, Json] = {}
    for name, member in value:
        if name in members:
            raise StatementUnreadable("duplicate_key", f"{pointer}/{_escaped(name)}", "named twice")
        if name not in names:
            raise StatementUnreadable("unknown_key", f"{pointer}/{_escaped(name)}", "not in the format")
        members[name] = member
    for name in names:
        if name not in members:
            raise StatementUnreadable("missing_key", f"{pointer}/{name}", "has to be there")
    return members


def _account(value: Json, pointer: str, kind: str, units: Mapping[str, StatedUnit]) -> ParsedAccount:
    members = _members(value, pointer, ("account", "balances", "entries"))
    balances = tuple(
        _balance(line, f"{pointer}/balances/{index}", kind, units)
        for index, line in enumerate(_array(members["balances"], f"{pointer}/balances"))
    )
    seen: set[str] = set()
    for balance in balances:
        if balance.unit in seen:
            raise StatementUnreadable("stated_twice", balance.pointer, f"balance of {balance.unit} again")
        seen.add(balance.unit)
    return ParsedAccount(
        pointer=pointer,
        number=_text(members["account"], f"{pointer}/account", 34),
        balances=balances,
        entries=tuple(
            _entry(line, f"{pointer}/entries/{index}", kind, units)
            for index, line in enumerate(_array(members["entries"], f"{pointer}/entries"))
        ),
    )


def _balance(value: Json, pointer: str, kind: str, units: Mapping[str, StatedUnit]) -> ParsedBalance:
    names = ("unit", "opening", "closing") + (("available",) if kind == "holdings" else ())
    members = _members(value, pointer, names)
    code, unit = _unit(members["unit"], f"{pointer}/unit", kind, units)
    return ParsedBalance(
        pointer=pointer,
        unit=code,
        opening_minor=_amount(members["opening"], f"{pointer}/opening", unit),
        closing_minor=_amount(members["closing"], f"{pointer}/closing", unit),
        available_minor=(
            _amount(members["available"], f"{pointer}/available", unit) if kind == "holdings" else None
        ),
    )


def _entry(value: Json, pointer: str, kind: str, units: Mapping[str, StatedUnit]) -> ParsedEntry:
    members = _members(
        value,
        pointer,
        (
            "bank_reference",
            "account_reference",
            "type",
            "unit",
            "amount",
            "booking_date",
            "value_date",
            "description",
        ),
    )
    code, unit = _unit(members["unit"], f"{pointer}/unit", kind, units)
    amount_minor = _amount(members["amount"], f"{pointer}/amount", unit)
    if amount_minor == 0:
        raise StatementUnreadable("zero_amount", f"{pointer}/amount", "an entry moves something")
    return ParsedEntry(
        pointer=pointer,
        bank_reference=_text(members["bank_reference"], f"{pointer}/bank_reference", 40),
        account_reference=_text(members["account_reference"], f"{pointer}/account_reference", 80, shortest=0),
        type=_text(members["type"], f"{pointer}/type", 32),
        unit=code,
        amount_minor=amount_minor,
        booking_date=_day(members["booking_date"], f"{pointer}/booking_date"),
        value_date=_day(members["value_date"], f"{pointer}/value_date"),
        description=_text(members["description"], f"{pointer}/description", 200, shortest=0),
    )


def _unit(value: Json, pointer: str, kind: str, units: Mapping[str, StatedUnit]) -> tuple[str, StatedUnit]:
    code = _text(value, pointer, 32)
    unit = units.get(code)
    if unit is None:
        raise StatementUnreadable("unknown_unit", pointer, f"{code} is not set up; create it and read again")
    if unit.is_currency != (kind == "cash"):
        raise StatementUnreadable("wrong_unit", pointer, f"{code} has no place in a statement of {kind}")
    return code, unit


def _amount(value: Json, pointer: str, unit: StatedUnit) -> int:
    text = _text(value, pointer, 40)
    try:
        return parse_amount_minor(text, exponent=unit.exponent)
    except InvalidAmount as error:
        raise StatementUnreadable("bad_amount", pointer, str(error)) from None


def _day(value: Json, pointer: str) -> date:
    text = _text(value, pointer, 10)
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise StatementUnreadable("bad_date", pointer, "expected a day as YYYY-MM-DD")


def _text(value: Json, pointer: str, longest: int, *, shortest: int = 1) -> str:
    if isinstance(value, _Inexact):
        raise StatementUnreadable("inexact_number", pointer, "amounts are text, never a number")
    if not isinstance(value, str):
        raise StatementUnreadable("wrong_type", pointer, "expected text")
    if not shortest <= len(value) <= longest:
        raise StatementUnreadable("bad_length", pointer, f"expected {shortest} to {longest} characters")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise StatementUnreadable("bad_text", pointer, "holds a control character")
    return value


def _array(value: Json, pointer: str) -> list[Json]:
    if not isinstance(value, list) or isinstance(value, _Pairs):
        raise StatementUnreadable("wrong_type", pointer, "expected a list")
    return value


def _escaped(name: str) -> str:
    """A member's name in a JSON pointer (RFC 6901), cut where it is long and without what cannot be shown."""
    shown = "".join(character if character.isprintable() else "?" for character in name[:40])
    return shown.replace("~", "~0").replace("/", "~1")
