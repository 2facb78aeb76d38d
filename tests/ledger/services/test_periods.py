"""Periods: soft closes, reopenings, months."""

import datetime as dt

import pytest

from accounts.models import User
from accounts.services.approvals import ApprovalAlreadyExecuted, ApprovalPayloadChanged, approve
from accounts.services.staff import register_staff
from ledger.models import BusinessDay, DailySnapshot, DayClose, Hardness
from ledger.queries.balances import balance_as_of
from ledger.queries.periods import months, reopenings
from ledger.queries.verification import Verdict, verify_book
from ledger.services import period_refusals, refusals
from ledger.services.days import close_business_day, open_business_day
from ledger.services.periods import (
    close_month,
    propose_day_reopening,
    propose_month_close,
    propose_month_reopening,
    propose_soft_close,
    reopen_business_day,
    reopen_month,
    soft_close_business_day,
)
from ledger.services.posting import EntryDraft, reverse_journal_entry
from tests.ledger.builders import MONDAY, SmallBook
from tests.ledger.services.test_days import approval, close

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + dt.timedelta(1)
SEPTEMBER = dt.date(2008, 9, 1)


@pytest.fixture
def lin(db: None) -> User:
    return register_staff(
        username="lin",
        full_name="Lin Fen",
        role="finance",
        password="correct horse battery",
        actor_id=User.objects.get(username="day-runner").id,
        reason="second pair of eyes",
    )


def soft_close(book: SmallBook, checker: User, day: dt.date = MONDAY) -> None:
    proposed = propose_soft_close(book_id=book.book.id, business_date=day, maker_id=book.maker.id)
    approve(approval_id=proposed.id, checker_id=checker.id)
    soft_close_business_day(book_id=book.book.id, business_date=day, approval_id=proposed.id)


def approved_reopening(
    book: SmallBook, checker: User, day: dt.date = MONDAY, reason: str = "a fee was missing"
) -> int:
    proposed = propose_day_reopening(
        book_id=book.book.id, business_date=day, reason=reason, maker_id=book.maker.id
    )
    approve(approval_id=proposed.id, checker_id=checker.id)
    return proposed.id


def reopen(book: SmallBook, checker: User, day: dt.date = MONDAY) -> None:
    reopen_business_day(
        book_id=book.book.id, business_date=day, approval_id=approved_reopening(book, checker, day)
    )


def shut_month(book: SmallBook, checker: User, hardness: Hardness, month: dt.date = SEPTEMBER) -> None:
    proposed = propose_month_close(
        book_id=book.book.id, month=month, hardness=hardness, maker_id=book.maker.id
    )
    approve(approval_id=proposed.id, checker_id=checker.id)
    close_month(book_id=book.book.id, month=month, hardness=hardness, approval_id=proposed.id)


def unshut_month(book: SmallBook, checker: User, month: dt.date = SEPTEMBER) -> None:
    proposed = propose_month_reopening(
        book_id=book.book.id, month=month, reason="a statement came late", maker_id=book.maker.id
    )
    approve(approval_id=proposed.id, checker_id=checker.id)
    reopen_month(book_id=book.book.id, month=month, approval_id=proposed.id)


def status(book: SmallBook, day: dt.date = MONDAY) -> str:
    return BusinessDay.objects.get(book=book.book, business_date=day).status


class TestSoftCloseBusinessDay:
    def test_leaves_the_day_to_corrections(self, main_book: SmallBook, lin: User) -> None:
        (first, second) = main_book.post(
            main_book.draft("client_deposit", bank=500, wang=-500),
            main_book.draft("client_deposit", bank=70, wang=-70),
        )
        soft_close(main_book, lin)
        with pytest.raises(refusals.DaySoftClosed):
            main_book.post(main_book.draft("client_deposit", bank=1, wang=-1))
        reverse_journal_entry(
            entry_id=first.entry_id,
            booking_date=MONDAY,
            narration="wrong client",
            caller="tests",
            idempotency_key="mirror",
            maker_id=main_book.maker.id,
        )
        draft = main_book.draft("client_deposit", bank=30, wang=-30)
        main_book.post(
            EntryDraft(
                kind=draft.kind,
                value_date=MONDAY,
                narration="the rest of it",
                source_reference="tests:2",
                idempotency_key="rest",
                postings=draft.postings,
                adjusts_id=second.entry_id,
            )
        )
        close(main_book, lin)
        assert balance_as_of(account_id=main_book.accounts["wang"], business_date=MONDAY) == -100
        assert verify_book(book=main_book.book).verdict is Verdict.CLEAN

    def test_holds_the_next_day_off(self, main_book: SmallBook, lin: User) -> None:
        soft_close(main_book, lin)
        with pytest.raises(refusals.DayAlreadyOpen):
            open_business_day(book_id=main_book.book.id, business_date=TUESDAY, maker_id=main_book.maker.id)

    def test_is_refused_a_second_time(self, main_book: SmallBook, lin: User) -> None:
        proposed = propose_soft_close(
            book_id=main_book.book.id, business_date=MONDAY, maker_id=main_book.maker.id
        )
        approve(approval_id=proposed.id, checker_id=lin.id)
        soft_close_business_day(book_id=main_book.book.id, business_date=MONDAY, approval_id=proposed.id)
        with pytest.raises((ApprovalAlreadyExecuted, period_refusals.DayNotOpenForSoftClose)):
            soft_close_business_day(book_id=main_book.book.id, business_date=MONDAY, approval_id=proposed.id)
        with pytest.raises(period_refusals.DayNotOpenForSoftClose):
            soft_close(main_book, lin)

    def test_can_be_taken_back(self, main_book: SmallBook, lin: User) -> None:
        soft_close(main_book, lin)
        reopen(main_book, lin)
        main_book.post(main_book.draft("client_deposit", bank=1, wang=-1))
        soft_close(main_book, lin)
        reopen(main_book, lin)
        close(main_book, lin)
        assert DayClose.objects.get().close_no == 1
        assert verify_book(book=main_book.book).verdict is Verdict.CLEAN


