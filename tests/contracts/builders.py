"""A lending book for tests: Chen and Dubois borrow, Aurora and Beacon lend, the bank is BANKA.

Amounts are in cents of CNY. Chen's contract F1 is funded 60/40; client rate 6.5 %, funders 5.5 %, act/365F:
the terms of the walk that docs call the life of a contract.
"""

import datetime as dt
import itertools
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Approval, Party, User
from accounts.queries.suitability import SuitabilityFault, standings
from accounts.services.approvals import approve, propose_approval
from accounts.services.onboarding import onboard_clients
from accounts.services.parties import register_party
from accounts.services.staff import register_staff
from contracts.models import FinancingContract, TermsVersion
from contracts.queries.balances import ContractBalances, contract_balances
from contracts.services.contracts import ContractDraft, TrancheDraft, open_contracts
from contracts.services.drawdown import draw_down
from contracts.services.states import StateMove, move_states
from contracts.services.terms import (
    TermsDraft,
    activate_terms,
    create_product,
    propose_activation,
    propose_terms,
)
from custody.services.custodians import open_custody_account, register_custodian, set_cash_home
from ledger.models import Book
from ledger.queries.accounts import account_id
from ledger.queries.balances import balance
from ledger.queries.days import open_business_date
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.books import UnitDraft, create_book, create_units
from ledger.services.days import close_business_day, open_business_day
from ledger.services.posting import EntryDraft, PostedEntry, PostingDraft, post_journal_entry

DAY_ONE = dt.date(2025, 1, 1)
TERMS = TermsDraft(
    client_rate_ppm=65_000,
    calendar_code="XSHG",
    maintenance_ppm=166_666,
    initial_margin_ppm=200_000,
    max_leverage_ppm=5_000_000,
    capitalisation_allowed=True,
)
REASON = "test of contracts"
RUN_OUT = {
    SuitabilityFault.IDENTITY_EXPIRED,
    SuitabilityFault.IDENTITY_REVIEW_OVERDUE,
    SuitabilityFault.SCREENING_MISSING,
    SuitabilityFault.SUITABILITY_EXPIRED,
}
_numbers = itertools.count(1)


