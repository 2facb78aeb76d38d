"""The bank behind the books: accounts, what is due, what was booked. A fold over commands: no file, no clock.

Amounts are signed from the account holder's view: plus is money or securities in. The same commands in the
same order always give the same bookings, so the books hold commands only.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from custody.simulator.commands import (
    Advance,
    Command,
    Dividend,
    Fill,
    Incoming,
    IssueStatement,
    OpenAccount,
    OpenBooks,
    Split,
    Transfer,
)

MILLION = 1_000_000
Balances = dict[tuple[str, str], int]
"""(account number, unit) -> amount."""


@dataclass(frozen=True, slots=True)
class Movement:
    """What is to be booked on one account, before the bank gives it a date and a number."""

    account: str
    unit: str
    amount: int
    value_date: date
    account_reference: str
    kind: str
    description: str


@dataclass(frozen=True, slots=True)
class Booking:
    movement: Movement
    booking_date: date
    bank_reference: str


@dataclass(frozen=True, slots=True)
class IssuedStatement:
    """Everything since the previous statement, cash and holdings together."""

    sequence: int
    statement_date: date
    opening: Balances
    closing: Balances
    bookings: tuple[Booking, ...]


class Bank:
    """`apply` is the only door. It trusts its commands: `CustodianBooks` refuses before anything is
    written.
    """

    def __init__(self) -> None:
        self.code = ""
        self.exponents: dict[str, int] = {}
        self.accounts: dict[str, str] = {}
        self.today: date | None = None
        self.is_reported = False
        self.balances: Balances = {}
        self.issued: dict[date, IssuedStatement] = {}
        self.executed: list[tuple[date, Transfer]] = []
        self._reported: Balances = {}
        self._unreported: list[Booking] = []
        self._count = 0
        self._incoming: list[Incoming] = []
        self._transfers: list[Transfer] = []
        self._fills: list[Fill] = []
        self._actions: list[Dividend | Split] = []
        # By instrument: from which day on a quantity counts for an ex-date.
        self._positions: dict[str, list[tuple[date, str, int]]] = defaultdict(list)
        self._handlers: dict[type, Callable[..., None]] = {
            OpenBooks: self._open_books,
            OpenAccount: self._open_account,
            Incoming: self._receive,
            Transfer: self._queue_transfer,
            Fill: self._queue_fill,
            Dividend: self._queue_action,
            Split: self._queue_action,
            Advance: self._advance,
            IssueStatement: self._issue,
        }

    def apply(self, command: Command) -> None:
        self._handlers[type(command)](command)

    def pending_references(self) -> list[str]:
        """Orders taken and not carried out: not due, or without cover."""
        return [
            order.reference for order in (*self._incoming, *self._fills, *self._actions, *self._transfers)
        ]

    def _open_books(self, command: OpenBooks) -> None:
        self.code, self.exponents = command.code, dict(command.exponents)

    def _open_account(self, command: OpenAccount) -> None:
        self.accounts[command.reference] = command.ring

    def _receive(self, command: Incoming) -> None:
        self._incoming.append(command)
        if self.today is not None and not self.is_reported:
            self._book_incoming(self.today)

    def _queue_transfer(self, order: Transfer) -> None:
        self._transfers.append(order)

    def _queue_fill(self, fill: Fill) -> None:
        self._fills.append(fill)
        signed = fill.quantity if fill.side == "buy" else -fill.quantity
        self._positions[fill.instrument].append((fill.trade_date, fill.account, signed))

    def _queue_action(self, action: Dividend | Split) -> None:
        self._actions.append(action)

    def _advance(self, command: Advance) -> None:
        self.today = command.to_date
        self.is_reported = False
        self._book_incoming(self.today)
        self._settle_fills(self.today)
        self._pay_actions(self.today)
        self._execute_transfers(self.today)

    def _issue(self, command: IssueStatement) -> None:
        self.issued[command.statement_date] = IssuedStatement(
            sequence=len(self.issued) + 1,
            statement_date=command.statement_date,
            opening=self._reported,
            closing=dict(self.balances),
            bookings=tuple(self._unreported),
        )
        self._reported = dict(self.balances)
        self._unreported = []
        self.is_reported = True

    def _book_incoming(self, today: date) -> None:
        due = [order for order in self._incoming if order.due_on <= today]
        self._incoming = [order for order in self._incoming if order.due_on > today]
        for order in due:
            self._book(
                order.account,
                order.unit,
                order.amount,
                order.due_on,
                order.reference,
                "incoming_payment",
                order.description,
            )
            self._positions[order.unit].append((today, order.account, order.amount))

    def _settle_fills(self, today: date) -> None:
        """Cash may be overdrawn by a settlement; securities that are not there wait to be delivered."""
        due = [fill for fill in self._fills if fill.settlement_date <= today]
        waiting = [fill for fill in self._fills if fill.settlement_date > today]
        for fill in sorted(due, key=lambda fill: fill.side):  # buys first: a sale may deliver what they bring
            sign = 1 if fill.side == "buy" else -1
            if sign < 0 and self.balances.get((fill.account, fill.instrument), 0) < fill.quantity:
                waiting.append(fill)
                continue
            text = f"{fill.side} {fill.quantity} {fill.instrument}"
            for unit, amount in ((fill.currency, -fill.cash_minor_net), (fill.instrument, fill.quantity)):
                self._book(
                    fill.account,
                    unit,
                    sign * amount,
                    fill.settlement_date,
                    fill.reference,
                    "trade_settlement",
                    text,
                )
        self._fills = waiting

    def _pay_actions(self, today: date) -> None:
        due = [action for action in self._actions if action.pay_date <= today]
        self._actions = [action for action in self._actions if action.pay_date > today]
        for action in due:
            for account, quantity in sorted(self._entitled(action).items()):
                if isinstance(action, Dividend):
                    self._pay_dividend(action, account, quantity)
                else:
                    self._credit_split(action, account, quantity)

    def _entitled(self, action: Dividend | Split) -> dict[str, int]:
        """Positions by trade date at the end of the day before the ex-date."""
        held: dict[str, int] = defaultdict(int)
        for effective_on, account, quantity in self._positions[action.instrument]:
            if effective_on < action.ex_date:
                held[account] += quantity
        return {account: quantity for account, quantity in held.items() if quantity > 0}

    def _pay_dividend(self, action: Dividend, account: str, quantity: int) -> None:
        """The whole account's amount half up, and the tax on it in a booking of its own."""
        gross = (2 * quantity * action.amount_micro + MILLION) // (2 * MILLION)
        tax = (2 * gross * action.tax_ppm + MILLION) // (2 * MILLION)
        text = f"dividend on {quantity} {action.instrument}"
        for kind, amount in (("dividend", gross), ("tax", -tax)):
            self._book(account, action.currency, amount, action.pay_date, action.reference, kind, text)

    def _credit_split(self, action: Split, account: str, quantity: int) -> None:
        difference = quantity * action.numerator // action.denominator - quantity
        text = f"split {action.numerator} for {action.denominator} on {quantity} {action.instrument}"
        self._book(account, action.instrument, difference, action.pay_date, action.reference, "split", text)
        self._positions[action.instrument].append((action.ex_date, account, difference))

    def _execute_transfers(self, today: date) -> None:
        """In order of arrival; one order may bring another's cover, so go round until nothing moves."""
        progress = True
        while progress:
            waiting: list[Transfer] = []
            for order in self._transfers:
                if self.balances.get((order.from_account, order.unit), 0) < order.amount:
                    waiting.append(order)
                else:
                    self._execute_transfer(order, today)
            progress = len(waiting) < len(self._transfers)
            self._transfers = waiting

    def _execute_transfer(self, order: Transfer, today: date) -> None:
        text = f"{order.from_account} to {order.to_account}"
        sides = [(order.from_account, -order.amount)]
        if order.to_account in self.accounts:
            sides.append((order.to_account, order.amount))
        for account, amount in sides:
            self._book(account, order.unit, amount, today, order.reference, "transfer", text)
        self.executed.append((today, order))

    def _book(
        self, account: str, unit: str, amount: int, value_date: date, reference: str, kind: str, text: str
    ) -> None:
        if amount == 0:
            return
        assert self.today is not None, "a booking before the first day"
        self._count += 1
        self.balances[account, unit] = self.balances.get((account, unit), 0) + amount
        movement = Movement(account, unit, amount, value_date, reference, kind, text)
        self._unreported.append(Booking(movement, self.today, f"{self.code}-{self._count:08d}"))