class TestReopenBusinessDay:
    def test_opens_the_newest_day_for_the_reason_approved(self, main_book: SmallBook, lin: User) -> None:
        main_book.post(main_book.draft("client_deposit", bank=500, wang=-500))
        close(main_book, lin)
        reopen(main_book, lin)
        assert status(main_book) == "open"
        (shown,) = reopenings(book_id=main_book.book.id, until=MONDAY)
        assert (shown.period, shown.reason, shown.checker) == (
            "2008-09-15",
            "a fee was missing",
            "Lin Fen",
        )
        assert reopenings(book_id=main_book.book.id, until=MONDAY - dt.timedelta(1)) == []

    def test_lets_the_day_be_closed_again_under_the_next_number(
        self, main_book: SmallBook, lin: User
    ) -> None:
        main_book.post(main_book.draft("client_deposit", bank=500, wang=-500))
        main_book.post(main_book.draft("client_deposit", bank=9, okafor=-9))
        close(main_book, lin)
        reopen(main_book, lin)
        main_book.post(main_book.draft("client_deposit", bank=70, wang=-70))
        close(main_book, lin)
        closes = DayClose.objects.order_by("close_no").values_list("close_no", "last_position")
        assert list(closes) == [(1, 2), (2, 3)]
        wang = main_book.accounts["wang"]
        snapshots = DailySnapshot.objects.filter(account_id=wang).order_by("close_no")
        assert [(one.close_no, one.balance_minor, int(one.credit_minor)) for one in snapshots] == [
            (1, -500, -500),
            (2, -570, -570),
        ]
        assert balance_as_of(account_id=wang, business_date=MONDAY) == -570
        assert verify_book(book=main_book.book).verdict is Verdict.CLEAN

    def test_may_happen_again_but_not_by_the_same_approval(self, main_book: SmallBook, lin: User) -> None:
        close(main_book, lin)
        spare = approved_reopening(main_book, lin, reason="a spare one")
        reopen(main_book, lin)
        close(main_book, lin)
        with pytest.raises(ApprovalPayloadChanged):
            reopen_business_day(book_id=main_book.book.id, business_date=MONDAY, approval_id=spare)
        reopen(main_book, lin)
        close(main_book, lin)
        assert DayClose.objects.count() == 3

    def test_makes_approvals_void_that_were_proposed_before(self, main_book: SmallBook, lin: User) -> None:
        """A second close, a second soft close and a second reopening were approved, and never used."""
        spare_close = approval(main_book, lin)
        spare_soft_close = propose_soft_close(
            book_id=main_book.book.id, business_date=MONDAY, maker_id=main_book.maker.id
        )
        approve(approval_id=spare_soft_close.id, checker_id=lin.id)
        soft_close(main_book, lin)
        spare_reopening = approved_reopening(main_book, lin)
        reopen(main_book, lin)
        book_id = main_book.book.id
        with pytest.raises(period_refusals.SoftCloseBeforeReopening):
            soft_close_business_day(book_id=book_id, business_date=MONDAY, approval_id=spare_soft_close.id)
        with pytest.raises(period_refusals.ApprovedBeforeReopening):
            close_business_day(book_id=book_id, business_date=MONDAY, approval_id=spare_close)
        soft_close(main_book, lin)
        with pytest.raises(period_refusals.ReopeningBeforeReopening):
            reopen_business_day(book_id=book_id, business_date=MONDAY, approval_id=spare_reopening)
        close(main_book, lin)
        assert verify_book(book=main_book.book).verdict is Verdict.CLEAN

    def test_refuses_an_open_day(self, main_book: SmallBook, lin: User) -> None:
        with pytest.raises(period_refusals.DayIsOpen):
            reopen(main_book, lin)

    def test_refuses_all_but_the_newest_day(self, main_book: SmallBook, lin: User) -> None:
        close(main_book, lin)
        open_business_day(book_id=main_book.book.id, business_date=TUESDAY, maker_id=main_book.maker.id)
        with pytest.raises(period_refusals.NotNewestDay):
            reopen(main_book, lin)

    def test_refuses_without_a_reason(self, main_book: SmallBook, lin: User) -> None:
        close(main_book, lin)
        with pytest.raises(period_refusals.ReasonMissing):
            approved_reopening(main_book, lin, reason=" ")

    @pytest.mark.parametrize("hardness", [Hardness.SOFT, Hardness.HARD])
    def test_refuses_a_day_of_a_closed_month(
        self, main_book: SmallBook, lin: User, hardness: Hardness
    ) -> None:
        close(main_book, lin)
        shut_month(main_book, lin, hardness)
        with pytest.raises(period_refusals.MonthIsClosed):
            reopen(main_book, lin)


