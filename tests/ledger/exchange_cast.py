"""A book in CNY whose house and clients exchange: USD, HKD, JPY (no decimals) and KWD (three), bank BANKA.

Wang has contract F1 with cash in CNY; the house has its money at BANKA in every currency. Amounts in
minor units.
"""

import datetime as dt
import itertools
from dataclasses import dataclass, field

from accounts.models import User
from accounts.services.approvals import approve, propose_approval
from accounts.services.staff import register_staff
from ledger.models import Account, Book, JournalEntry
from ledger.queries.accounts import account_id
from ledger.queries.balances import balance, balances
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.books import UnitDraft, create_book, create_units
from ledger.services.client_exchange import TradedExchange, trade_client_exchange
from ledger.services.days import close_business_day, open_business_day
from ledger.services.house_exchange import HouseExchange, book_house_exchange
from ledger.services.official_rates import RateDraft, set_official_rates
from ledger.services.posting import EntryDraft, PostedEntry, PostingDraft, post_journal_entry
from ledger.services.revaluation import RevaluedBook, revalue_positions
from tests.ledger.builders import register

MONDAY = dt.date(2008, 9, 15)
EXPONENTS = {"CNY": 2, "USD": 2, "HKD": 2, "JPY": 0, "KWD": 3}
_numbers = itertools.count(1)


@dataclass
class ExchangeBook:
    """The book and its open day."""

    book: Book
    maker: User
    checker: User
    units: dict[str, int]
    day: dt.date = MONDAY
    accounts: dict[str, int] = field(default_factory=dict)

    def id_of(self, address: str, unit: str = "CNY") -> int:
        return account_id(book_id=self.book.pk, address=address, unit_code=unit)

    def balance(self, address: str, unit: str = "CNY") -> int:
        """The balance of an account; one that is not open stands at nought."""
        found = Account.objects.filter(book=self.book, address=address, unit__code=unit).first()
        return balance(account_id=found.pk) if found else 0

    def rate(self, **rates: str) -> None:
        """Today's rates to CNY as a source states them, such as `USD="7.1"`."""
        self.state([RateDraft(code, "CNY", rate) for code, rate in rates.items()])

    def rate_inverse(self, **rates: str) -> None:
        """What one CNY is worth in each."""
        self.state([RateDraft("CNY", code, rate) for code, rate in rates.items()])

    def state(self, drafts: list[RateDraft]) -> None:
        set_official_rates(
            book_id=self.book.pk,
            rate_date=self.day,
            drafts=drafts,
            source="pboc",
            maker_id=self.maker.pk,
        )

    def exchange(self, sold: tuple[str, int], bought: tuple[str, int], reference: str = "") -> HouseExchange:
        return book_house_exchange(
            book_id=self.book.pk,
            booking_date=self.day,
            value_date=self.day,
            custodian_code="BANKA",
            sold_unit_code=sold[0],
            sold_minor=sold[1],
            bought_unit_code=bought[0],
            bought_minor=bought[1],
            reference=reference or f"deal-{next(_numbers)}",
            maker_id=self.maker.pk,
        )

    def revalue(self) -> RevaluedBook:
        return revalue_positions(book_id=self.book.pk, business_date=self.day, maker_id=self.maker.pk)

    def trade(
        self, sold: tuple[str, int], bought: tuple[str, int], reference: str = "", days: int = 2
    ) -> TradedExchange:
        return self.trade_from("client/W1/F1/cash", sold, bought, reference, days)

    def trade_from(
        self, address: str, sold: tuple[str, int], bought: tuple[str, int], reference: str = "", days: int = 2
    ) -> TradedExchange:
        return trade_client_exchange(
            book_id=self.book.pk,
            booking_date=self.day,
            settlement_date=self.day + dt.timedelta(days),
            custodian_code="BANKA",
            sold_account_id=self.id_of(address, sold[0]),
            sold_minor=sold[1],
            bought_unit_code=bought[0],
            bought_minor=bought[1],
            reference=reference or f"fx-{next(_numbers)}",
            maker_id=self.maker.pk,
        )

    def post(self, kind: str, *legs: tuple[str, str, int]) -> PostedEntry:
        draft = EntryDraft(
            kind=kind,
            value_date=self.day,
            narration=f"{kind} of the test",
            source_reference="tests:1",
            idempotency_key=f"key-{next(_numbers)}",
            postings=[PostingDraft(self.id_of(address, unit), amount) for address, unit, amount in legs],
        )
        return post_journal_entry(
            book_id=self.book.pk, booking_date=self.day, draft=draft, caller="tests", maker_id=self.maker.pk
        )

    def open(self, address: str, unit: str) -> None:
        """A position account at an address."""
        draft = AccountDraft(address, self.units[unit], "house", "position", 1510)
        open_accounts(book_id=self.book.pk, drafts=[draft])

    def other_clients_cash(self, unit: str) -> str:
        """The address of Okafor's cash."""
        okafor = register(f"OKAFOR{self.book.code}", "client").pk
        draft = AccountDraft(
            "client/O1/F2/cash",
            self.units[unit],
            "client",
            "entitlement",
            2010,
            okafor,
            "F2",
            "no_debit_balance",
        )
        open_accounts(book_id=self.book.pk, drafts=[draft])
        return draft.address

    def hold_securities(self, quantity: int) -> None:
        """Shares of 600000 come in for Wang."""
        unit_id, share = self.units["XSHG:600000"], "XSHG:600000"
        owner = Account.objects.get(pk=self.id_of("client/W1/F1/cash")).owner_id
        securities = AccountDraft(
            "client/W1/F1/securities", unit_id, "client", "entitlement", 2020, owner, "F1", "no_debit_balance"
        )
        vault = AccountDraft("client/custody/BANKA", unit_id, "client", "custody", 1020, is_hot=True)
        open_accounts(book_id=self.book.pk, drafts=[securities, vault])
        self.post("securities_in", (vault.address, share, quantity), (securities.address, share, -quantity))

    def earn(self, unit: str, amount: int) -> None:
        """The house earns commission in a currency; negative: gives some of it away."""
        if amount < 0:
            self.post(
                "break_topped_up",
                ("house/income/commission", unit, -amount),
                ("house/custody/BANKA", unit, amount),
            )
            return
        self.post(
            "commission_collected",
            ("client/costs/BANKA/house", unit, amount),
            ("client/transit/BANKA", unit, -amount),
            ("house/transit/BANKA", unit, amount),
            ("house/income/commission", unit, -amount),
        )

    def next_day(self, *, days: int = 1) -> None:
        proposed = propose_approval(
            book_code=self.book.code,
            kind="close_business_day",
            subject=f"{self.book.code}/{self.day}",
            payload={"business_date": self.day.isoformat()},
            maker_id=self.maker.pk,
        )
        approve(approval_id=proposed.pk, checker_id=self.checker.pk)
        close_business_day(book_id=self.book.pk, business_date=self.day, approval_id=proposed.pk)
        self.day += dt.timedelta(days)
        open_business_day(book_id=self.book.pk, business_date=self.day, maker_id=self.maker.pk)

    def position(self, unit: str) -> tuple[int, int, int]:
        """Position (long positive), its cost, and what is unrealised."""
        address = f"house/position/{unit}"
        return (
            -self.balance(address, unit),
            self.balance(address),
            self.balance(f"{address}/revaluation"),
        )

    @property
    def realised(self) -> int:
        return -self.balance("house/income/fx-realised")

    @property
    def unrealised(self) -> int:
        return -self.balance("house/income/fx-unrealised")

    def sums(self) -> dict[tuple[str, int], int]:
        """The sum of all balances by ring and unit."""
        found: dict[tuple[str, int], int] = {}
        accounts = list(Account.objects.filter(book=self.book))
        standing = balances(account_ids=[one.pk for one in accounts])
        for one in accounts:
            key = (one.ring, one.unit_id)
            found[key] = found.get(key, 0) + standing[one.pk]
        return found

    def legs(self, entry_id: int) -> dict[tuple[str, str], int]:
        postings = JournalEntry.objects.get(pk=entry_id).postings.select_related("account", "unit")
        return {(one.account.address, one.unit.code): one.amount_minor for one in postings}