@dataclass
class Lending:
    """The book and its cast; `day` is the open business day."""

    book: Book
    maker: User
    checker: User
    units: dict[str, int]
    day: dt.date
    custodian_id: int
    parties: dict[str, Party] = field(default_factory=dict)
    terms: dict[str, TermsVersion] = field(default_factory=dict)
    keeps_papers: bool = True
    """Whether clients' checks are renewed when they have run out by the day of a drawdown."""

    def party(self, code: str, kind: str) -> Party:
        if code not in self.parties:
            party = register_party(
                code=code, kind=kind, display_name=code.title(), actor_id=self.maker.id, reason=REASON
            )
            self.parties[code] = party
            if kind == "client":
                self.onboard(party)
        return self.parties[code]

    def onboard(self, *parties: Party, tier: int = 5) -> None:
        """Check, assess and inform clients as of the open day; it holds a year."""
        onboard_clients(
            party_ids=[party.id for party in parties],
            on=self.day,
            maker_id=self.maker.id,
            checker_id=self.checker.id,
            tier=tier,
        )

    def renew(self, party: Party) -> None:
        """Onboard a client again whose papers have run out since."""
        faults = standings(party_ids=[party.id], on=self.day)[party.id].faults
        if faults and set(faults) <= RUN_OUT:
            self.onboard(party)

    def id_of(self, address: str, unit: str = "CNY") -> int:
        return account_id(book_id=self.book.id, address=address, unit_code=unit)

    def balance(self, address: str, unit: str = "CNY") -> int:
        return balance(account_id=self.id_of(address, unit))

    def post(self, kind: str, value_date: dt.date | None = None, **amounts: int) -> PostedEntry:
        return self.post_at(kind, {self.id_of(name): amount for name, amount in amounts.items()}, value_date)

    def post_at(self, kind: str, amounts: dict[int, int], value_date: dt.date | None = None) -> PostedEntry:
        draft = EntryDraft(
            kind=kind,
            value_date=value_date or self.day,
            narration=f"{kind} of the test",
            source_reference="tests:1",
            idempotency_key=f"key-{next(_numbers)}",
            postings=[PostingDraft(account, amount) for account, amount in amounts.items()],
        )
        return post_journal_entry(
            book_id=self.book.id, booking_date=self.day, draft=draft, caller="tests", maker_id=self.maker.id
        )

    def deposit(self, contract: FinancingContract, amount: int) -> None:
        self.post_at(
            "client_deposit",
            {self.id_of("client/custody/BANKA"): amount, contract.cash_account_id: -amount},
        )

    def capital(self, amount: int) -> None:
        """The owners pay in."""
        bank, owners = self.id_of("house/custody/BANKA"), self.id_of("house/capital")
        self.post_at("house_capital", {bank: amount, owners: -amount})

    def fund(self, code: str, amount: int) -> None:
        self.post_at(
            "funder_deposit",
            {self.id_of("funder/custody/BANKA"): amount, self.id_of(f"funder/{code}/available"): -amount},
        )

    def pay_in_early(self, code: str, amount: int) -> None:
        """A funder without a contract yet pays in: its account comes with its first tranche."""
        draft = AccountDraft(
            f"funder/{code}/available",
            self.units["CNY"],
            "funder",
            "funder_available",
            2210,
            self.parties[code].id,
            limit="no_debit_balance",
        )
        open_accounts(book_id=self.book.id, drafts=[draft])
        self.fund(code, amount)

    def securities_account(self, contract: FinancingContract) -> int:
        """Where the contract's shares of 600000 stand."""
        unit_id = self.units["XSHG:600000"]
        draft = AccountDraft(
            f"client/{contract.client.code}/{contract.code}/securities",
            unit_id,
            "client",
            "entitlement",
            2020,
            contract.client_id,
            contract.code,
            "no_debit_balance",
        )
        return open_accounts(book_id=self.book.id, drafts=[draft])[draft.address, unit_id]

    def post_securities(self, contract: FinancingContract, quantity: int) -> int:
        """Shares of 600000 come into the contract; return their account."""
        account = self.securities_account(contract)
        custody = self.id_of("client/custody/BANKA", "XSHG:600000")
        self.post_at("securities_in", {custody: quantity, account: -quantity})
        return account

    def fill_reserve(self, amount: int) -> None:
        self.post_at(
            "reserve_contribution",
            {
                self.id_of("house/expense/reserve"): amount,
                self.id_of("house/transit/BANKA"): -amount,
                self.id_of("reserve/transit/BANKA"): amount,
                self.id_of("reserve/fund"): -amount,
            },
        )

    def open(
        self,
        code: str = "F1",
        *,
        client: str = "CHEN",
        tranches: tuple[TrancheDraft, ...] | None = None,
        terms: str = "MARGIN",
        approved: bool = True,
        opened_on: dt.date | None = None,
        matures_on: dt.date | None = None,
    ) -> FinancingContract:
        shares = tranches or (
            TrancheDraft(self.party("AURORA", "funder").id, 600_000, 55_000),
            TrancheDraft(self.party("BEACON", "funder").id, 400_000, 55_000),
        )
        draft = ContractDraft(
            code=code,
            client_id=self.party(client, "client").id,
            custodian_id=self.custodian_id,
            terms_id=self.terms[terms].id,
            opened_on=opened_on or self.day,
            tranches=shares,
            matures_on=matures_on,
        )
        (contract,) = open_contracts(
            book_id=self.book.id, drafts=[draft], actor_id=self.maker.id, reason=REASON
        )
        if approved:
            self.move(contract, "submitted", "approved")
        return contract

    def move(self, contract: FinancingContract, *states: str) -> None:
        for state in states:
            move_states(
                moves=[StateMove(contract.id, state)],
                business_date=self.day,
                actor_id=self.maker.id,
                reason=REASON,
            )

    def draw(
        self, contract: FinancingContract, amount: int, *, key: str = "", value_date: dt.date | None = None
    ) -> PostedEntry:
        if self.keeps_papers:
            self.renew(contract.client)
        return draw_down(
            contract_id=contract.id,
            amount_minor=amount,
            booking_date=self.day,
            value_date=value_date or self.day,
            maker_id=self.maker.id,
            idempotency_key=key or f"draw-{next(_numbers)}",
        )

    def drawn(
        self, amount: int = 100_000_000, own: int = 50_000_000, *, matures_on: dt.date | None = None
    ) -> FinancingContract:
        """Chen's contract with own cash and a first drawdown, well funded."""
        contract = self.open(matures_on=matures_on)
        self.deposit(contract, own)
        self.fund("AURORA", amount)
        self.fund("BEACON", amount)
        self.draw(contract, amount)
        contract.refresh_from_db()
        return contract

    def of(self, contract: FinancingContract) -> ContractBalances:
        return contract_balances(contract_ids=[contract.id])[contract.id]

    def advance(self, day: dt.date) -> None:
        """Close the open day by two people and open another one."""
        if open_business_date(book_id=self.book.id) is not None:
            approval = propose_approval(
                book_code=self.book.code,
                kind="close_business_day",
                subject=f"{self.book.code}/{self.day}",
                payload={},
                maker_id=self.maker.id,
            )
            approve(approval_id=approval.id, checker_id=self.checker.id)
            close_business_day(book_id=self.book.id, business_date=self.day, approval_id=approval.id)
        open_business_day(book_id=self.book.id, business_date=day, maker_id=self.maker.id)
        self.day = day

    def agree(self, approval: Approval) -> int:
        """The checker approves; returns the approval's number."""
        return approve(approval_id=approval.id, checker_id=self.checker.id).pk

    def next_terms(self, draft: TermsDraft, code: str = "MARGIN") -> TermsVersion:
        """The next version of a product's terms, in force by two people."""
        product = self.terms[code].product
        terms = propose_terms(product_id=product.id, unit_id=self.units["CNY"], draft=draft)
        number = self.agree(propose_activation(terms_id=terms.id, maker_id=self.maker.id))
        return activate_terms(terms_id=terms.id, approval_id=number)

    def put_terms_in_force(self, code: str, draft: TermsDraft) -> TermsVersion:
        product = create_product(code=code, name=code.title(), actor_id=self.maker.id, reason=REASON)
        terms = propose_terms(product_id=product.id, unit_id=self.units["CNY"], draft=draft)
        approval = propose_activation(terms_id=terms.id, maker_id=self.maker.id)
        approve(approval_id=approval.id, checker_id=self.checker.id)
        self.terms[code] = activate_terms(terms_id=terms.id, approval_id=approval.id)
        return self.terms[code]