class TestCloseMonth:
    def test_refuses_while_a_day_of_it_is_open(self, main_book: SmallBook, lin: User) -> None:
        with pytest.raises(period_refusals.MonthDaysOpen):
            shut_month(main_book, lin, Hardness.SOFT)
        soft_close(main_book, lin)
        with pytest.raises(period_refusals.MonthDaysOpen):
            shut_month(main_book, lin, Hardness.HARD)

    def test_refuses_a_month_without_days(self, main_book: SmallBook, lin: User) -> None:
        with pytest.raises(period_refusals.MonthDaysOpen):
            shut_month(main_book, lin, Hardness.HARD, dt.date(2008, 8, 1))

    def test_goes_from_soft_to_hard_and_no_further(self, main_book: SmallBook, lin: User) -> None:
        close(main_book, lin)
        shut_month(main_book, lin, Hardness.SOFT)
        with pytest.raises(period_refusals.MonthAlreadyClosed):
            shut_month(main_book, lin, Hardness.SOFT)
        shut_month(main_book, lin, Hardness.HARD)
        with pytest.raises(period_refusals.MonthAlreadyClosed):
            shut_month(main_book, lin, Hardness.HARD)
        (state,) = months(book_id=main_book.book.id)
        assert (state.month, state.days, state.closed_days, state.hardness) == (SEPTEMBER, 1, 1, "hard")

    @pytest.mark.parametrize("hardness", [Hardness.SOFT, Hardness.HARD])
    def test_lets_no_day_of_it_be_opened(self, main_book: SmallBook, lin: User, hardness: Hardness) -> None:
        close(main_book, lin)
        shut_month(main_book, lin, hardness)
        with pytest.raises(period_refusals.MonthClosedForOpening):
            open_business_day(book_id=main_book.book.id, business_date=TUESDAY, maker_id=main_book.maker.id)
        october = dt.date(2008, 10, 1)
        open_business_day(book_id=main_book.book.id, business_date=october, maker_id=main_book.maker.id)
        assert verify_book(book=main_book.book).verdict is Verdict.CLEAN


class TestReopenMonth:
    def test_takes_a_soft_close_back(self, main_book: SmallBook, lin: User) -> None:
        close(main_book, lin)
        shut_month(main_book, lin, Hardness.SOFT)
        unshut_month(main_book, lin)
        reopen(main_book, lin)
        close(main_book, lin)
        shut_month(main_book, lin, Hardness.SOFT)
        assert [one.period for one in reopenings(book_id=main_book.book.id)] == ["2008-09", "2008-09-15"]
        assert months(book_id=main_book.book.id)[0].reopenings == 2
        assert verify_book(book=main_book.book).verdict is Verdict.CLEAN

    def test_makes_approvals_void_that_were_proposed_before(self, main_book: SmallBook, lin: User) -> None:
        close(main_book, lin)
        spare = propose_month_close(
            book_id=main_book.book.id, month=SEPTEMBER, hardness=Hardness.SOFT, maker_id=main_book.maker.id
        )
        approve(approval_id=spare.id, checker_id=lin.id)
        shut_month(main_book, lin, Hardness.SOFT)
        unshut_month(main_book, lin)
        with pytest.raises(period_refusals.MonthCloseBeforeReopening):
            close_month(
                book_id=main_book.book.id, month=SEPTEMBER, hardness=Hardness.SOFT, approval_id=spare.id
            )

    def test_refuses_a_hard_closed_month(self, main_book: SmallBook, lin: User) -> None:
        close(main_book, lin)
        shut_month(main_book, lin, Hardness.HARD)
        with pytest.raises(period_refusals.MonthNotSoftClosed):
            unshut_month(main_book, lin)

    def test_refuses_once_the_soft_close_has_become_hard(self, main_book: SmallBook, lin: User) -> None:
        close(main_book, lin)
        shut_month(main_book, lin, Hardness.SOFT)
        proposed = propose_month_reopening(
            book_id=main_book.book.id, month=SEPTEMBER, reason="late", maker_id=main_book.maker.id
        )
        approve(approval_id=proposed.id, checker_id=lin.id)
        shut_month(main_book, lin, Hardness.HARD)
        with pytest.raises(period_refusals.MonthNotSoftClosed):
            reopen_month(book_id=main_book.book.id, month=SEPTEMBER, approval_id=proposed.id)
