"""A small platform for tests of the whole day: Anchor and Bastion keep the assets, four funders lend, clients
trade Harbour, Lighter and Rocket shares of XNYS in dollars. Everything goes through the real services.

`World.prepare(day)` is what happens before the evening: orders go to the banks, prices are quoted, the banks
write their statements into the inbox; `World.run(day)` is the evening. On the first day money comes in, on
the second every contract draws and buys; after that prices do what a test says. Amounts are in cents.
"""

import datetime as dt
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from accounts.models import Party, StaffRole
from accounts.queries.staff import day_runner_id
from accounts.services.approvals import approve
from accounts.services.onboarding import onboard_clients
from accounts.services.parties import PartyDraft, register_parties
from accounts.services.staff import register_staff
from clearing.day.services.run_day import DayReport, run_day
from clearing.marks.services.instruments import InstrumentDraft, register_instruments, register_price_sources
from clearing.marks.services.quotes import import_quotes
from clearing.settlement.domain.trade_lines import TradeRow
from clearing.settlement.models import Trade
from clearing.settlement.services.trades import import_trades
from contracts.models import FinancingContract
from contracts.services.contracts import ContractDraft, TrancheDraft, open_contracts
from contracts.services.drawdown import DrawdownDraft, draw_downs
from contracts.services.states import StateMove, move_states
from contracts.services.terms import (
    TermsDraft,
    activate_terms,
    create_product,
    propose_activation,
    propose_terms,
)
from custody.models import Custodian
from custody.queries.instructions import open_instructions
from custody.services.custodians import (
    ensure_custody_units,
    open_custody_account,
    register_custodian,
    set_cash_home,
)
from custody.simulator.between_banks import deliver
from custody.simulator.books import CustodianBooks
from ledger.models import Book, BusinessDay, CurrentBalance
from ledger.services.books import UnitDraft, create_book, create_units
from ledger.services.calendars import add_sessions
from ledger.services.days import open_business_day

BANKS = ("ANCHOR", "BASTION")
RINGS = ("client", "funder", "reserve", "house")
FUNDERS = {"ALBION": "ANCHOR", "BRIGHT": "ANCHOR", "CALDER": "BASTION", "DOVER": "BASTION"}
SHARES = {"XNYS:HARB": 10_000, "XNYS:LITE": 1_000, "XNYS:ROCK": 25_000}
SOURCES = ("east", "north", "west")
FIRST_DAY = dt.date(2008, 9, 8)
SESSIONS = [day for day in (FIRST_DAY + dt.timedelta(days=n) for n in range(70)) if day.weekday() < 5]
OWN_MINOR, DRAWN_MINOR = 10_000_000, 15_000_000
TERMS = TermsDraft(
    client_rate_ppm=65_000,
    calendar_code="XNYS",
    emergency_liquidation=True,
    standing_liquidation_authority=True,
)


class Signed(TypedDict):
    """On whose behalf the cast is made, and why."""

    actor_id: int
    reason: str


