"""The cast of custody's tests: Wang and Okafor are clients of Harbour Bank, Meridian lends from Island Bank.

Operations' Mei asks, risk's Noah approves. Amounts are cents.
"""

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import Party, User
from accounts.queries.staff import day_runner_id
from accounts.services.actor import acting
from accounts.services.approvals import approve
from accounts.services.parties import register_party
from custody.models import Custodian, CustodyAccount, Payment, Statement
from custody.services.custodians import open_custody_account, register_custodian, set_cash_home
from custody.services.statements import import_statement
from ledger.models import Book
from ledger.queries.accounts import account_id
from ledger.queries.balances import balance
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.books import UnitDraft, create_book, create_units
from ledger.services.days import open_business_day

MONDAY, TUESDAY, WEDNESDAY = (dt.date(2008, 9, day) for day in (15, 16, 17))
RINGS = ("client", "funder", "reserve", "house")


@dataclass
class Cast:
    """A book with two banks and an open Monday."""

    book: Book
    runner: int
    units: dict[str, int]
    mei: User
    noah: User
    harbour: Custodian
    island: Custodian
    custody: dict[tuple[str, str], CustodyAccount] = field(default_factory=dict)
    meridian: Party | None = None
    wang_cash: int = 0
    wang_shares: int = 0
    okafor_cash: int = 0

    def balance(self, address: str, unit: str = "USD") -> int:
        return balance(account_id=account_id(book_id=self.book.pk, address=address, unit_code=unit))

    def approved(self, payment: Payment) -> int:
        """Noah approves; the approval's id."""
        assert payment.approval_id is not None
        return approve(approval_id=payment.approval_id, checker_id=self.noah.pk).pk

    def take_in(self, raw: bytes, *, bank: str = "HARBOUR", on: dt.date = MONDAY) -> Statement:
        return import_statement(
            book_id=self.book.pk,
            custodian_code=bank,
            raw=raw,
            file_name=f"{bank}.json",
            received_on=on,
            maker_id=self.runner,
        )


def staff(name: str, role: str, *, by: int) -> User:
    with acting(actor_id=by, reason="test cast"):
        user = User.objects.create(username=name, is_staff=True, password="!")
        user.groups.add(Group.objects.get(name=role))
    return user


def make_cast(*, code: str = "MAIN") -> Cast:
    runner = day_runner_id()
    units = create_units(
        drafts=[
            UnitDraft("USD", "currency", 2),
            UnitDraft("JPY", "currency", 0),
            UnitDraft("XNYS:IBM", "security", 0),
        ]
    )
    with transaction.atomic():
        who: dict[str, Any] = {"actor_id": runner, "reason": "test cast"}
        parties = {
            name: Party.objects.filter(code=name).first()
            or register_party(code=name, kind=kind, display_name=name.title(), **who)
            for name, kind in (
                ("HARBOUR", "custodian"),
                ("ISLAND", "custodian"),
                ("MERIDIAN", "funder"),
                ("C1", "client"),
                ("C2", "client"),
            )
        }
        banks = {
            name: Custodian.objects.filter(code=name).first()
            or register_custodian(code=name, name=f"{name.title()} Bank", party_id=parties[name].pk, **who)
            for name in ("HARBOUR", "ISLAND")
        }
        cast = Cast(
            book=create_book(code=code, name=f"{code} pool", base_unit_code="USD"),
            runner=runner,
            units=units,
            mei=User.objects.filter(username="mei").first() or staff("mei", "operations", by=runner),
            noah=User.objects.filter(username="noah").first() or staff("noah", "risk", by=runner),
            harbour=banks["HARBOUR"],
            island=banks["ISLAND"],
            meridian=parties["MERIDIAN"],
        )
        prefix = "" if code == "MAIN" else f"{code}-"
        for bank in banks.values():
            for ring in RINGS:
                cast.custody[bank.code, ring] = open_custody_account(
                    book_id=cast.book.pk,
                    custodian_id=bank.pk,
                    ring=ring,
                    external_number=f"{prefix}{bank.code[0]}-{ring.upper()}",
                    unit_ids=sorted(units.values()),
                    **who,
                )
        for ring, owner, bank_code in (
            ("funder", parties["MERIDIAN"].pk, "ISLAND"),
            ("reserve", None, "HARBOUR"),
            ("house", None, "HARBOUR"),
        ):
            set_cash_home(
                book_id=cast.book.pk,
                ring=ring,
                owner_id=owner,
                custody_account_id=cast.custody[bank_code, ring].pk,
                **who,
            )
    open_clients(cast, parties)
    open_business_day(book_id=cast.book.pk, business_date=MONDAY, maker_id=runner)
    return cast


def open_clients(cast: Cast, parties: dict[str, Party]) -> None:
    usd, ibm = cast.units["USD"], cast.units["XNYS:IBM"]
    money = "no_debit_balance"
    wang, okafor = parties["C1"].pk, parties["C2"].pk
    ids = open_accounts(
        book_id=cast.book.pk,
        drafts=[
            AccountDraft("client/C1/F1/cash", usd, "client", "entitlement", 2010, wang, "F1", money),
            AccountDraft("client/C1/F1/securities", ibm, "client", "entitlement", 2020, wang, "F1", money),
            AccountDraft("client/C2/F2/cash", usd, "client", "entitlement", 2010, okafor, "F2", money),
        ],
    )
    cast.wang_cash = ids["client/C1/F1/cash", usd]
    cast.wang_shares = ids["client/C1/F1/securities", ibm]
    cast.okafor_cash = ids["client/C2/F2/cash", usd]


def entry(amount: str, reference: str, ours: str = "", **other: str) -> dict[str, str]:
    return {
        "bank_reference": reference,
        "account_reference": ours,
        "type": "transfer",
        "unit": "USD",
        "amount": amount,
        "booking_date": "2008-09-15",
        "value_date": "2008-09-15",
        "description": "",
    } | other


def document(**changes: Any) -> dict[str, Any]:
    """Harbour's first cash statement, of Monday: Wang's and Okafor's deposits came in."""
    return {
        "format": "plimsoll-statement",
        "version": 1,
        "custodian": "HARBOUR",
        "kind": "cash",
        "number": "HARBOUR-CASH-000001",
        "sequence": 1,
        "statement_date": "2008-09-15",
        "accounts": [
            {
                "account": "H-CLIENT",
                "balances": [{"unit": "USD", "opening": "0.00", "closing": "1500.00"}],
                "entries": [
                    entry("1000.00", "HB-1", "F1/1", type="incoming_payment"),
                    entry("500.00", "HB-2", "F2/1", type="incoming_payment"),
                ],
            }
        ],
    } | changes


def raw(value: object) -> bytes:
    return json.dumps(value).encode()