def exchange_book(code: str = "FX") -> ExchangeBook:
    units = create_units(
        drafts=[UnitDraft(unit, "currency", exponent) for unit, exponent in EXPONENTS.items()]
        + [UnitDraft("XSHG:600000", "security", 0)]
    )
    maker = User.objects.get(username="day-runner")
    checker = User.objects.filter(username="lin").first() or register_staff(
        username="lin",
        full_name="Lin Fen",
        role="finance",
        password="correct horse battery",
        actor_id=maker.pk,
        reason="second pair of eyes",
    )
    made = ExchangeBook(
        book=create_book(code=code, name=code, base_unit_code="CNY"),
        maker=maker,
        checker=checker,
        units=units,
    )
    wang = register(f"WANG{code}", "client").pk
    drafts = [
        AccountDraft(
            "client/W1/F1/cash", units["CNY"], "client", "entitlement", 2010, wang, "F1", "no_debit_balance"
        ),
        AccountDraft("client/unallocated/BANKA", units["CNY"], "client", "unallocated", 2050),
    ]
    for unit in EXPONENTS:
        unit_id = units[unit]
        drafts += [
            AccountDraft("house/custody/BANKA", unit_id, "house", "custody", 1010, is_hot=True),
            AccountDraft("house/transit/BANKA", unit_id, "house", "transit", 1030, is_hot=True),
            AccountDraft("house/capital", unit_id, "house", "capital", 3010),
            AccountDraft("house/income/commission", unit_id, "house", "income", 4020, is_hot=True),
            AccountDraft("client/custody/BANKA", unit_id, "client", "custody", 1010, is_hot=True),
            AccountDraft("client/transit/BANKA", unit_id, "client", "transit", 1030, is_hot=True),
            AccountDraft("client/costs/BANKA/house", unit_id, "client", "costs_payable", 2120, is_hot=True),
            AccountDraft(
                "client/fx-clearing/BANKA", unit_id, "client", "fx_clearing", 1120, expected_age_days=3
            ),
        ]
    open_accounts(book_id=made.book.pk, drafts=drafts)
    open_business_day(book_id=made.book.pk, business_date=MONDAY, maker_id=maker.pk)
    return made