@dataclass
class World:
    """The book and its cast. `maker_id` runs the days, `checker_id` closes them."""

    book: Book
    maker_id: int
    checker_id: int
    directory: Path
    units: dict[str, int]
    contracts: list[FinancingContract] = field(default_factory=list)
    banks: dict[str, CustodianBooks] = field(default_factory=dict)
    prices: dict[str, int] = field(default_factory=lambda: dict(SHARES))

    @property
    def inbox(self) -> Path:
        return self.directory / "inbox"

    def close(self) -> None:
        """Close the banks' books."""
        for books in self.banks.values():
            books.close()

    def prepare(self, day: dt.date, prices: Mapping[str, int] | None = None) -> None:
        """Open the day and let everything happen that the evening's run works on."""
        self.prices.update(prices or {})
        open_business_day(book_id=self.book.pk, business_date=day, maker_id=self.maker_id)
        if day == SESSIONS[0]:
            self._money_comes_in(day)
        if day == SESSIONS[1]:
            self._draw_and_buy(day)
        self._quote(day)
        self._evening_of_the_banks(day)

    def run(self, day: dt.date) -> DayReport:
        """Run the day in this process, to its close."""
        return run_day(
            book_id=self.book.pk,
            business_date=day,
            maker_id=self.maker_id,
            checker_id=self.checker_id,
            inbox=self.inbox,
        )

    def play(self, *days: dt.date) -> list[DayReport]:
        """Prepare and run days at the last prices."""
        reports = []
        for day in days:
            if not BusinessDay.objects.filter(book=self.book, business_date=day).exists():
                self.prepare(day)
            reports.append(self.run(day))
        return reports

    def number(self, bank: str, ring: str) -> str:
        return f"{bank}-{ring.upper()}"

    def _money_comes_in(self, day: dt.date) -> None:
        anchor = self.banks["ANCHOR"]
        anchor.credit_incoming(self.number("ANCHOR", "house"), "USD", 500_000_000, "CAPITAL", day)
        for funder, bank in FUNDERS.items():
            number = self.number(bank, "funder")
            self.banks[bank].credit_incoming(number, "USD", 900_000_000, f"{funder}/1", day)
        for contract in self.contracts:
            bank = contract.custodian.code
            number = self.number(bank, "client")
            self.banks[bank].credit_incoming(number, "USD", OWN_MINOR, f"{contract.code}/OWN", day)

    def _draw_and_buy(self, day: dt.date) -> None:
        draw_downs(
            drafts=[
                DrawdownDraft(contract.pk, DRAWN_MINOR, day, f"draw-{contract.code}")
                for contract in self.contracts
            ],
            booking_date=day,
            maker_id=self.maker_id,
        )
        rows = []
        for number, contract in enumerate(self.contracts):
            for offset, share_of_money in ((0, 6), (1, 3)):
                code = sorted(SHARES)[(number + offset) % len(SHARES)]
                price = self.prices[code]
                rows.append(
                    TradeRow(
                        contract_code=contract.code,
                        instrument_code=code,
                        side="buy",
                        quantity=(OWN_MINOR + DRAWN_MINOR) * share_of_money // 10 // price,
                        price_minor=price,
                        trade_date=day,
                        broker_reference=f"BUY-{contract.code}-{offset}",
                    )
                )
        import_trades(book_id=self.book.pk, rows=rows, booking_date=day, maker_id=self.maker_id)

    def _quote(self, day: dt.date) -> None:
        lines = [
            f"{code},{day},{price // 100}.{price % 100:02},{day}T21:00:00+00:00,1"
            for code, price in sorted(self.prices.items())
        ]
        raw = "\n".join(["instrument,session_date,price,quoted_at,epoch", *lines, ""]).encode()
        for source in SOURCES:
            import_quotes(
                book_id=self.book.pk,
                source_code=source,
                raw=raw,
                file_name=f"{source}-{day}.csv",
                received_at=dt.datetime.combine(day, dt.time(22), tzinfo=dt.UTC),
            )

    def _evening_of_the_banks(self, day: dt.date) -> None:
        trades = Trade.objects.filter(book=self.book, trade_date=day)
        for trade in trades.select_related("contract__custodian", "instrument__unit").order_by("pk"):
            bank, cost = trade.contract.custodian.code, trade.external_cost_minor
            self.banks[bank].fill(
                trade.broker_reference,
                self.number(bank, "client"),
                "buy" if trade.side == "buy" else "sell",
                trade.instrument.unit.code,
                trade.quantity,
                trade.gross_minor + (cost if trade.side == "buy" else -cost),
                "USD",
                trade.settlement_date,
                trade_date=trade.trade_date,
            )
        for bank, books in self.banks.items():
            for order in open_instructions(book_id=self.book.pk, custodian_code=bank):
                books.instruct_transfer(
                    order.reference, order.from_number, order.to_number, order.unit_code, order.amount_minor
                )
        for books in self.banks.values():
            books.advance_to(day)
        deliver(list(self.banks.values()), day)
        for bank, books in self.banks.items():
            place = self.inbox / bank
            place.mkdir(parents=True, exist_ok=True)
            for name, content in books.write_statement(day):
                (place / name).write_bytes(content)


def balances_of(book_id: int) -> dict[str, int]:
    """Every balance of a book that is not zero, by address and unit: what two runs are compared by."""
    rows = CurrentBalance.objects.filter(account__book_id=book_id).exclude(balance_minor=0)
    found = rows.values_list("account__address", "account__unit__code", "balance_minor")
    return {f"{address} {unit}": amount for address, unit, amount in found}


