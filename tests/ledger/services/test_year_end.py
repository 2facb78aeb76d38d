"""The year's result carried to equity, by figures."""

import datetime as dt

import pytest
from django.db import connection

from accounts.models import User
from accounts.services.approvals import ApprovalPayloadChanged, approve
from ledger.models import Account, JournalEntry, Posting, YearEndTransfer
from ledger.queries.balances import balance
from ledger.queries.periods import year_results
from ledger.queries.verification import Verdict, verify_book
from ledger.services import period_refusals, refusals
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.days import open_business_day
from ledger.services.posting import reverse_journal_entry
from ledger.services.year_end import propose_year_end_transfer, transfer_year_end
from tests.ledger.builders import SmallBook, small_book
from tests.ledger.services.test_days import close
from tests.ledger.services.test_periods import lin, soft_close

__all__ = ["lin"]
pytestmark = pytest.mark.django_db
LAST, FIRST = dt.date(2008, 12, 31), dt.date(2009, 1, 2)


@pytest.fixture
def december() -> SmallBook:
    """On the last day 900.00 USD and 70 JPY were earned and 250.00 USD spent."""
    book = small_book(day=LAST)
    usd, jpy = book.units["USD"], book.units["JPY"]
    drafts = {
        "waived": AccountDraft("house/expense/bad-spread", usd, "house", "expense", 5010),
        "spread_jpy": AccountDraft("house/income/spread", jpy, "house", "income", 4010, is_hot=True),
        "capital_jpy": AccountDraft("house/capital", jpy, "house", "capital", 3010, is_hot=True),
    }
    ids = open_accounts(book_id=book.book.id, drafts=list(drafts.values()))
    book.accounts |= {name: ids[draft.address, draft.unit_id] for name, draft in drafts.items()}
    book.post(
        book.draft("interest_accrued", interest=900_00, spread=-900_00, value_date=LAST),
        book.draft("bad_spread_written_off", waived=250_00, interest=-250_00, value_date=LAST),
        book.draft("interest_accrued", capital_jpy=70, spread_jpy=-70, value_date=LAST),
        day=LAST,
    )
    return book


def approved(book: SmallBook, checker: User, year: int = 2008) -> int:
    proposed = propose_year_end_transfer(book_id=book.book.id, year=year, maker_id=book.maker.id)
    approve(approval_id=proposed.id, checker_id=checker.id)
    return proposed.id


def transfer(book: SmallBook, checker: User, year: int = 2008) -> YearEndTransfer:
    return transfer_year_end(book_id=book.book.id, year=year, approval_id=approved(book, checker, year))


def retained(book: SmallBook, unit: str = "USD") -> int:
    account = Account.objects.get(book=book.book, address="house/retained-earnings", unit_id=book.units[unit])
    return balance(account_id=account.id)