def lending(*, code: str = "LEND", day: dt.date = DAY_ONE) -> Lending:
    maker = User.objects.get(username="day-runner")
    checker = register_staff(
        username=f"zhou.{code.lower()}",
        full_name="Zhou Min",
        role="risk",
        password=None,
        actor_id=maker.id,
        reason=REASON,
    )
    units = create_units(
        drafts=[
            UnitDraft("CNY", "currency", 2, "renminbi"),
            UnitDraft("USD", "currency", 2, "US dollar"),
            UnitDraft("XSHG:600000", "security", 0, "a share"),
        ]
    )
    book = create_book(code=code, name="Lending", base_unit_code="CNY")
    made = Lending(book=book, maker=maker, checker=checker, units=units, day=day, custodian_id=0)
    who: dict[str, Any] = {"actor_id": maker.id, "reason": REASON}
    bank = register_custodian(
        code="BANKA", name="Bank A", party_id=made.party("BANKA", "custodian").id, **who
    )
    made.custodian_id = bank.id
    accounts = {
        ring: open_custody_account(
            book_id=book.id,
            custodian_id=bank.id,
            ring=ring,
            external_number=f"{code}-{ring}",
            unit_ids=list(units.values()),
            **who,
        )
        for ring in ("client", "funder", "reserve", "house")
    }
    for funder in ("AURORA", "BEACON"):
        set_cash_home(
            book_id=book.id,
            ring="funder",
            owner_id=made.party(funder, "funder").id,
            custody_account_id=accounts["funder"].id,
            **who,
        )
    for ring in ("reserve", "house"):
        set_cash_home(book_id=book.id, ring=ring, custody_account_id=accounts[ring].id, **who)
    made.put_terms_in_force("MARGIN", TERMS)
    open_business_day(book_id=book.id, business_date=day, maker_id=maker.id)
    return made