def build_world(directory: Path, *, contracts: int = 6, terms: TermsDraft = TERMS) -> World:
    """Found the platform; no day is open yet. Statements go to `<directory>/inbox`, books beside it."""
    signed: Signed = {"actor_id": day_runner_id(), "reason": "the cast of a test"}
    checker = register_staff(
        username="nora.checker", full_name="Nora Checker", role=StaffRole.FINANCE, password=None, **signed
    )
    securities = [UnitDraft(code, "security", 0, code) for code in SHARES]
    units = create_units(drafts=[UnitDraft("USD", "currency", 2, "US dollar"), *securities])
    book = create_book(code="MAIN", name="Main pool", base_unit_code="USD")
    add_sessions(calendar_code="XNYS", sessions=SESSIONS)
    register_instruments(
        drafts=[
            InstrumentDraft(
                unit_code=code,
                currency_code="USD",
                calendar_code="XNYS",
                settlement_days=3,
                average_daily_volume=10_000_000,
            )
            for code in SHARES
        ],
        **signed,
    )
    register_price_sources(labels={source: source.title() for source in SOURCES})
    made = World(book, day_runner_id(), checker.pk, directory, units)
    parties = _parties(contracts, signed)
    onboard_clients(
        party_ids=[party.pk for party in parties.values() if party.kind == "client"],
        on=FIRST_DAY,
        maker_id=made.maker_id,
        checker_id=checker.pk,
        tier=5,
    )
    _open_banks(made, parties, signed)
    made.contracts = _open_contracts(made, parties, contracts, _terms(made, terms, signed), signed)
    return made


def _parties(contracts: int, signed: Signed) -> dict[str, Party]:
    kinds = {**dict.fromkeys(BANKS, "custodian"), **dict.fromkeys(FUNDERS, "funder")}
    kinds |= {f"CLIENT{number}": "client" for number in range(1, contracts // 2 + 2)}
    drafts = [PartyDraft(code=code, kind=kind, display_name=code.title()) for code, kind in kinds.items()]
    return {party.code: party for party in register_parties(drafts=drafts, **signed)}


def _open_banks(made: World, parties: Mapping[str, Party], signed: Signed) -> None:
    accounts = {}
    with ExitStack() as stack:
        for code in BANKS:
            bank = register_custodian(
                code=code,
                name=code.title(),
                party_id=parties[code].pk,
                **signed,
            )
            books = stack.enter_context(CustodianBooks(made.directory / "banks", code, exponents={"USD": 2}))
            for ring in RINGS:
                number = made.number(code, ring)
                accounts[code, ring] = open_custody_account(
                    book_id=made.book.pk,
                    custodian_id=bank.pk,
                    ring=ring,
                    external_number=number,
                    unit_ids=[made.units["USD"]],
                    **signed,
                )
                books.open_account(number, ring)
            made.banks[code] = books
        stack.pop_all()
    ensure_custody_units(book_id=made.book.pk, unit_ids=[made.units[code] for code in SHARES])
    for funder, bank_code in FUNDERS.items():
        set_cash_home(
            book_id=made.book.pk,
            ring="funder",
            owner_id=parties[funder].pk,
            custody_account_id=accounts[bank_code, "funder"].pk,
            **signed,
        )
    for ring in ("reserve", "house"):
        set_cash_home(
            book_id=made.book.pk,
            ring=ring,
            custody_account_id=accounts["ANCHOR", ring].pk,
            **signed,
        )


def _terms(made: World, draft: TermsDraft, signed: Signed) -> int:
    product = create_product(code="MARGIN", name="Margin", **signed)
    terms = propose_terms(product_id=product.pk, unit_id=made.units["USD"], draft=draft)
    approval = propose_activation(terms_id=terms.pk, maker_id=made.maker_id)
    approve(approval_id=approval.pk, checker_id=made.checker_id)
    return activate_terms(terms_id=terms.pk, approval_id=approval.pk).pk


def _open_contracts(
    made: World, parties: Mapping[str, Party], count: int, terms_id: int, signed: Signed
) -> list[FinancingContract]:
    banks = dict(Custodian.objects.filter(code__in=BANKS).values_list("code", "pk"))
    funders = [parties[code].pk for code in FUNDERS]
    drafts = []
    for number in range(count):
        senior, junior = funders[number % 4], funders[(number + 1) % 4]
        drafts.append(
            ContractDraft(
                code=f"F{number + 1:04}",
                client_id=parties[f"CLIENT{number // 2 + 1}"].pk,
                custodian_id=banks[BANKS[number % 2]],
                terms_id=terms_id,
                opened_on=FIRST_DAY,
                tranches=(
                    TrancheDraft(senior, 500_000, 55_000, 1),
                    TrancheDraft(junior, 300_000, 60_000, 2),
                    TrancheDraft(None, 200_000, 0, 2),
                ),
            )
        )
    opened = open_contracts(book_id=made.book.pk, drafts=drafts, **signed)
    for state in ("submitted", "approved"):
        move_states(
            moves=[StateMove(contract.pk, state) for contract in opened],
            business_date=FIRST_DAY,
            **signed,
        )
    rows = FinancingContract.objects.filter(book=made.book).select_related("custodian", "client")
    return list(rows.order_by("pk"))
