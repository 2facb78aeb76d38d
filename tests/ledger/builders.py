"""A small book for tests of the ledger: Wang and Okafor are clients, Harbour lends, the bank is BANKA."""

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts.models import Party, User
from accounts.services.parties import register_party
from ledger.models import Book
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.books import UnitDraft, create_book, create_units
from ledger.services.days import open_business_day
from ledger.services.posting import EntryDraft, PostedEntry, PostingDraft, post_journal_entries

MONDAY = dt.date(2008, 9, 15)
_numbers = itertools.count(1)


@dataclass
class SmallBook:
    """Accounts by short name; amounts in cents or shares."""

    book: Book
    maker: User
    units: dict[str, int]
    accounts: dict[str, int] = field(default_factory=dict)

    def draft(self, kind: str, key: str = "", value_date: dt.date = MONDAY, **amounts: int) -> EntryDraft:
        return self.draft_of(kind, amounts, key=key, value_date=value_date)

    def draft_of(
        self, kind: str, amounts: Mapping[str, int], *, key: str = "", value_date: dt.date = MONDAY
    ) -> EntryDraft:
        return EntryDraft(
            kind=kind,
            value_date=value_date,
            narration=f"{kind} of the test",
            source_reference="tests:1",
            idempotency_key=key or f"key-{next(_numbers)}",
            postings=[PostingDraft(self.accounts[name], amount) for name, amount in amounts.items()],
        )

    def post(self, *drafts: EntryDraft, day: dt.date = MONDAY, caller: str = "tests") -> list[PostedEntry]:
        return post_journal_entries(
            book_id=self.book.id, booking_date=day, drafts=drafts, caller=caller, maker_id=self.maker.id
        )


def register(code: str, kind: str) -> Party:
    runner = User.objects.get(username="day-runner")
    return register_party(
        code=code, kind=kind, display_name=code.title(), locale="en", actor_id=runner.id, reason="test cast"
    )


def small_book(*, code: str = "MAIN", day: dt.date | None = MONDAY) -> SmallBook:
    units = create_units(
        drafts=[
            UnitDraft("USD", "currency", 2, "US dollar"),
            UnitDraft("JPY", "currency", 0, "yen"),
            UnitDraft("XNYS:IBM", "security", 0, "IBM"),
        ]
    )
    made = SmallBook(
        book=create_book(code=code, name=f"{code} pool", base_unit_code="USD"),
        maker=User.objects.get(username="day-runner"),
        units=units,
    )
    parties = {
        name: Party.objects.filter(code=f"{name}{code}".upper()).first()
        or register(f"{name}{code}".upper(), kind)
        for name, kind in (("wang", "client"), ("okafor", "client"), ("harbour", "funder"))
    }
    usd, jpy, ibm = (units[unit] for unit in ("USD", "JPY", "XNYS:IBM"))
    client, money = "client", "no_debit_balance"
    wang, okafor, harbour = (parties[name].id for name in ("wang", "okafor", "harbour"))
    named = {
        "bank": AccountDraft("client/custody/BANKA", usd, client, "custody", 1010, is_hot=True),
        "bank_jpy": AccountDraft("client/custody/BANKA", jpy, client, "custody", 1010, is_hot=True),
        "vault": AccountDraft("client/custody/BANKA", ibm, client, "custody", 1020, is_hot=True),
        "transit": AccountDraft("client/transit/BANKA", usd, client, "transit", 1030, is_hot=True),
        "payments": AccountDraft("client/payments/BANKA", usd, client, "payments", 1040),
        "unallocated": AccountDraft(
            "client/unallocated/BANKA", usd, client, "unallocated", 2050, limit=money
        ),
        "wang": AccountDraft("client/W1/F1/cash", usd, client, "entitlement", 2010, wang, "F1", money),
        "wang_shares": AccountDraft(
            "client/W1/F1/securities", ibm, client, "entitlement", 2020, wang, "F1", money
        ),
        "wang_other": AccountDraft("client/W1/F3/cash", usd, client, "entitlement", 2010, wang, "F3", money),
        "wang_unsettled": AccountDraft(
            "client/W1/F1/cash/unsettled", usd, client, "unsettled", 2030, wang, "F1"
        ),
        "okafor": AccountDraft("client/O1/F2/cash", usd, client, "entitlement", 2010, okafor, "F2", money),
        "funder_bank": AccountDraft("funder/custody/BANKA", usd, "funder", "custody", 1010, is_hot=True),
        "funder_transit": AccountDraft("funder/transit/BANKA", usd, "funder", "transit", 1030, is_hot=True),
        "harbour": AccountDraft(
            "funder/H1/available", usd, "funder", "funder_available", 2210, harbour, "", money
        ),
        "loan": AccountDraft(
            "contract/F1/principal", usd, "principal", "loan_principal", 1210, wang, "F1", "no_credit_balance"
        ),
        "funded": AccountDraft(
            "contract/F1/funded/H1", usd, "principal", "funded_principal", 2220, harbour, "F1", money
        ),
        "loan_2": AccountDraft(
            "contract/F2/principal",
            usd,
            "principal",
            "loan_principal",
            1210,
            okafor,
            "F2",
            "no_credit_balance",
        ),
        "interest": AccountDraft(
            "contract/F1/interest-receivable",
            usd,
            "house",
            "interest_receivable",
            1310,
            None,
            "F1",
            "no_credit_balance",
        ),
        "house_bank": AccountDraft("house/custody/BANKA", usd, "house", "custody", 1010, is_hot=True),
        "spread": AccountDraft("house/income/spread", usd, "house", "income", 4010, is_hot=True),
        "capital": AccountDraft("house/capital", usd, "house", "capital", 3010, is_hot=True),
    }
    ids = open_accounts(book_id=made.book.id, drafts=list(named.values()))
    made.accounts = {name: ids[draft.address, draft.unit_id] for name, draft in named.items()}
    if day is not None:
        open_business_day(book_id=made.book.id, business_date=day, maker_id=made.maker.id)
    return made
