"""A small world for tests of margin and liquidation, around the Lehman Monday.

Okafor trades Harbour and Lighter shares at Anchor Bank on money of Albion (60 %) and the house (40 %).
Amounts in cents; a share of Harbour is at 100.00 unless a test marks it otherwise. Terms are the defaults: a
call below 140 %, liquidation below 130 %, hysteresis of two points, two sessions to pay, a haircut of 30 %.
"""

import datetime as dt
import itertools
from dataclasses import dataclass, field

from accounts.models import ApprovalKind, Party, StaffRole, User
from accounts.services.approvals import approve, propose_approval
from accounts.services.onboarding import onboard_clients
from accounts.services.parties import register_party
from clearing.margin.models import Valuation
from clearing.margin.services.calls import follow_calls, issue_calls
from clearing.margin.services.levels import LevelResult, assign_levels
from clearing.margin.services.valuation import value_contracts
from clearing.marks.models import Instrument, Mark
from clearing.marks.services.instruments import InstrumentDraft, register_instruments
from contracts.models import FinancingContract, TermsVersion
from contracts.services.contracts import ContractDraft, TrancheDraft, open_contracts
from contracts.services.drawdown import draw_down
from contracts.services.states import move_state
from contracts.services.terms import (
    TermsDraft,
    activate_terms,
    create_product,
    propose_activation,
    propose_terms,
)
from custody.models import Custodian, CustodyAccountUnit
from custody.services.custodians import open_custody_account, register_custodian, set_cash_home
from ledger.models import Book
from ledger.queries.accounts import account_id
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.books import UnitDraft, create_book, create_units
from ledger.services.calendars import add_sessions
from ledger.services.days import close_business_day, open_business_day
from ledger.services.posting import EntryDraft, PostingDraft, post_journal_entry
from tests.accounts.cast import staff

FRIDAY = dt.date(2008, 9, 12)
MONDAY = dt.date(2008, 9, 15)
TUESDAY = dt.date(2008, 9, 16)
WEDNESDAY = dt.date(2008, 9, 17)
THURSDAY = dt.date(2008, 9, 18)
NEXT_FRIDAY = dt.date(2008, 9, 19)
SESSIONS = [
    day
    for day in (dt.date(2008, 9, 8) + dt.timedelta(days=count) for count in range(40))
    if day.weekday() < 5
]
HARBOUR, LIGHTER = "XNYS:HARB", "XNYS:LITE"
TERMS = TermsDraft(client_rate_ppm=65_000, calendar_code="XNYS")
_numbers = itertools.count(1)


