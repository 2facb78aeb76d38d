"""The custodian as others meet it: orders go in by reference, statements come out.

An order that was taken is in the file before the call returns; what a statement or a new day says is on the
disk. Sent twice, an order is one order; with other content under the same reference it is refused.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from custody.simulator.bank import Bank
from custody.simulator.command_log import BooksDamaged, CommandLog
from custody.simulator.commands import (
    EXTERNAL,
    Advance,
    Command,
    Dividend,
    Fill,
    Incoming,
    IssueStatement,
    OpenAccount,
    OpenBooks,
    Order,
    Side,
    Split,
    Transfer,
    decode,
    encode,
)
from custody.simulator.defects import Defect
from custody.simulator.statement_file import statement_files

CURRENCY_EXPONENTS = {"CNY": 2, "EUR": 2, "GBP": 2, "HKD": 2, "JPY": 0, "USD": 2}


class OrderRefused(Exception):
    """The custodian does not take this order: an account it does not keep, an amount that is none, a bad
    date.
    """


class ReferenceConflict(Exception):
    """The reference was used for another order; use a new one."""


class DayBehind(Exception):
    """The custodian is past that day; days go forward."""


class NoStatement(Exception):
    """A statement is written for the day that the custodian has reached, and kept for earlier ones."""


class CustodianBooks:
    """One custodian's books in one directory. Units in `exponents` are currencies, all others whole
    securities.

    With `defect_rate_ppm` above nought its statements are wrong in places; `defects` lists where.
    """

    def __init__(
        self,
        directory: Path,
        code: str,
        *,
        exponents: Mapping[str, int] | None = None,
        defect_seed: str | None = None,
        defect_rate_ppm: int = 0,
    ) -> None:
        self._bank = Bank()
        self._orders: dict[tuple[type, str], Order] = {}
        self._defect_seed = defect_seed if defect_rate_ppm > 0 else None
        self._defect_rate_ppm = defect_rate_ppm
        self._log = CommandLog(Path(directory) / f"{code}.jsonl")
        try:
            self._replay(code, exponents)
        except BaseException:
            self._log.close()
            raise

    def __enter__(self) -> "CustodianBooks":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._log.close()

    @property
    def code(self) -> str:
        return self._bank.code

    @property
    def today(self) -> date | None:
        return self._bank.today

    def open_account(self, number: str, ring: str) -> None:
        """Open an account. Its holder's word for whose money it is (the ring) is kept and not judged."""
        if not number or number == EXTERNAL:
            raise OrderRefused(f"{number!r} is no account number.")
        self._take(OpenAccount(number, ring))

    def credit_incoming(
        self, account: str, unit: str, amount: int, reference: str, on: date, description: str = ""
    ) -> None:
        """Money or securities come from outside on a day: today where its statement is not out, else next
        day.
        """
        self._check(account, amount)
        self._take(Incoming(reference, account, unit, amount, on, description))

    def instruct_transfer(
        self, reference: str, from_account: str, to_account: str, unit: str, amount: int
    ) -> None:
        """Pay to an account here, at another bank, or to `EXTERNAL`; on the next day, when there is cover."""
        self._check(from_account, amount)
        if not to_account or to_account == from_account:
            raise OrderRefused(f"Transfer {reference} has no other account to go to.")
        self._take(Transfer(reference, from_account, to_account, unit, amount))

    def fill(
        self,
        reference: str,
        account: str,
        side: Side,
        instrument: str,
        quantity: int,
        cash_minor_net: int,
        currency: str,
        settlement_date: date,
        *,
        trade_date: date | None = None,
    ) -> None:
        """Settle an executed trade against payment. `trade_date` (today unless given) decides on ex-dates."""
        self._check(account, quantity)
        traded_on = trade_date or self._bank.today
        if traded_on is None or settlement_date < traded_on:
            raise OrderRefused(f"Trade {reference} settles before it is made.")
        if side not in ("buy", "sell") or cash_minor_net < 0:
            raise OrderRefused(f"Trade {reference} is neither bought nor sold, or has a negative price.")
        if currency not in self._bank.exponents or instrument in self._bank.exponents:
            raise OrderRefused(f"Trade {reference} is not a security against a currency.")
        known = self._orders.get((Fill, reference))
        if trade_date is None and isinstance(known, Fill):
            traded_on = known.trade_date
        self._take(
            Fill(
                reference=reference,
                account=account,
                side=side,
                instrument=instrument,
                quantity=quantity,
                cash_minor_net=cash_minor_net,
                currency=currency,
                trade_date=traded_on,
                settlement_date=settlement_date,
            )
        )

    def announce_dividend(
        self,
        reference: str,
        instrument: str,
        ex_date: date,
        pay_date: date,
        currency: str,
        amount_micro: int,
        tax_ppm: int = 0,
    ) -> None:
        """`amount_micro` millionths of a minor unit a share, on positions traded before the ex-date."""
        if amount_micro <= 0 or not 0 <= tax_ppm <= 1_000_000 or pay_date < ex_date:
            raise OrderRefused(
                f"Dividend {reference} is nothing, taxed beyond itself or paid before its ex-date."
            )
        self._take(Dividend(reference, instrument, ex_date, pay_date, currency, amount_micro, tax_ppm))

    def announce_split(
        self,
        reference: str,
        instrument: str,
        ex_date: date,
        pay_date: date,
        numerator: int,
        denominator: int,
    ) -> None:
        """`numerator` new for `denominator` old shares, on positions traded before the ex-date, whole
        shares.
        """
        if numerator <= 0 or denominator <= 0 or pay_date < ex_date:
            raise OrderRefused(f"Split {reference} has no ratio, or is credited before its ex-date.")
        self._take(Split(reference, instrument, ex_date, pay_date, numerator, denominator))

    def advance_to(self, day: date) -> None:
        """Carry out everything due up to a day, in this order: receipts, trades, actions, transfers.

        :raises DayBehind: the custodian has passed the day. The same day again changes nothing.
        """
        if self._bank.today is not None and day <= self._bank.today:
            if day == self._bank.today:
                return
            raise DayBehind(f"{self.code} stands at {self._bank.today}, not before {day}.")
        self._write(Advance(day))
        self._log.sync()

    def write_statement(self, day: date) -> list[tuple[str, bytes]]:
        """File name and bytes of the day's cash and holdings statement; the same bytes however often asked.

        What comes after the first writing belongs to the next day.

        :raises NoStatement: the custodian has not reached the day, or passed it without a statement.
        """
        if day not in self._bank.issued:
            if day != self._bank.today:
                raise NoStatement(f"{self.code} stands at {self._bank.today} and wrote none for {day}.")
            self._write(IssueStatement(day))
            self._log.sync()
        return self._files(day)[0]

    def write_corrected(self, day: date) -> list[tuple[str, bytes]]:
        """The day's statements as they should have been: what the books say, without a defect.

        Same number and sequence as the first ones; the file names say that they are corrected. What came
        without a defect comes again with the same bytes.

        :raises NoStatement: none was written for the day.
        """
        if day not in self._bank.issued:
            raise NoStatement(f"{self.code} wrote none for {day}.")
        return [
            (f"{name.removesuffix('.json')}-corrected.json", data)
            for name, data in self._files(day, corrected=True)[0]
        ]

    def defects(self) -> list[Defect]:
        """Every defect in the statements written so far."""
        return [defect for day in sorted(self._bank.issued) for defect in self._files(day)[1]]

    def balance(self, account: str, unit: str) -> int:
        return self._bank.balances.get((account, unit), 0)

    def keeps(self, account: str) -> bool:
        return account in self._bank.accounts

    def pending_references(self) -> list[str]:
        """Orders taken and not carried out: not due yet, without cover, or without the securities to
        deliver.
        """
        return self._bank.pending_references()

    def sent_to_other_banks(self, day: date) -> list[Transfer]:
        """Transfers carried out on a day to an account that is not kept here."""
        return [
            order
            for executed_on, order in self._bank.executed
            if executed_on == day and order.to_account != EXTERNAL and not self.keeps(order.to_account)
        ]

    def _files(self, day: date, *, corrected: bool = False) -> tuple[list[tuple[str, bytes]], list[Defect]]:
        return statement_files(
            code=self.code,
            accounts=self._bank.accounts,
            exponents=self._bank.exponents,
            statement=self._bank.issued[day],
            defect_seed=None if corrected else self._defect_seed,
            defect_rate_ppm=self._defect_rate_ppm,
        )

    def _check(self, account: str, amount: int) -> None:
        if not self.keeps(account):
            raise OrderRefused(f"{self.code} keeps no account {account!r}.")
        if type(amount) is not int or amount <= 0:
            raise OrderRefused(f"{amount!r} is no amount: a whole number above nought.")

    def _take(self, order: Order) -> None:
        known = self._orders.get((type(order), order.reference))
        if known == order:
            return
        if known is not None:
            raise ReferenceConflict(f"{order.reference} is {known}.")
        if not order.reference:
            raise OrderRefused("An order needs a reference.")
        self._write(order)
        self._orders[type(order), order.reference] = order

    def _write(self, command: Command) -> None:
        self._log.append(encode(command))
        self._bank.apply(command)

    def _replay(self, code: str, exponents: Mapping[str, int] | None) -> None:
        wanted = OpenBooks(code, dict(CURRENCY_EXPONENTS if exponents is None else exponents))
        if not self._log.lines:
            self._write(wanted)
            return
        for number, line in enumerate(self._log.lines, start=1):
            try:
                command = decode(line)
            except (KeyError, TypeError, ValueError) as error:
                raise BooksDamaged(f"{code}: line {number} is no command.") from error
            self._bank.apply(command)
            if not isinstance(command, OpenBooks | Advance | IssueStatement):
                self._orders[type(command), command.reference] = command
        found = OpenBooks(self._bank.code, self._bank.exponents)
        if found.code != code or (exponents is not None and found != wanted):
            raise BooksDamaged(f"These are the books of {found}, not of {wanted}.")
        self._log.lines.clear()
