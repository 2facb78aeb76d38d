"""Write what was issued as JSON version 1: one file of cash, one of holdings.

Amounts are decimal strings in the unit's own scale. Opening plus entries equals closing in every account
and unit, unless a defect was asked for. The bytes depend on nothing but what was issued.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from custody.simulator.bank import Balances, Booking, IssuedStatement
from custody.simulator.defects import Defect, StatedLine, spoil

FORMAT = "plimsoll-statement"
VERSION = 1
KINDS = ("cash", "holdings")


def statement_files(
    *,
    code: str,
    accounts: Mapping[str, str],
    exponents: Mapping[str, int],
    statement: IssuedStatement,
    defect_seed: str | None,
    defect_rate_ppm: int,
) -> tuple[list[tuple[str, bytes]], list[Defect]]:
    """File name and bytes of the cash and the holdings statement, and the defects put into them."""
    files: list[tuple[str, bytes]] = []
    defects: list[Defect] = []
    for kind in KINDS:
        number = f"{code}-{kind.upper()}-{statement.sequence:06d}"
        lines = [
            StatedLine(booking.movement.amount, booking)
            for booking in statement.bookings
            if (booking.movement.unit in exponents) == (kind == "cash")
        ]
        shift: Balances = {}
        if defect_seed is not None:
            lines, shift, made = spoil(lines, number=number, seed=defect_seed, rate_ppm=defect_rate_ppm)
            defects += made
        document = {
            "format": FORMAT,
            "version": VERSION,
            "custodian": code,
            "kind": kind,
            "number": number,
            "sequence": statement.sequence,
            "statement_date": statement.statement_date.isoformat(),
            "accounts": [
                _account(kind, account, exponents, statement, lines, shift) for account in sorted(accounts)
            ],
        }
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        files.append((f"{number}.json", text.encode()))
    return files, defects


def _account(
    kind: str,
    account: str,
    exponents: Mapping[str, int],
    statement: IssuedStatement,
    lines: Sequence[StatedLine],
    shift: Balances,
) -> dict[str, Any]:
    own = [line for line in lines if line.booking.movement.account == account]
    moved: dict[str, int] = {}
    for line in own:
        unit = line.booking.movement.unit
        moved[unit] = moved.get(unit, 0) + line.amount
    held = {
        unit
        for number, unit in statement.closing
        if number == account and (unit in exponents) == (kind == "cash")
    }
    balances = []
    for unit in sorted(held | moved.keys()):
        opening = statement.opening.get((account, unit), 0)
        closing = opening + moved.get(unit, 0) + shift.get((account, unit), 0)
        if opening == closing == 0 and unit not in moved:
            continue
        exponent = exponents.get(unit, 0)
        stated = {"unit": unit, "opening": decimal(opening, exponent), "closing": decimal(closing, exponent)}
        if kind == "holdings":
            stated["available"] = decimal(closing, exponent)
        balances.append(stated)
    return {
        "account": account,
        "balances": balances,
        "entries": [_entry(line.amount, line.booking, exponents) for line in own],
    }


def _entry(amount: int, booking: Booking, exponents: Mapping[str, int]) -> dict[str, str]:
    movement = booking.movement
    return {
        "bank_reference": booking.bank_reference,
        "account_reference": movement.account_reference,
        "type": movement.kind,
        "unit": movement.unit,
        "amount": decimal(amount, exponents.get(movement.unit, 0)),
        "booking_date": booking.booking_date.isoformat(),
        "value_date": movement.value_date.isoformat(),
        "description": movement.description,
    }


def decimal(amount: int, exponent: int) -> str:
    """`-1234` with two decimals is `-12.34`."""
    if exponent == 0:
        return str(amount)
    whole, part = divmod(abs(amount), 10**exponent)
    return f"{'-' if amount < 0 else ''}{whole}.{part:0{exponent}d}"
