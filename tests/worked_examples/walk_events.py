"""One contract's life, event by event, each through the service that a user would call.

Chen borrows 1,000,000 of Aurora (60 %) and Beacon (40 %) at 6.5 %, they earn 5.5 %; she buys, pays a part of
the interest, gets a dividend and a split, sells, repays, is liquidated and pays something later. Dubois has a
second contract. What has no service yet (breaks) is posted by its kind.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from accounts.services.approvals import approve
from clearing.marks.services.corporate_actions import DividendDraft, SplitDraft, announce_corporate_actions
from clearing.marks.services.instruments import InstrumentDraft, register_instruments
from clearing.settlement.domain.trade_lines import TradeRow
from clearing.settlement.services.corporate_actions import book_ex_date, book_payments
from clearing.settlement.services.settle import settle_trades
from clearing.settlement.services.trades import import_trades
from contracts.models import FinancingContract
from contracts.services.charges import accrue_fee, accrue_penalty
from contracts.services.drawdown import draw_down
from contracts.services.interest import accrue_interest
from contracts.services.interest_collection import capitalise_interest, collect_interest_of
from contracts.services.recovery import apply_recovery
from contracts.services.repayment import repay
from contracts.services.waterfall import WaterfallStage, apply_waterfall
from custody.models import CustodyAccount, Payment
from custody.services.payments import (
    contribute_reserve,
    identify_receipt,
    receive_client_deposit,
    receive_funder_deposit,
    receive_house_capital,
    receive_securities,
)
from custody.services.withdrawals import release_withdrawal, request_funder_withdrawal
from ledger.models import Account, JournalEntry
from ledger.queries.balances import balances
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.calendars import add_sessions
from ledger.services.client_exchange import settle_client_exchanges, trade_client_exchange
from ledger.services.house_exchange import book_house_exchange
from ledger.services.official_rates import RateDraft, set_official_rates
from ledger.services.revaluation import revalue_positions
from tests.contracts.builders import DAY_ONE, Lending, lending

SHARE = "XSHG:600000"
Event = tuple[tuple[str, ...], Callable[[], object]]


def day(month: int, number: int) -> dt.date:
    return dt.date(2025, month, number)


@dataclass
class Walk:
    """The book with Chen's contract c and Dubois's d."""

    book: Lending
    c: FinancingContract
    d: FinancingContract
    client_bank: int
    receipt: Payment | None = None

    @property
    def at(self) -> dict[str, Any]:
        return {"booking_date": self.book.day, "maker_id": self.book.maker.id}

    def events(self) -> Iterator[Event]:
        """The names of the model's events and what makes them happen, in the model's order."""
        yield from self.money_comes_in()
        yield from self.contract_runs()
        yield from self.contract_ends()
        yield from self.what_has_no_service_yet()

    def money_comes_in(self) -> Iterator[Event]:
        yield ("house capital",), lambda: self.capital(20_000_000)
        yield ("reserve contribution",), lambda: self.reserve(8_000_000)
        yield ("deposit",), lambda: self.deposit(self.c, 20_000_000, "D1")
        yield ("unidentified",), lambda: self.deposit(None, 5_000_000, "D2")
        yield ("identified",), self.identify
        yield ("sec in",), lambda: self.securities_in(10_000)
        yield ("funder in",), lambda: self.funder_in("AURORA", 70_000_000)
        yield ("funder in",), lambda: self.funder_in("BEACON", 50_000_000)

    def contract_runs(self) -> Iterator[Event]:
        # Her 10,000 shares are worth 120,000.00 at the day's price.
        yield ("drawdown",), lambda: self.draw(100_000_000, 12_000_000)
        yield ("buy T",), lambda: self.trade("buy", 100_000, 1_200)
        yield ("buy S", "commission collected"), lambda: self.settle(day(1, 2))
        for _ in range(30):
            yield ("accrue",), self.accrue_next
        yield ("interest collected (part)",), lambda: self.collect(300_000)
        yield ("dividend ex",), lambda: self.go_ex(day(2, 3))
        yield ("dividend pay", "tax remitted"), lambda: self.deliver(day(2, 4))
        yield ("split eff.",), lambda: self.go_ex(day(2, 5))
        yield ("split credited",), lambda: self.deliver(day(2, 5))
        yield ("sell T",), lambda: self.trade("sell", 20_000, 610)
        yield ("sell S",), lambda: self.settle(day(2, 6))
        yield ("repay",), lambda: self.repay(10_000_000)
        yield ("capitalise",), lambda: self.capitalise(10_000)

    def contract_ends(self) -> Iterator[Event]:
        yield ("penalty",), lambda: self.penalty(10_534_247, 12)
        yield ("fee",), lambda: self.fee(200_000)
        yield ("sell T",), lambda: self.trade("sell", 200_000, 350)
        yield ("sell S",), lambda: self.settle(day(2, 7))
        yield ("wf interest", "wf principal", "waive", "reserve draw", "funder loss"), self.waterfall
        yield ("recovery in",), lambda: self.deposit(self.c, 7_000_000, "D3")
        yield ("recovery",), lambda: self.recover(7_000_000)
        yield ("funder out",), lambda: self.funder_out("AURORA", 70_271_233)
        yield ("funder out",), lambda: self.funder_out("BEACON", 50_180_822)
        yield ("deposit2",), lambda: self.deposit(self.d, 1_000_000, "D4")

    def what_has_no_service_yet(self) -> Iterator[Event]:
        yield (
            ("break short: house tops up",),
            lambda: self.post(
                "break_topped_up",
                ("house/expense/break", "CNY", 2_500),
                ("house/transit/BANKA", "CNY", -2_500),
                ("client/transit/BANKA", "CNY", 2_500),
                ("client/custody/BANKA", "CNY", -2_500),
            ),
        )
        yield (
            ("break surplus",),
            lambda: self.post(
                "client_surplus",
                ("client/custody/BANKA", "CNY", 700),
                ("client/unallocated/BANKA", "CNY", -700),
            ),
        )
        yield ("fx trade",), self.exchange_of_client
        yield ("fx settle",), self.settle_exchange
        yield ("house fx",), self.exchange_of_house
        yield ("reval 7.20",), lambda: self.revalue("7.20")

    def exchange_of_client(self) -> None:
        trade_client_exchange(
            book_id=self.book.book.id,
            settlement_date=self.book.day,
            custodian_code="BANKA",
            sold_account_id=self.d.cash_account_id,
            sold_minor=700_000,
            bought_unit_code="USD",
            bought_minor=98_000,
            reference="FX-1",
            **self.at,
        )

    def settle_exchange(self) -> None:
        settle_client_exchanges(
            book_id=self.book.book.id, business_date=self.book.day, maker_id=self.book.maker.id
        )

    def exchange_of_house(self) -> None:
        book_house_exchange(
            book_id=self.book.book.id,
            value_date=self.book.day,
            custodian_code="BANKA",
            sold_unit_code="CNY",
            sold_minor=700_000,
            bought_unit_code="USD",
            bought_minor=98_000,
            reference="FX-2",
            **self.at,
        )

    def revalue(self, rate: str) -> None:
        set_official_rates(
            book_id=self.book.book.id,
            rate_date=self.book.day,
            drafts=[RateDraft("USD", "CNY", rate)],
            source="pboc",
            maker_id=self.book.maker.id,
        )
        revalue_positions(book_id=self.book.book.id, business_date=self.book.day, maker_id=self.book.maker.id)

    def come(self, on: dt.date) -> None:
        if on != self.book.day:
            self.book.advance(on)

    def capital(self, amount: int) -> None:
        receive_house_capital(
            book_id=self.book.book.id,
            value_date=self.book.day,
            unit_code="CNY",
            amount_minor=amount,
            bank_reference="CAPITAL",
            **self.at,
        )

    def reserve(self, amount: int) -> None:
        contribute_reserve(
            book_id=self.book.book.id,
            value_date=self.book.day,
            unit_code="CNY",
            amount_minor=amount,
            idempotency_key="first",
            **self.at,
        )

    def deposit(self, contract: FinancingContract | None, amount: int, reference: str) -> None:
        self.receipt = receive_client_deposit(
            book_id=self.book.book.id,
            value_date=self.book.day,
            custody_account_id=self.client_bank,
            unit_code="CNY",
            amount_minor=amount,
            entitlement_account_id=None if contract is None else contract.cash_account_id,
            bank_reference=reference,
            **self.at,
        )

    def identify(self) -> None:
        assert self.receipt is not None
        identify_receipt(payment_id=self.receipt.pk, entitlement_account_id=self.c.cash_account_id, **self.at)

    def securities_in(self, quantity: int) -> None:
        receive_securities(
            book_id=self.book.book.id,
            value_date=self.book.day,
            custody_account_id=self.client_bank,
            unit_code=SHARE,
            quantity=quantity,
            entitlement_account_id=self.book.securities_account(self.c),
            bank_reference="S1",
            **self.at,
        )

    def funder_in(self, code: str, amount: int) -> None:
        receive_funder_deposit(
            book_id=self.book.book.id,
            value_date=self.book.day,
            funder_id=self.book.parties[code].pk,
            unit_code="CNY",
            amount_minor=amount,
            bank_reference=f"IN-{code}",
            **self.at,
        )

    def funder_out(self, code: str, amount: int) -> None:
        payment = request_funder_withdrawal(
            book_id=self.book.book.id,
            funder_id=self.book.parties[code].pk,
            unit_code="CNY",
            amount_minor=amount,
            counterparty_account=f"ACCOUNT-OF-{code}",
            requested_on=self.book.day,
            maker_id=self.book.maker.id,
        )
        assert payment.approval_id is not None
        approve(approval_id=payment.approval_id, checker_id=self.book.checker.id)
        release_withdrawal(
            payment_id=payment.pk, approval_id=payment.approval_id, value_date=self.book.day, **self.at
        )

    def draw(self, amount: int, securities: int) -> None:
        draw_down(
            contract_id=self.c.id,
            amount_minor=amount,
            value_date=self.book.day,
            idempotency_key="drawdown",
            securities_minor=securities,
            **self.at,
        )

    def trade(self, side: str, quantity: int, price: int) -> None:
        row = TradeRow(
            contract_code="F1",
            instrument_code=SHARE,
            side=side,
            quantity=quantity,
            price_minor=price,
            trade_date=self.book.day,
            broker_reference=f"{side}-{quantity}",
            commission_minor=None if side == "buy" else 0,
        )
        imported = import_trades(book_id=self.book.book.id, rows=[row], **self.at)
        assert (len(imported.trades), imported.rejected, imported.findings) == (1, (), ())

    def settle(self, on: dt.date) -> None:
        self.come(on)
        settle_trades(book_id=self.book.book.id, business_date=on, maker_id=self.book.maker.id)

    def accrue_next(self) -> None:
        """The first accrual is on the day that is open, each other one on the next."""
        if JournalEntry.objects.filter(kind="interest_accrued").exists():
            self.come(self.book.day + dt.timedelta(days=1))
        accrue_interest(book_id=self.book.book.id, business_date=self.book.day, maker_id=self.book.maker.id)

    def collect(self, amount: int) -> None:
        collect_interest_of(contract_id=self.c.id, amount_minor=amount, idempotency_key="interest", **self.at)

    def go_ex(self, on: dt.date) -> None:
        self.come(on)
        book_ex_date(book_id=self.book.book.id, business_date=on, maker_id=self.book.maker.id)

    def deliver(self, on: dt.date) -> None:
        self.come(on)
        book_payments(book_id=self.book.book.id, business_date=on, maker_id=self.book.maker.id)

    def repay(self, amount: int) -> None:
        repay(
            contract_id=self.c.id,
            amount_minor=amount,
            value_date=self.book.day,
            idempotency_key="repayment",
            **self.at,
        )

    def capitalise(self, amount: int) -> None:
        capitalise_interest(
            contract_id=self.c.id, amount_minor=amount, idempotency_key="capitalised", **self.at
        )

    def penalty(self, overdue: int, days: int) -> None:
        accrue_penalty(
            contract_id=self.c.id,
            overdue_minor=overdue,
            overdue_since=self.book.day - dt.timedelta(days=days),
            until=self.book.day,
            idempotency_key="penalty",
            **self.at,
        )

    def fee(self, amount: int) -> None:
        accrue_fee(
            contract_id=self.c.id,
            amount_minor=amount,
            value_date=self.book.day,
            idempotency_key="fee",
            **self.at,
        )

    def waterfall(self) -> None:
        apply_waterfall(
            contract_id=self.c.id,
            pot_minor=None,
            stage=WaterfallStage.FINAL,
            reference="LIQUIDATION-1",
            **self.at,
        )

    def recover(self, amount: int) -> None:
        apply_recovery(contract_id=self.c.id, amount_minor=amount, idempotency_key="recovery", **self.at)

    def post(self, kind: str, *legs: tuple[str, str, int]) -> None:
        self.book.post_at(kind, {self.book.id_of(address, unit): amount for address, unit, amount in legs})

    def closing(self) -> dict[tuple[str, str], int]:
        """Balances by address and unit, none that are nought."""
        accounts = Account.objects.filter(book=self.book.book).select_related("unit")
        held = balances(account_ids=[account.pk for account in accounts])
        return {(one.address, one.unit.code): held[one.pk] for one in accounts if held[one.pk]}


def walk() -> Walk:
    """Everything that is there before the first event."""
    book = lending()
    add_sessions(
        calendar_code="XSHG",
        sessions=[one for one in (DAY_ONE + dt.timedelta(days=n) for n in range(60)) if one.weekday() < 5],
    )
    instruments = register_instruments(
        drafts=[InstrumentDraft(SHARE, "CNY", "XSHG", settlement_days=1, lot_size=100)],
        actor_id=book.maker.id,
        reason="walk",
    )
    share = instruments[SHARE].pk
    announce_corporate_actions(
        book_id=book.book.id,
        drafts=[
            DividendDraft(
                share, DAY_ONE, day(2, 3), day(2, 3), day(2, 4), amount_micro=5_000_000, tax_ppm=100_000
            ),
            SplitDraft(share, DAY_ONE, day(2, 5), day(2, 5), day(2, 5), 2, 1),
        ],
    )
    made = Walk(
        book=book,
        c=book.open("F1"),
        d=book.open("F2", client="DUBOIS"),
        client_bank=CustodyAccount.objects.get(ring="client").pk,
    )
    cny = book.units["CNY"]
    open_accounts(
        book_id=book.book.id,
        drafts=[AccountDraft("house/expense/break", cny, "house", "expense", 5030, is_hot=True)],
    )
    return made
