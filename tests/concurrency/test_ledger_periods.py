"""Periods under several connections at once: closes, soft closes and reopenings against what is in flight."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import transaction

from accounts.models import User
from accounts.services.approvals import approve
from accounts.services.staff import register_staff
from ledger.models import BusinessDay, DayClose, DayReopening, DaySoftClose, JournalEntry
from ledger.queries.verification import Verdict, verify_book
from ledger.services import period_refusals, refusals
from ledger.services.days import close_business_day, open_business_day
from ledger.services.periods import propose_soft_close, reopen_business_day, soft_close_business_day
from tests.concurrency.sessions import at_once, in_thread
from tests.concurrency.test_ledger import deposit
from tests.ledger.builders import MONDAY, SmallBook, small_book
from tests.ledger.services.test_days import approval, close
from tests.ledger.services.test_periods import TUESDAY, approved_reopening, soft_close

Login = psycopg.Connection[tuple[object, ...]]
Connect = Callable[[], Login]


@pytest.fixture
def lin(transactional_db: None) -> User:
    return register_staff(
        username="lin",
        full_name="Lin Fen",
        role="finance",
        password="correct horse battery",
        actor_id=User.objects.get(username="day-runner").id,
        reason="second pair of eyes",
    )


@pytest.fixture
def book(transactional_db: None) -> SmallBook:
    with transaction.atomic():
        return small_book()


class TestASoftCloseAndEntriesInFlight:
    def test_it_waits_for_an_entry_in_flight_and_counts_it(
        self, book: SmallBook, lin: User, app_connection: Connect
    ) -> None:
        writer = app_connection()
        deposit(book, writer, "in-flight")
        closed = threading.Event()

        def shut() -> None:
            in_thread(lambda: soft_close(book, lin))
            closed.set()

        closing = threading.Thread(target=shut)
        closing.start()
        assert not closed.wait(0.5)
        writer.commit()
        closing.join(10)
        assert DaySoftClose.objects.get().last_position == 1
        close(book, lin)
        # The raw entry has an invented hash; nothing else is found.
        found = {check.name for check in verify_book(book=book.book).checks if check.found}
        assert found == {"payloads_unchanged"}

    def test_an_entry_that_comes_during_it_is_refused(
        self, book: SmallBook, lin: User, app_connection: Connect
    ) -> None:
        proposed = propose_soft_close(book_id=book.book.id, business_date=MONDAY, maker_id=book.maker.id)
        approve(approval_id=proposed.id, checker_id=lin.id)
        closer = app_connection()
        closer.execute(
            "INSERT INTO ledger_daysoftclose (day_id, approval_id, maker_id, checker_id)"
            " SELECT d.id, a.id, a.maker_id, a.checker_id"
            " FROM ledger_businessday AS d, accounts_approval AS a WHERE a.id = %s",
            [proposed.id],
        )
        late = ThreadPoolExecutor(1).submit(
            in_thread, lambda: book.post(book.draft("client_deposit", bank=5, wang=-5))
        )
        with pytest.raises(TimeoutError):
            late.result(0.5)
        closer.commit()
        assert late.result(10) == refusals.DaySoftClosed.code
        assert not JournalEntry.objects.exists()


class TestTwoPeopleAtOnce:
    def test_close_a_day_once(self, book: SmallBook, lin: User) -> None:
        def closing(approval_id: int) -> Callable[[], object]:
            return lambda: (
                close_business_day(
                    book_id=book.book.id, business_date=MONDAY, approval_id=approval_id
                ).close_no
            )

        outcomes = at_once(closing(approval(book, lin)), closing(approval(book, lin)))
        assert sorted(outcomes, key=str) == [1, refusals.DayAlreadyClosed.code]
        assert DayClose.objects.count() == 1

    def test_soft_close_a_day_once(self, book: SmallBook, lin: User) -> None:
        def closing() -> Callable[[], object]:
            proposed = propose_soft_close(book_id=book.book.id, business_date=MONDAY, maker_id=book.maker.id)
            approve(approval_id=proposed.id, checker_id=lin.id)
            return lambda: (
                soft_close_business_day(
                    book_id=book.book.id, business_date=MONDAY, approval_id=proposed.id
                ).close_no
            )

        outcomes = at_once(tolerant(closing()), tolerant(closing()))
        assert outcomes.count(1) == 1
        assert DaySoftClose.objects.count() == 1

    def test_reopen_a_day_once(self, book: SmallBook, lin: User) -> None:
        close(book, lin)

        def opening() -> Callable[[], object]:
            approval_id = approved_reopening(book, lin)
            return lambda: (
                reopen_business_day(
                    book_id=book.book.id, business_date=MONDAY, approval_id=approval_id
                ).close_no
            )

        outcomes = at_once(*[tolerant(work) for work in (opening(), opening())])
        assert outcomes.count(1) == 1
        assert DayReopening.objects.count() == 1


class TestAReopeningAndTheNextDay:
    @pytest.mark.parametrize("attempt", range(3))
    def test_one_of_them_comes_first_and_the_other_is_refused(
        self, book: SmallBook, lin: User, attempt: int
    ) -> None:
        assert attempt >= 0
        close(book, lin)
        permission = approved_reopening(book, lin)

        def reopening() -> object:
            reopen_business_day(book_id=book.book.id, business_date=MONDAY, approval_id=permission)
            return "reopened"

        def opening() -> object:
            open_business_day(book_id=book.book.id, business_date=TUESDAY, maker_id=book.maker.id)
            return "opened"

        outcomes = set(at_once(reopening, opening))
        assert outcomes in (
            {"reopened", refusals.DayAlreadyOpen.code},
            {"opened", period_refusals.NotNewestDay.code},
        )
        assert BusinessDay.objects.exclude(status="closed").count() == 1
        assert verify_book(book=book.book).verdict is Verdict.CLEAN


def tolerant(work: Callable[[], object]) -> Callable[[], object]:
    """An approval whose day has changed meanwhile is refused by its payload: as good as by the rule."""

    def run() -> object:
        try:
            return work()
        except refusals.LedgerRefusal as refusal:
            return refusal.code
        except Exception as error:  # noqa: BLE001 (its name is the outcome)
            return type(error).__name__

    return run