@dataclass
class Harbour:
    """The world; contracts by code, instruments by security."""

    book: Book
    maker: User
    ines: User
    okafor: Party
    albion: Party
    anchor: Custodian
    units: dict[str, int]
    instruments: dict[str, Instrument]
    product_id: int
    day: dt.date = MONDAY
    contracts: dict[str, FinancingContract] = field(default_factory=dict)

    def terms(self, draft: TermsDraft = TERMS) -> TermsVersion:
        """Terms in force."""
        version = propose_terms(product_id=self.product_id, unit_id=self.units["USD"], draft=draft)
        approval = propose_activation(terms_id=version.pk, maker_id=self.maker.pk)
        approve(approval_id=approval.pk, checker_id=self.ines.pk)
        return activate_terms(terms_id=version.pk, approval_id=approval.pk)

    def contract(
        self, code: str = "F1", *, owes: int, terms: TermsVersion | None = None, cash: int = 0, **shares: int
    ) -> FinancingContract:
        """An active contract that owes a principal, with settled cash and shares (`harbour=`, `lighter=`)."""
        (made,) = open_contracts(
            book_id=self.book.pk,
            drafts=[
                ContractDraft(
                    code=code,
                    client_id=self.okafor.pk,
                    custodian_id=self.anchor.pk,
                    terms_id=(terms or TermsVersion.objects.filter(state="active").latest("pk")).pk,
                    opened_on=MONDAY,
                    tranches=(
                        TrancheDraft(self.albion.pk, share_ppm=600_000, rate_ppm=50_000),
                        TrancheDraft(None, share_ppm=400_000),
                    ),
                )
            ],
            actor_id=self.maker.pk,
            reason="opened",
        )
        self.contracts[code] = made
        for state in ("submitted", "approved"):
            self.move(code, state)
        for name, quantity in shares.items():
            self.deliver(code, {"harbour": HARBOUR, "lighter": LIGHTER}[name], quantity)
        draw_down(
            contract_id=made.pk,
            amount_minor=owes,
            booking_date=self.day,
            value_date=self.day,
            maker_id=self.maker.pk,
            idempotency_key=f"draw-{code}",
            securities_minor=owes,
        )
        self.pay(code, cash - owes)
        return made

    def move(self, code: str, state: str) -> None:
        move_state(
            contract_id=self.contracts[code].pk,
            to_state=state,
            business_date=self.day,
            actor_id=self.maker.pk,
            reason="for a test",
        )

    def pay(self, code: str, amount: int) -> None:
        """Money comes in from outside, or leaves where negative."""
        kind = "client_deposit" if amount > 0 else "client_withdrawal"
        self.post(kind, (self.bank("client"), amount), (self.contracts[code].cash_account_id, -amount))

    def deliver(self, code: str, security: str, quantity: int, *, settled: bool = True) -> None:
        """Shares come in from outside, or are on their way."""
        ids = open_accounts(
            book_id=self.book.pk,
            drafts=[
                self._securities(code, security, "securities", "entitlement", 2020, "no_debit_balance"),
                self._securities(code, security, "securities/unsettled", "unsettled", 2040, "none"),
            ],
        )
        address = f"client/OKAFOR/{code}/securities" + ("" if settled else "/unsettled")
        self.post(
            "securities_in",
            (self.bank("client", security), quantity),
            (ids[address, self.units[security]], -quantity),
        )

    def _securities(
        self, code: str, security: str, tail: str, role: str, category: int, limit: str
    ) -> AccountDraft:
        return AccountDraft(
            f"client/OKAFOR/{code}/{tail}",
            self.units[security],
            "client",
            role,
            category,
            self.okafor.pk,
            code,
            limit,
        )

    def bank(self, ring: str, unit: str = "USD") -> int:
        """The custody account of a ring at Anchor Bank, in the ledger."""
        return CustodyAccountUnit.objects.get(
            custody_account__ring=ring, unit_id=self.units[unit]
        ).ledger_account_id

    def transit(self, ring: str) -> int:
        account_id = CustodyAccountUnit.objects.get(
            custody_account__ring=ring, unit_id=self.units["USD"]
        ).transit_account_id
        assert account_id is not None
        return account_id

    def post(self, kind: str, *legs: tuple[int, int]) -> None:
        post_journal_entry(
            book_id=self.book.pk,
            booking_date=self.day,
            draft=EntryDraft(
                kind=kind,
                value_date=self.day,
                narration=f"{kind} of a test",
                source_reference="tests:harbour",
                idempotency_key=f"harbour-{next(_numbers)}",
                postings=[PostingDraft(account_id, amount) for account_id, amount in legs],
            ),
            caller="tests",
            maker_id=self.maker.pk,
        )

    def mark(
        self,
        *,
        harbour: int | None = 10_000,
        lighter: int | None = 1_000,
        day: dt.date | None = None,
        usable: bool = True,
        epoch: int = 1,
    ) -> None:
        """Fix the marks of a day; None is a hold for want of consensus."""
        for security, price in ((HARBOUR, harbour), (LIGHTER, lighter)):
            Mark.objects.create(
                book=self.book,
                instrument=self.instruments[security],
                session_date=day or self.day,
                state="hold" if price is None else "official" if usable else "single_source",
                price_minor=price,
                usable_for_liquidation=usable and price is not None,
                epoch=epoch,
                reason="no_consensus" if price is None else "",
                quote_ids=[],
                rule_version="tests",
            )

    def fund(self, amount: int) -> None:
        """Albion and the house bring so much more each."""
        for ring, kind, address in (
            ("funder", "funder_deposit", "funder/ALBION/available"),
            ("house", "house_capital", "house/capital"),
        ):
            to = account_id(book_id=self.book.pk, address=address, unit_code="USD")
            self.post(kind, (self.bank(ring), amount), (to, -amount))

    def value(self) -> None:
        value_contracts(book_id=self.book.pk, business_date=self.day)

    def level(self) -> LevelResult:
        return assign_levels(book_id=self.book.pk, business_date=self.day, maker_id=self.maker.pk)

    def call(self) -> None:
        follow_calls(book_id=self.book.pk, business_date=self.day, maker_id=self.maker.pk)
        issue_calls(book_id=self.book.pk, business_date=self.day, maker_id=self.maker.pk)

    def evening(self, *, harbour: int | None = 10_000, usable: bool = True) -> None:
        """Marks, valuation, levels and calls of the day."""
        self.mark(harbour=harbour, usable=usable)
        self.value()
        self.level()
        self.call()

    def morning(self, day: dt.date) -> None:
        """Close the day by two people and open another."""
        approval = propose_approval(
            book_code=self.book.code,
            kind=ApprovalKind.CLOSE_BUSINESS_DAY,
            subject=f"{self.book.code}/{self.day}",
            payload={},
            maker_id=self.maker.pk,
        )
        approve(approval_id=approval.pk, checker_id=self.ines.pk)
        close_business_day(book_id=self.book.pk, business_date=self.day, approval_id=approval.pk)
        open_business_day(book_id=self.book.pk, business_date=day, maker_id=self.maker.pk)
        self.day = day

    def valuation(self, code: str = "F1") -> Valuation:
        return Valuation.objects.get(contract=self.contracts[code], business_date=self.day)

    def cash_account(self, code: str = "F1") -> int:
        return self.contracts[code].cash_account_id


