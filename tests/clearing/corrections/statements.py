"""What Anchor Bank says in tests, and what happens when it says it otherwise later."""

import datetime as dt
import json
from typing import Any

from clearing.corrections.models import Correction
from clearing.corrections.services.statements import propose_statement_file
from clearing.reconciliation.services.reconcile import reconcile
from custody.models import Statement
from custody.services.incoming import book_incoming_payments
from custody.services.statements import import_statement
from custody.services.transfers import confirm_from_statement
from tests.clearing.margin.harbour import Harbour

Line = tuple[str, int, str]
"""The bank's reference, cents, the remitter's reference or ours."""


def said(*lines: Line, day: dt.date, account: str = "A-client", opening: int = 0, **changes: Any) -> bytes:
    """A cash statement of one account; receipts are incoming, what leaves is a transfer."""
    return json.dumps(
        {
            "format": "plimsoll-statement",
            "version": 1,
            "custodian": "ANCHOR",
            "kind": "cash",
            "number": f"ANCHOR-CASH-{day.day:06d}",
            "sequence": day.day,
            "statement_date": day.isoformat(),
            "accounts": [
                {
                    "account": account,
                    "balances": [
                        {
                            "unit": "USD",
                            "opening": _decimal(opening),
                            "closing": _decimal(opening + sum(cents for _ref, cents, _ours in lines)),
                        }
                    ],
                    "entries": [
                        {
                            "bank_reference": reference,
                            "account_reference": ours,
                            "type": "incoming_payment" if cents > 0 else "transfer",
                            "unit": "USD",
                            "amount": _decimal(cents),
                            "booking_date": day.isoformat(),
                            "value_date": day.isoformat(),
                            "description": "",
                        }
                        for reference, cents, ours in lines
                    ],
                }
            ],
        }
        | changes
    ).encode()


def _decimal(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def keep(world: Harbour, raw: bytes) -> Statement:
    """The statement comes."""
    return import_statement(
        book_id=world.book.pk,
        custodian_code="ANCHOR",
        raw=raw,
        file_name="anchor.json",
        received_on=world.day,
        maker_id=world.maker.pk,
    )


def take_in(world: Harbour, raw: bytes) -> Statement:
    """The statement comes, and what it tells is confirmed and booked."""
    statement = keep(world, raw)
    told: dict[str, Any] = {
        "statement_id": statement.pk,
        "booking_date": world.day,
        "maker_id": world.maker.pk,
    }
    confirm_from_statement(**told)
    book_incoming_payments(**told)
    return statement


def reconciled(world: Harbour) -> None:
    """The evening's reconciliation with Anchor."""
    reconcile(
        book_id=world.book.pk, custodian_code="ANCHOR", business_date=world.day, maker_id=world.maker.pk
    )


def correct_statement(world: Harbour, raw: bytes, reason: str = "the bank corrected it") -> Correction:
    """Keep the corrected file and propose it."""
    return propose_statement_file(
        book_id=world.book.pk,
        custodian_code="ANCHOR",
        raw=raw,
        file_name="anchor-corrected.json",
        received_on=world.day,
        reason=reason,
        evidence="Anchor's message 7",
        maker_id=world.maker.pk,
    )
