"""The demo's banks: simulated custodians with books of their own, told what a bank is told and no more.

They get instructions, executed trades, payments from outside and the market's announcements. What they
answer are statements, left in the inbox as files.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from clearing.demo.population import RINGS, World, account_number
from clearing.marks.models import CorporateAction, CorporateActionKind
from clearing.settlement.models import Trade
from custody.models import Payment, PaymentDirection, PaymentState, TransferInstruction
from custody.simulator.between_banks import deliver
from custody.simulator.books import CustodianBooks
from custody.simulator.commands import EXTERNAL


@dataclass(frozen=True, slots=True)
class Banks:
    """Both banks, their books open, and the inbox where their statements go."""

    world: World
    books: dict[str, CustodianBooks]
    inbox: Path

    def receive(
        self, *, bank_code: str, ring: str, amount_minor: int, reference: str, on: date, unit: str = "USD"
    ) -> None:
        """Money comes in from outside; the reference is what the remitter wrote."""
        number = account_number(self.world.book.code, bank_code, ring)
        self.books[bank_code].credit_incoming(number, unit, amount_minor, reference, on)

    def settle(self, trades: Iterable[Trade]) -> None:
        """Tell the banks of executed trades; own commission is no business of theirs."""
        for trade in trades:
            bank_code = trade.contract.custodian.code
            is_buy = trade.side == "buy"
            cost = trade.external_cost_minor
            self.books[bank_code].fill(
                trade.broker_reference,
                account_number(self.world.book.code, bank_code, "client"),
                "buy" if is_buy else "sell",
                trade.instrument.unit.code,
                trade.quantity,
                trade.gross_minor + cost if is_buy else trade.gross_minor - cost,
                trade.contract.unit.code,
                trade.settlement_date,
                trade_date=trade.trade_date,
            )

    def instruct(self) -> None:
        """Pass on every instruction that no bank has confirmed; what was passed on before changes nothing."""
        transfers = TransferInstruction.objects.filter(book=self.world.book, state="instructed")
        for transfer in transfers.select_related("from_account__custodian", "to_account", "unit").order_by(
            "id"
        ):
            self.books[transfer.from_account.custodian.code].instruct_transfer(
                transfer.reference,
                transfer.from_account.external_number,
                transfer.to_account.external_number,
                transfer.unit.code,
                transfer.amount_minor,
            )
        payments = Payment.objects.filter(
            book=self.world.book, direction=PaymentDirection.OUT, state=PaymentState.INSTRUCTED
        )
        for payment in payments.select_related("custodian", "custody_account", "unit").order_by("id"):
            self.books[payment.custodian.code].instruct_transfer(
                payment.reference or "",
                payment.custody_account.external_number,
                EXTERNAL,
                payment.unit.code,
                payment.amount_minor,
            )

    def end_of_day(self, day: date) -> None:
        """Let the banks work to the evening of the day and leave their statements in the inbox."""
        for action in CorporateAction.objects.filter(book=self.world.book, announced_on__lte=day):
            self._announce(action)
        for books in self.books.values():
            books.advance_to(day)
        deliver(list(self.books.values()), day)
        for code, books in self.books.items():
            for file_name, content in books.write_statement(day):
                _put(self.inbox / code, file_name, content)

    def _announce(self, action: CorporateAction) -> None:
        for code, books in self.books.items():
            reference = f"{action.pk}/{code}"
            if action.kind == CorporateActionKind.SPLIT:
                books.announce_split(
                    reference,
                    action.instrument.unit.code,
                    action.ex_date,
                    action.pay_date,
                    action.ratio_numerator or 1,
                    action.ratio_denominator or 1,
                )
            else:
                books.announce_dividend(
                    reference,
                    action.instrument.unit.code,
                    action.ex_date,
                    action.pay_date,
                    action.instrument.currency.code,
                    action.amount_micro or 0,
                    action.tax_ppm,
                )


@contextmanager
def open_banks(world: World, directory: Path) -> Iterator[Banks]:
    """Open the banks' books under a directory, made if need be; they go on where they stood."""
    directory.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        books = {
            code: stack.enter_context(
                CustodianBooks(
                    directory / "banks",
                    code,
                    defect_seed=f"{world.scenario.seed}/misstated",
                    defect_rate_ppm=world.scenario.defects_ppm if code == world.scenario.banks[1] else 0,
                )
            )
            for code in world.scenario.banks
        }
        for code, one in books.items():
            for ring in RINGS:
                one.open_account(account_number(world.book.code, code, ring), ring)
        yield Banks(world, books, directory / "inbox")


def _put(place: Path, file_name: str, content: bytes) -> None:
    """Leave a file whole, unless it was taken in already."""
    if (place / "taken" / file_name).exists():
        return
    place.mkdir(parents=True, exist_ok=True)
    unfinished = place.parent / f".{file_name}.unfinished"
    unfinished.write_bytes(content)
    unfinished.replace(place / file_name)
