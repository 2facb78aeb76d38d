"""Days on end with two simulated banks: what the ledger says of custody is what the banks say."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.services.approvals import approve, propose_approval
from custody.models import StatementBalance, StatementState, TransferInstruction
from custody.queries.custody_accounts import custody_lines
from custody.queries.instructions import open_instructions
from custody.services.incoming import book_incoming_payments
from custody.services.transfers import confirm_from_statement, sweep_transit
from custody.services.withdrawals import release_withdrawal
from custody.simulator.between_banks import deliver
from custody.simulator.books import CustodianBooks
from ledger.queries.balances import balances
from ledger.services.days import close_business_day, open_business_day
from tests.custody.cast import MONDAY, Cast
from tests.custody.services.test_transfers import owe
from tests.custody.services.test_withdrawals import request

DAY = dt.timedelta(1)


class Banks:
    """The platform's evening and the banks' day, turn and turn about."""

    def __init__(self, cast: Cast, directory: Path) -> None:
        self.cast, self.today = cast, MONDAY
        self.books = [CustodianBooks(directory, code) for code in ("HARBOUR", "ISLAND")]
        for (bank, ring), account in sorted(cast.custody.items()):
            self.of(bank).open_account(account.external_number, ring)
        for books in self.books:
            books.advance_to(MONDAY)

    def of(self, code: str) -> CustodianBooks:
        return next(books for books in self.books if books.code == code)

    def evening(self) -> None:
        """Take the day's statements in, book and confirm by them, sweep, and send what is open."""
        deliver(self.books, self.today)
        for books in self.books:
            for _name, raw in books.write_statement(self.today):
                statement = self.cast.take_in(raw, bank=books.code, on=self.today)
                assert statement.state == StatementState.ACCEPTED, statement.findings
                for step in (confirm_from_statement, book_incoming_payments):
                    step(statement_id=statement.pk, booking_date=self.today, maker_id=self.cast.runner)

    def night(self) -> None:
        sweep_transit(book_id=self.cast.book.pk, business_date=self.today, maker_id=self.cast.runner)
        for books in self.books:
            for order in open_instructions(book_id=self.cast.book.pk, custodian_code=books.code):
                books.instruct_transfer(
                    order.reference, order.from_number, order.to_number, order.unit_code, order.amount_minor
                )
        self.close()
        self.today += DAY
        open_business_day(book_id=self.cast.book.pk, business_date=self.today, maker_id=self.cast.runner)
        for books in self.books:
            books.advance_to(self.today)

    def close(self) -> None:
        approval = propose_approval(
            book_code=self.cast.book.code,
            kind="close_business_day",
            subject=f"{self.cast.book.code}/{self.today}",
            payload={"book": self.cast.book.code, "business_date": self.today.isoformat()},
            maker_id=self.cast.mei.pk,
        )
        approve(approval_id=approval.pk, checker_id=self.cast.noah.pk)
        close_business_day(book_id=self.cast.book.pk, business_date=self.today, approval_id=approval.pk)

    def assert_agree(self) -> None:
        """Each custody account in the ledger holds what its bank's statement of the day closes with."""
        lines = custody_lines(book_id=self.cast.book.pk)
        ours = balances(account_ids=[line.ledger_account_id for line in lines])
        told = {
            (line.custody_account_id, line.unit_id): line.closing_minor
            for line in StatementBalance.objects.filter(statement__statement_date=self.today)
        }
        for line in lines:
            theirs = told.get((line.custody_account_id, line.unit_id), 0)
            assert ours[line.ledger_account_id] == theirs, line


@pytest.fixture
def banks(cast: Cast, tmp_path: Path) -> Iterator[Banks]:
    made = Banks(cast, tmp_path)
    yield made
    for books in made.books:
        books.close()


class TestDaysWithABank:
    def test_ledger_and_banks_agree_every_evening(self, banks: Banks, cast: Cast) -> None:
        banks.of("HARBOUR").credit_incoming("H-CLIENT", "USD", 500_000, "F2/1", MONDAY)
        banks.of("HARBOUR").credit_incoming("H-CLIENT", "USD", 100_000, "F1/1", MONDAY)
        banks.of("HARBOUR").credit_incoming("H-CLIENT", "XNYS:IBM", 40, "F1/2", MONDAY)
        banks.of("ISLAND").credit_incoming("I-FUNDER", "USD", 900_000, "MERIDIAN/1", MONDAY)
        banks.evening()
        banks.assert_agree()

        owe(cast, "client/transit/HARBOUR", "house/transit/HARBOUR", 30_000)
        owe(cast, "client/transit/HARBOUR", "funder/transit/ISLAND", 70_000)
        payment = request(cast)
        release_withdrawal(
            payment_id=payment.pk,
            approval_id=cast.approved(payment),
            booking_date=MONDAY,
            value_date=MONDAY,
            maker_id=cast.noah.pk,
        )
        banks.night()
        banks.of("HARBOUR").credit_incoming("H-CLIENT", "USD", 777, "who knows", banks.today)
        banks.evening()
        banks.assert_agree()

        assert cast.balance("client/transit/HARBOUR") == 0
        assert cast.balance("funder/transit/ISLAND") == 0
        assert cast.balance("client/payments/HARBOUR") == 0
        assert cast.balance("funder/custody/ISLAND") == 970_000
        assert cast.balance("client/unallocated/HARBOUR") == -777
        assert not TransferInstruction.objects.exclude(state="confirmed").exists()

        banks.night()
        banks.evening()
        banks.assert_agree()