class TestTransferYearEnd:
    def test_carries_every_account_per_unit_in_the_soft_closed_last_day(
        self, december: SmallBook, lin: User
    ) -> None:
        soft_close(december, lin, LAST)
        made = transfer(december, lin)
        entry = made.entry
        assert (entry.kind_id, entry.booking_date, entry.value_date) == ("year_end_transferred", LAST, LAST)
        assert (made.transfer_no, entry.posting_count) == (1, 5)
        assert retained(december) == -650_00
        assert retained(december, "JPY") == -70
        for name in ("spread", "waived", "spread_jpy"):
            assert balance(account_id=december.accounts[name]) == 0
        close(december, lin, LAST)
        assert verify_book(book=december.book).verdict is Verdict.CLEAN

    def test_refuses_in_a_day_of_the_year_that_is_open(self, december: SmallBook, lin: User) -> None:
        with pytest.raises(period_refusals.YearNotOver):
            transfer(december, lin)
        assert not JournalEntry.objects.filter(kind="year_end_transferred").exists()

    def test_books_back_valued_into_the_open_day_when_the_year_is_closed(
        self, december: SmallBook, lin: User
    ) -> None:
        close(december, lin, LAST)
        with pytest.raises(refusals.DayNotOpen):
            transfer(december, lin)
        open_business_day(book_id=december.book.id, business_date=FIRST, maker_id=december.maker.id)
        entry = transfer(december, lin).entry
        assert (entry.booking_date, entry.value_date) == (FIRST, LAST)
        assert retained(december) == -650_00

    def test_leaves_the_new_year_alone(self, december: SmallBook, lin: User) -> None:
        close(december, lin, LAST)
        open_business_day(book_id=december.book.id, business_date=FIRST, maker_id=december.maker.id)
        december.post(
            december.draft("interest_accrued", interest=5_00, spread=-5_00, value_date=FIRST), day=FIRST
        )
        transfer(december, lin)
        assert balance(account_id=december.accounts["spread"]) == -5_00

    def test_is_done_once(self, december: SmallBook, lin: User) -> None:
        soft_close(december, lin, LAST)
        permission = approved(december, lin)
        first = transfer_year_end(book_id=december.book.id, year=2008, approval_id=permission)
        again = transfer_year_end(book_id=december.book.id, year=2008, approval_id=permission)
        assert first.pk == again.pk
        with pytest.raises(period_refusals.NothingToTransfer):
            transfer(december, lin)
        assert JournalEntry.objects.filter(kind="year_end_transferred").count() == 1

    def test_carries_what_comes_late_by_a_second_transfer(self, december: SmallBook, lin: User) -> None:
        soft_close(december, lin, LAST)
        transfer(december, lin)
        close(december, lin, LAST)
        open_business_day(book_id=december.book.id, business_date=FIRST, maker_id=december.maker.id)
        december.post(
            december.draft("interest_adjusted", interest=-40_00, spread=40_00, value_date=LAST), day=FIRST
        )
        (left,) = year_results(book_id=december.book.id, year=2008)
        assert (left.unit_code, left.result_minor) == ("USD", 40_00)
        second = transfer(december, lin)
        assert (second.transfer_no, second.entry.booking_date) == (2, FIRST)
        assert retained(december) == -610_00
        assert year_results(book_id=december.book.id, year=2008) == []
        close(december, lin, FIRST)
        assert verify_book(book=december.book).verdict is Verdict.CLEAN

    def test_carries_again_what_a_reversal_brought_back(self, december: SmallBook, lin: User) -> None:
        soft_close(december, lin, LAST)
        first = transfer(december, lin)
        reverse_journal_entry(
            entry_id=first.entry_id,
            booking_date=LAST,
            narration="carried too early",
            caller="tests",
            idempotency_key="back",
            maker_id=december.maker.id,
        )
        assert retained(december) == 0
        assert transfer(december, lin).transfer_no == 2
        assert retained(december) == -650_00
        assert verify_book(book=december.book).verdict is Verdict.CLEAN

    def test_refuses_other_figures_than_were_approved(self, december: SmallBook, lin: User) -> None:
        permission = approved(december, lin)
        december.post(december.draft("interest_accrued", interest=1, spread=-1, value_date=LAST), day=LAST)
        soft_close(december, lin, LAST)
        with pytest.raises(ApprovalPayloadChanged):
            transfer_year_end(book_id=december.book.id, year=2008, approval_id=permission)

    def test_is_one_statement_of_postings_whatever_the_number_of_accounts(
        self, december: SmallBook, lin: User
    ) -> None:
        soft_close(december, lin, LAST)
        permission = approved(december, lin)
        with connection.execute_wrapper(counting := Statements()):
            transfer_year_end(book_id=december.book.id, year=2008, approval_id=permission)
        assert counting.of("INSERT INTO ledger_posting") == 1
        assert Posting.objects.filter(entry__kind_id="year_end_transferred").count() == 5


class Statements:
    """Counts what is sent to the database."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def __call__(self, execute: object, sql: str, params: object, many: bool, context: object) -> object:
        assert callable(execute)
        self.sent.append(sql)
        return execute(sql, params, many, context)

    def of(self, part: str) -> int:
        return sum(part in sql for sql in self.sent)
