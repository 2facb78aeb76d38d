"""The ledger under several connections at once: real sessions of a real server, interleaved on purpose."""

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import transaction

from accounts.models import User
from accounts.services.staff import register_staff
from ledger.models import EntryPosition, JournalEntry, Restriction
from ledger.queries.balances import balance
from ledger.queries.verification import Verdict, verify_book
from ledger.services import refusals
from ledger.services.days import open_business_day, roll_up_deltas, stamp_positions
from ledger.services.posting import reverse_journal_entry
from tests.concurrency.sessions import at_once, in_thread
from tests.ledger.builders import MONDAY, SmallBook, small_book
from tests.ledger.services.test_days import approval, close

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
def committed_book(transactional_db: None) -> SmallBook:
    with transaction.atomic():
        return small_book()


def deposit(book: SmallBook, attacker: Login, key: str, amount: int = 100, day: dt.date = MONDAY) -> None:
    """A deposit for Wang over a raw connection, left uncommitted."""
    attacker.execute(
        """
        WITH e AS (
            INSERT INTO ledger_journalentry (
                book_id, kind_id, booking_date, value_date, narration, source_reference, caller,
                idempotency_key, payload_hash, posting_count, maker_id
            ) VALUES (
                %(book)s, 'client_deposit', %(day)s, %(day)s, 'deposit', 'tests:1', 'raw', %(key)s,
                sha256('x'), 2, %(maker)s
            ) RETURNING id
        )
        INSERT INTO ledger_posting (
            entry_id, account_id, amount_minor, posting_no, unit_id, book_id, booking_date, value_date
        )
        SELECT e.id, v.account, v.amount, v.no, %(usd)s, %(book)s, %(day)s::date, %(day)s::date
        FROM e, (VALUES (1, %(bank)s, %(amount)s), (2, %(wang)s, -%(amount)s)) AS v(no, account, amount)
        """,
        {
            "book": book.book.id,
            "day": day,
            "key": key,
            "maker": book.maker.id,
            "usd": book.units["USD"],
            "amount": amount,
            **book.accounts,
        },
    )


class TestADayAndEntriesInFlight:
    def test_a_close_waits_for_an_entry_in_flight_and_counts_it(
        self, committed_book: SmallBook, lin: User, app_connection: Connect
    ) -> None:
        writer = app_connection()
        deposit(committed_book, writer, "in-flight")
        closed = threading.Event()

        def close_day() -> None:
            in_thread(lambda: close(committed_book, lin))
            closed.set()

        closing = threading.Thread(target=close_day)
        closing.start()
        assert not closed.wait(0.5)
        writer.commit()
        closing.join(10)
        assert closed.is_set()
        assert EntryPosition.objects.count() == 1
        assert verify_book(book=committed_book.book).verdict is not Verdict.INCOMPLETE

    def test_an_entry_that_comes_during_the_close_is_refused(
        self, committed_book: SmallBook, lin: User, app_connection: Connect
    ) -> None:
        closer = app_connection()
        approval_id = approval(committed_book, lin)
        closer.execute(
            "INSERT INTO ledger_dayclose (day_id, approval_id, maker_id, checker_id, last_position)"
            " SELECT d.id, a.id, a.maker_id, a.checker_id, 0"
            " FROM ledger_businessday AS d, accounts_approval AS a"
            " WHERE a.id = %s",
            [approval_id],
        )
        late = ThreadPoolExecutor(1).submit(
            in_thread,
            lambda: committed_book.post(committed_book.draft("client_deposit", bank=5, wang=-5)),
        )
        with pytest.raises(TimeoutError):
            late.result(0.5)
        closer.commit()
        assert late.result(10) == refusals.DayNotOpen.code
        assert not JournalEntry.objects.exists()

    def test_an_old_snapshot_does_not_book_into_a_closed_day(
        self, committed_book: SmallBook, lin: User, app_connection: Connect
    ) -> None:
        writer = app_connection()
        writer.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        writer.execute("SELECT count(*) FROM ledger_businessday")
        close(committed_book, lin)
        with pytest.raises(psycopg.Error) as caught:
            deposit(committed_book, writer, "late")
        refused = {None, "ledger_journalentry_read_committed"}  # None: its lock on the day could not be had
        assert caught.value.diag.constraint_name in refused

    def test_a_new_month_opens_beside_an_entry_in_flight_of_another_book(
        self, committed_book: SmallBook, app_connection: Connect
    ) -> None:
        writer, reader = app_connection(), app_connection()
        deposit(committed_book, writer, "in-flight")
        reader.execute("SELECT count(*) FROM ledger_posting")
        with transaction.atomic():
            other = small_book(code="OTHER", day=None)
        opening = ThreadPoolExecutor(1).submit(
            in_thread,
            lambda: open_business_day(
                book_id=other.book.id, business_date=dt.date(2009, 3, 2), maker_id=other.maker.id
            ),
        )
        assert opening.result(5)
        writer.commit()


