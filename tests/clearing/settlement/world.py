"""Wang and Okafor have contracts at BANKA and BANKB; the house banks at BANKA. The open day is Thursday.

Trades of Monday, reported late, settle on Thursday (T+3): one open day shows a trade's whole life.
"""

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import Any

from accounts.models import Party, User
from accounts.services.approvals import approve
from accounts.services.onboarding import onboard_clients
from accounts.services.parties import register_party
from clearing.marks.models import Instrument
from clearing.marks.services.instruments import InstrumentDraft, register_instruments
from clearing.settlement.domain.trade_lines import TradeRow
from clearing.settlement.services.trades import FillPolicy, TradeImport, import_trades
from contracts.models import FinancingContract
from contracts.services.contracts import ContractDraft, TrancheDraft, open_contracts
from contracts.services.states import StateMove, move_states
from contracts.services.terms import (
    TermsDraft,
    activate_terms,
    create_product,
    propose_activation,
    propose_terms,
)
from custody.models import Custodian
from custody.services.custodians import (
    ensure_custody_units,
    open_custody_account,
    register_custodian,
    set_cash_home,
)
from ledger.models import Account, Book
from ledger.queries.balances import balance
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.books import UnitDraft, create_book, create_units
from ledger.services.calendars import add_sessions
from ledger.services.days import open_business_day
from ledger.services.posting import EntryDraft, PostingDraft, post_journal_entry
from tests.accounts.cast import staff
from tests.clearing.marks.market import FRIDAY, MONDAY, SESSIONS, TUESDAY

THURSDAY = dt.date(2008, 9, 18)
WEDNESDAY = dt.date(2008, 9, 17)
__all__ = ["FRIDAY", "MONDAY", "THURSDAY", "TUESDAY", "WEDNESDAY", "World", "row", "world"]
_numbers = itertools.count(1)


def row(**change: Any) -> TradeRow:
    """A purchase of 1,000 IBM at 12.00 for Wang on Monday, unless told otherwise."""
    fields: dict[str, Any] = {
        "contract_code": "F1",
        "instrument_code": "XNYS:IBM",
        "side": "buy",
        "quantity": 1_000,
        "price_minor": 1_200,
        "trade_date": MONDAY,
        "broker_reference": f"BRK-{next(_numbers)}",
        **change,
    }
    return TradeRow(**fields)


@dataclass
class World:
    book: Book
    maker: User
    units: dict[str, int]
    instruments: dict[str, Instrument]
    contracts: dict[str, FinancingContract]

    def deposit(self, contract: str, amount_minor: int) -> None:
        self._arrive(
            "client_deposit", self.contracts[contract].cash_account_id, "USD", amount_minor, contract
        )

    def deliver(self, contract: str, unit_code: str, quantity: int) -> None:
        """Securities arrive from outside, as custody books them."""
        own = self.contracts[contract]
        (account,) = open_accounts(
            book_id=self.book.pk,
            drafts=[
                AccountDraft(
                    f"client/{own.client.code}/{own.code}/securities",
                    self.units[unit_code],
                    "client",
                    "entitlement",
                    2020,
                    own.client_id,
                    own.code,
                    "no_debit_balance",
                )
            ],
        ).values()
        self._arrive("securities_in", account, unit_code, quantity, contract)

    def _arrive(self, kind: str, account: int, unit_code: str, amount: int, contract: str) -> None:
        bank = self.contracts[contract].custodian.code
        custody = Account.objects.get(
            book=self.book, address=f"client/custody/{bank}", unit_id=self.units[unit_code]
        )
        post_journal_entry(
            book_id=self.book.pk,
            booking_date=THURSDAY,
            draft=EntryDraft(
                kind=kind,
                value_date=THURSDAY,
                narration="arrives",
                source_reference="tests:1",
                idempotency_key=f"arrival-{next(_numbers)}",
                postings=[PostingDraft(custody.pk, amount), PostingDraft(account, -amount)],
            ),
            caller="tests",
            maker_id=self.maker.pk,
        )

    def book_trades(self, *rows: TradeRow, policy: FillPolicy = FillPolicy.EXECUTED) -> TradeImport:
        return import_trades(
            book_id=self.book.pk, rows=rows, booking_date=THURSDAY, maker_id=self.maker.pk, policy=policy
        )

    def stands_at(self, address: str, unit_code: str = "USD") -> int:
        """Balance of an account, debit positive; zero where it was never opened."""
        account = Account.objects.filter(
            book=self.book, address=address, unit_id=self.units[unit_code]
        ).first()
        return balance(account_id=account.pk) if account else 0

    def totals(self) -> dict[str, int]:
        """Every balance that is not zero, by address and unit."""
        accounts = Account.objects.filter(book=self.book).select_related("unit")
        standing = {f"{one.address} {one.unit.code}": balance(account_id=one.pk) for one in accounts}
        return {name: amount for name, amount in standing.items() if amount}