def harbour() -> Harbour:
    units = create_units(
        drafts=[
            UnitDraft("USD", "currency", 2, "US dollar"),
            UnitDraft("EUR", "currency", 2, "euro"),
            UnitDraft(HARBOUR, "security", 0, "Harbour"),
            UnitDraft(LIGHTER, "security", 0, "Lighter"),
        ]
    )
    maker = User.objects.get(username="day-runner")
    signed: dict[str, int | str] = {"actor_id": maker.pk, "reason": "the cast of a test"}
    add_sessions(calendar_code="XNYS", sessions=SESSIONS)
    instruments = register_instruments(
        drafts=[
            InstrumentDraft(code, "USD", "XNYS", settlement_days=1, lot_size=lot, average_daily_volume=volume)
            for code, lot, volume in ((HARBOUR, 100, 1_000_000), (LIGHTER, 1, 5_000))
        ],
        actor_id=maker.pk,
        reason="listed",
    )
    book = create_book(code="MAIN", name="Main pool", base_unit_code="USD")
    parties = {
        code: register_party(
            code=code, kind=kind, display_name=code.title(), actor_id=maker.pk, reason="the cast of a test"
        )
        for code, kind in (("OKAFOR", "client"), ("ALBION", "funder"), ("ANCHOR", "custodian"))
    }
    anchor = register_custodian(
        code="ANCHOR",
        name="Anchor Bank",
        party_id=parties["ANCHOR"].pk,
        actor_id=maker.pk,
        reason="the cast of a test",
    )
    _open_bank(book, anchor, parties["ALBION"], units, maker)
    open_business_day(book_id=book.pk, business_date=MONDAY, maker_id=maker.pk)
    product = create_product(
        code="MARGIN", name="Margin loan", actor_id=maker.pk, reason=str(signed["reason"])
    )
    ines = staff("ines.duarte", StaffRole.RISK)
    onboard_clients(
        party_ids=[parties["OKAFOR"].pk], on=FRIDAY, maker_id=maker.pk, checker_id=ines.pk, tier=5
    )
    world = Harbour(
        book=book,
        maker=maker,
        ines=ines,
        okafor=parties["OKAFOR"],
        albion=parties["ALBION"],
        anchor=anchor,
        units=units,
        instruments=instruments,
        product_id=product.pk,
    )
    world.terms()
    _fund(world)
    return world


def _open_bank(book: Book, anchor: Custodian, albion: Party, units: dict[str, int], maker: User) -> None:
    for ring in ("client", "funder", "reserve", "house"):
        account = open_custody_account(
            book_id=book.pk,
            custodian_id=anchor.pk,
            ring=ring,
            external_number=f"A-{ring}",
            unit_ids=list(units.values()),
            actor_id=maker.pk,
            reason="the cast of a test",
        )
        if ring != "client":
            set_cash_home(
                book_id=book.pk,
                ring=ring,
                custody_account_id=account.pk,
                owner_id=albion.pk if ring == "funder" else None,
                actor_id=maker.pk,
                reason="the cast of a test",
            )


def _fund(world: Harbour) -> None:
    """A million of Albion, a million of the house, a thousand in the reserve fund."""
    addresses = ("funder/ALBION/available", "house/capital", "house/expense/reserve", "reserve/fund")
    account = {
        address: account_id(book_id=world.book.pk, address=address, unit_code="USD") for address in addresses
    }
    world.post(
        "funder_deposit",
        (world.bank("funder"), 100_000_000),
        (account["funder/ALBION/available"], -100_000_000),
    )
    world.post("house_capital", (world.bank("house"), 100_000_000), (account["house/capital"], -100_000_000))
    world.post(
        "reserve_contribution",
        (account["house/expense/reserve"], 100_000),
        (world.transit("house"), -100_000),
        (world.transit("reserve"), 100_000),
        (account["reserve/fund"], -100_000),
    )