class TestLimits:
    def test_two_withdrawals_of_all_money_leave_one(self, committed_book: SmallBook) -> None:
        committed_book.post(committed_book.draft("client_deposit", bank=100, wang=-100))
        outcomes = at_once(
            *[
                lambda: committed_book.post(committed_book.draft("client_withdrawal", bank=-100, wang=100))
                for _ in range(4)
            ]
        )
        assert outcomes.count(refusals.LimitExceeded.code) == 3
        assert balance(account_id=committed_book.accounts["wang"]) == 0

    def test_moves_crosswise_do_not_deadlock(self, committed_book: SmallBook) -> None:
        committed_book.post(
            committed_book.draft("client_deposit", bank=10_000, wang=-10_000),
            committed_book.draft("client_deposit", bank=10_000, wang_other=-10_000),
        )

        def there_and_back(first: str, second: str) -> None:
            for _ in range(20):
                committed_book.post(committed_book.draft_of("receipt_identified", {first: 10, second: -10}))

        outcomes = at_once(
            lambda: there_and_back("wang", "wang_other"), lambda: there_and_back("wang_other", "wang")
        )
        assert outcomes == [None, None]
        assert balance(account_id=committed_book.accounts["wang"]) == -10_000

    def test_a_restriction_waits_for_a_withdrawal_under_way(
        self, committed_book: SmallBook, app_connection: Connect
    ) -> None:
        writer = app_connection()
        deposit(committed_book, writer, "under-way")
        imposing = ThreadPoolExecutor(1).submit(
            in_thread,
            lambda: Restriction.objects.create(
                account_id=committed_book.accounts["wang"],
                scope="outflow",
                reason="hold",
                source="tests",
                imposed_on=MONDAY,
            ),
        )
        with pytest.raises(TimeoutError):
            imposing.result(0.5)
        writer.commit()
        imposing.result(10)


class TestReversals:
    def test_many_at_once_give_one_success(self, committed_book: SmallBook) -> None:
        (posted,) = committed_book.post(committed_book.draft("client_deposit", bank=100, wang=-100))

        def reverse(number: int) -> Callable[[], object]:
            return lambda: reverse_journal_entry(
                entry_id=posted.entry_id,
                booking_date=MONDAY,
                narration="mistake",
                caller="tests",
                idempotency_key=f"reversal-{number}",
                maker_id=committed_book.maker.id,
            )

        outcomes = at_once(*[reverse(number) for number in range(16)])
        assert outcomes.count(refusals.AlreadyReversed.code) == 15
        assert JournalEntry.objects.filter(reverses_id=posted.entry_id).count() == 1
        assert balance(account_id=committed_book.accounts["wang"]) == 0


class TestIdempotency:
    def test_one_key_at_once_gives_one_entry_to_all(self, committed_book: SmallBook) -> None:
        draft = committed_book.draft("client_deposit", key="once", bank=100, wang=-100)
        outcomes = at_once(*[lambda: committed_book.post(draft)[0].entry_id for _ in range(6)])
        assert len(set(outcomes)) == 1
        assert balance(account_id=committed_book.accounts["wang"]) == -100


class TestPositions:
    def test_an_entry_that_commits_late_is_stamped_after_the_earlier_commit(
        self, committed_book: SmallBook, app_connection: Connect
    ) -> None:
        slow, quick = app_connection(), app_connection()
        deposit(committed_book, slow, "slow", 1)
        deposit_for_other = committed_book.draft("client_deposit", bank=2, okafor=-2)
        committed_book.post(deposit_for_other)
        assert stamp_positions(book_id=committed_book.book.id) == 1
        slow.commit()
        assert stamp_positions(book_id=committed_book.book.id) == 2
        late = JournalEntry.objects.get(idempotency_key="slow")
        early = JournalEntry.objects.exclude(idempotency_key="slow").get()
        assert late.id < early.id
        assert late.position.position == 2
        quick.close()

    def test_two_stampers_at_once_leave_no_gap_and_no_double(self, committed_book: SmallBook) -> None:
        committed_book.post(*[committed_book.draft("client_deposit", bank=1, wang=-1) for _ in range(50)])
        at_once(*[lambda: stamp_positions(book_id=committed_book.book.id) for _ in range(4)])
        assert sorted(EntryPosition.objects.values_list("position", flat=True)) == list(range(1, 51))


class TestHotAccounts:
    def test_writers_do_not_wait_for_one_another(
        self, committed_book: SmallBook, app_connection: Connect
    ) -> None:
        """Wang's deposit is uncommitted on the hot bank account; Okafor's goes through meanwhile."""
        deposit(committed_book, app_connection(), "uncommitted")
        outcome = ThreadPoolExecutor(1).submit(
            in_thread,
            lambda: committed_book.post(committed_book.draft("client_deposit", bank=7, okafor=-7)),
        )
        assert outcome.result(5)

    def test_roll_up_beside_writers_loses_nothing(self, committed_book: SmallBook) -> None:
        def write(name: str) -> None:
            for _ in range(30):
                committed_book.post(committed_book.draft_of("client_deposit", {"bank": 1, name: -1}))

        def roll() -> None:
            for _ in range(15):
                roll_up_deltas(book_id=committed_book.book.id)

        at_once(lambda: write("wang"), lambda: write("okafor"), roll)
        assert balance(account_id=committed_book.accounts["bank"]) == 60
        assert verify_book(book=committed_book.book).verdict is Verdict.CLEAN


class TestOpening:
    def test_one_day_opened_twice_at_once_is_opened_once(self, transactional_db: None) -> None:
        with transaction.atomic():
            book = small_book(day=None)

        def open_day() -> object:
            return open_business_day(
                book_id=book.book.id, business_date=dt.date(2008, 9, 16), maker_id=book.maker.id
            ).id

        outcomes = at_once(open_day, open_day)
        refused = {refusals.DayAlreadyOpen.code, refusals.DayExists.code}
        assert len([outcome for outcome in outcomes if outcome in refused]) == 1