def world() -> World:
    maker = User.objects.get(username="day-runner")
    signed: dict[str, Any] = {"actor_id": maker.pk, "reason": "the cast of a test"}
    units = create_units(
        drafts=[
            UnitDraft("USD", "currency", 2, "US dollar"),
            UnitDraft("EUR", "currency", 2, "euro"),
            UnitDraft("XNYS:IBM", "security", 0, "IBM"),
            UnitDraft("XNAS:MSFT", "security", 0, "Microsoft"),
            UnitDraft("XETR:SAP", "security", 0, "SAP"),
        ]
    )
    book = create_book(code="MAIN", name="Main pool", base_unit_code="USD")
    add_sessions(calendar_code="XNYS", sessions=SESSIONS)
    instruments = register_instruments(
        drafts=[
            InstrumentDraft(unit_code=code, currency_code=currency, calendar_code="XNYS", settlement_days=3)
            for code, currency in (("XNYS:IBM", "USD"), ("XNAS:MSFT", "USD"), ("XETR:SAP", "EUR"))
        ],
        **signed,
    )
    banks = {code: _bank(book, code, units["USD"], signed) for code in ("BANKA", "BANKB")}
    ensure_custody_units(book_id=book.pk, unit_ids=[units["XNYS:IBM"], units["XNAS:MSFT"]])
    parties = {
        code: register_party(code=code, kind=kind, display_name=code.title(), **signed)
        for code, kind in (("WANG", "client"), ("OKAFOR", "client"), ("HARBOUR", "funder"))
    }
    terms_id = _terms(units["USD"], signed)
    onboard_clients(
        party_ids=[parties["WANG"].pk, parties["OKAFOR"].pk],
        on=MONDAY,
        maker_id=maker.pk,
        checker_id=User.objects.get(username="ines.checker").pk,
        tier=5,
    )
    contracts = _contracts(book, parties, banks, terms_id, signed)
    open_business_day(book_id=book.pk, business_date=THURSDAY, maker_id=maker.pk)
    return World(book, maker, units, instruments, contracts)


def _bank(book: Book, code: str, dollar: int, signed: dict[str, Any]) -> Custodian:
    party = register_party(code=code, kind="custodian", display_name=code.title(), **signed)
    bank = register_custodian(code=code, name=code.title(), party_id=party.pk, **signed)
    rings = ("client", "house", "funder") if code == "BANKA" else ("client",)
    for ring in rings:
        account = open_custody_account(
            book_id=book.pk,
            custodian_id=bank.pk,
            ring=ring,
            external_number=f"{code}-{ring}",
            unit_ids=[dollar],
            **signed,
        )
        if ring == "house":
            set_cash_home(book_id=book.pk, ring=ring, custody_account_id=account.pk, **signed)
    return bank


def _terms(dollar: int, signed: dict[str, Any]) -> int:
    """Commission 0.03 %, external costs 0.001 % of purchases and 0.081 % of sales, as in walk.json."""
    product = create_product(code="MARGIN", name="Margin", **signed)
    terms = propose_terms(
        product_id=product.pk,
        unit_id=dollar,
        draft=TermsDraft(client_rate_ppm=65_000, calendar_code="XNYS"),
    )
    approval = propose_activation(terms_id=terms.pk, maker_id=staff("rosa.maker").pk)
    approve(approval_id=approval.pk, checker_id=staff("ines.checker").pk)
    return activate_terms(terms_id=terms.pk, approval_id=approval.pk).pk


def _contracts(
    book: Book,
    parties: dict[str, Party],
    banks: dict[str, Custodian],
    terms_id: int,
    signed: dict[str, Any],
) -> dict[str, FinancingContract]:
    drafts = [
        ContractDraft(
            code=code,
            client_id=parties[client].pk,
            custodian_id=banks[bank].pk,
            terms_id=terms_id,
            opened_on=MONDAY,
            tranches=(TrancheDraft(None, 1_000_000),),
        )
        for code, client, bank in (
            ("F1", "WANG", "BANKA"),
            ("F2", "OKAFOR", "BANKB"),
            ("F3", "WANG", "BANKB"),
        )
    ]
    opened = open_contracts(book_id=book.pk, drafts=drafts, **signed)
    for state in ("submitted", "approved", "active"):
        moves = [StateMove(one.pk, state) for one in opened if one.code != "F3"]
        move_states(moves=moves, business_date=MONDAY, **signed)
    rows = FinancingContract.objects.filter(book=book).select_related("client", "custodian")
    return {one.code: one for one in rows}
