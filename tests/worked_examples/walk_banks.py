"""The bank's side of the walk: it carries out what is swept and instructed, and says so in a statement."""

import json

from custody.models import CustodyAccount, Payment
from custody.services.statements import import_statement
from custody.services.transfers import confirm_from_statement, sweep_transit
from tests.contracts.builders import Lending

Moved = list[tuple[int, str, int]]
"""Custody account, our reference, amount signed from the holder's view."""


def banks_confirm(book: Lending) -> None:
    """Sweep the transit accounts, and confirm transfers and payments by the bank's statement."""
    transfers = sweep_transit(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
    moved = [(one.from_account_id, one.reference, -one.amount_minor) for one in transfers]
    moved += [(one.to_account_id, one.reference, one.amount_minor) for one in transfers]
    moved += [
        (one.custody_account_id, one.reference or "", -one.amount_minor)
        for one in Payment.objects.filter(direction="out")
    ]
    received = import_statement(
        book_id=book.book.id,
        custodian_code="BANKA",
        raw=json.dumps(statement(book, moved)).encode(),
        file_name="banka.json",
        received_on=book.day,
        maker_id=book.maker.id,
    )
    confirmed = confirm_from_statement(
        statement_id=received.pk, booking_date=book.day, maker_id=book.maker.id
    )
    assert (confirmed.transfer_sides, confirmed.payments) == (2 * len(transfers), 2)


def statement(book: Lending, moved: Moved) -> dict[str, object]:
    accounts = CustodyAccount.objects.in_bulk({account for account, _, _ in moved})
    return {
        "format": "plimsoll-statement",
        "version": 1,
        "custodian": "BANKA",
        "kind": "cash",
        "number": "BANKA-CASH-000001",
        "sequence": 1,
        "statement_date": book.day.isoformat(),
        "accounts": [
            {
                "account": account.external_number,
                "balances": [
                    {
                        "unit": "CNY",
                        "opening": "0.00",
                        "closing": money(sum(amount for own, _, amount in moved if own == account.pk)),
                    }
                ],
                "entries": [
                    {
                        "bank_reference": f"BANK-{number}",
                        "account_reference": reference,
                        "type": "transfer",
                        "unit": "CNY",
                        "amount": money(amount),
                        "booking_date": book.day.isoformat(),
                        "value_date": book.day.isoformat(),
                        "description": "",
                    }
                    for number, (own, reference, amount) in enumerate(moved)
                    if own == account.pk
                ],
            }
            for account in sorted(accounts.values(), key=lambda one: one.external_number)
        ],
    }


def money(amount_minor: int) -> str:
    return f"{'-' if amount_minor < 0 else ''}{abs(amount_minor) // 100}.{abs(amount_minor) % 100:02}"
