"""Months come and go beside sessions that write and read, and a detaching that was killed is finished."""

import datetime as dt
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
import pytest
from django.db import OperationalError, connections, transaction

from ledger.models import MonthMove
from ledger.queries.months import months_away
from ledger.queries.verification import Verdict, verify_book
from ledger.services import month_refusals as refusals
from ledger.services.days import open_business_day
from ledger.services.months import MonthContent, attach_month, detach_month
from tests.concurrency.test_ledger import deposit
from tests.ledger.builders import SmallBook, small_book
from tests.ledger.months import IN_SEPTEMBER, NOVEMBER, three_months

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "migrator"])
Login = psycopg.Connection[tuple[object, ...]]
Connect = Callable[[], Login]
PENDING = "SELECT count(*) FROM pg_inherits WHERE inhdetachpending"


@pytest.fixture
def autumn(transactional_db: None) -> SmallBook:
    return three_months()


def in_background(work: Callable[[], MonthContent]) -> Future[MonthContent]:
    """Run in a thread whose connections are its own."""

    def run() -> MonthContent:
        try:
            return work()
        finally:
            for connection in connections.all():
                connection.close()

    return ThreadPoolExecutor(1).submit(run)


def wait_for(owner: Login, question: str, answer: int) -> None:
    for _ in range(1000):
        if owner.execute(question).fetchone() == (answer,):
            return
        time.sleep(0.01)
    raise AssertionError(f"never came true: {question}")


class TestOpeningADay:
    def test_stops_no_writer_and_no_reader_before_it_commits(
        self, autumn: SmallBook, app_connection: Connect
    ) -> None:
        """The months are made and attached, and the transaction is still open."""
        opener, writer, reader = app_connection(), app_connection(), app_connection()
        with transaction.atomic():
            other = small_book(code="OTHER", day=None)
        opener.execute(
            "INSERT INTO ledger_businessday (book_id, business_date, status, opened_by_id)"
            " VALUES (%s, '2009-06-01', 'open', %s)",
            [other.book.id, other.maker.id],
        )
        for session in (writer, reader):
            session.execute("SET lock_timeout = '5s'")
        deposit(autumn, writer, "beside", day=NOVEMBER)
        writer.commit()
        assert reader.execute("SELECT count(*) FROM ledger_posting").fetchone() == (10,)
        opener.commit()


class TestDetachMonth:
    def test_waits_for_a_reader_and_stops_nobody_meanwhile(
        self, autumn: SmallBook, app_connection: Connect, owner_connection: Login
    ) -> None:
        reader, writer = app_connection(), app_connection()
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        assert reader.execute("SELECT count(*) FROM ledger_posting").fetchone() == (8,)
        detaching = in_background(lambda: detach_month(month=IN_SEPTEMBER))
        wait_for(owner_connection, PENDING, 1)
        writer.execute("SET lock_timeout = '5s'")
        deposit(autumn, writer, "beside", day=NOVEMBER)
        writer.commit()
        with transaction.atomic():
            other = small_book(code="OTHER", day=None)
        open_business_day(book_id=other.book.id, business_date=dt.date(2009, 6, 1), maker_id=other.maker.id)
        assert reader.execute("SELECT count(*) FROM ledger_posting").fetchone() == (8,)
        assert not detaching.done()
        reader.rollback()
        assert detaching.result(30).postings == 2
        assert months_away(book_id=autumn.book.id) == [IN_SEPTEMBER]

    @pytest.mark.parametrize("then", [detach_month, attach_month])
    def test_that_was_killed_is_finished(
        self,
        autumn: SmallBook,
        app_connection: Connect,
        owner_connection: Login,
        then: Callable[..., MonthContent],
    ) -> None:
        reader = app_connection()
        reader.execute("SELECT count(*) FROM ledger_posting")
        detaching = in_background(lambda: detach_month(month=IN_SEPTEMBER))
        wait_for(owner_connection, PENDING, 1)
        owner_connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE '%DETACH%CONCURRENTLY%'"
            " AND pid <> pg_backend_pid()"
        )
        with pytest.raises(OperationalError):
            detaching.result(30)
        reader.rollback()
        assert verify_book(book=autumn.book).verdict is Verdict.INCOMPLETE
        with pytest.raises(refusals.MonthMoveUnderWay):
            detach_month(month=dt.date(2008, 10, 1))
        assert then(month=IN_SEPTEMBER).postings == 2
        assert owner_connection.execute(PENDING).fetchone() == (0,)
        away = [IN_SEPTEMBER] if then is detach_month else []
        assert months_away(book_id=autumn.book.id) == away
        expected = Verdict.INCOMPLETE if away else Verdict.CLEAN
        assert verify_book(book=autumn.book).verdict is expected

    @pytest.mark.parametrize("steps", [1, 2])
    def test_that_was_killed_before_it_detached_is_finished_or_taken_back(
        self, autumn: SmallBook, owner_connection: Login, steps: int
    ) -> None:
        recorded = "SELECT %s, %s, postings, debit_minor, credit_minor, digest FROM ledger_month_content(%s)"
        owner_connection.execute(
            "INSERT INTO ledger_monthmove (month, move) VALUES (%s, 'frozen')", [IN_SEPTEMBER]
        )
        if steps == 2:
            owner_connection.execute(
                "INSERT INTO ledger_monthmove (month, move, postings, debit_minor, credit_minor, digest) "
                + recorded,
                [IN_SEPTEMBER, "detached", "ledger_posting_200809"],
            )
        with transaction.atomic():
            other = small_book(code="OTHER", day=None)
        with pytest.raises(refusals.DayOfDetachedMonth):
            open_business_day(
                book_id=other.book.id, business_date=dt.date(2008, 9, 30), maker_id=other.maker.id
            )
        attach_month(month=IN_SEPTEMBER)
        detach_month(month=IN_SEPTEMBER)
        moves = list(MonthMove.objects.order_by("id").values_list("move", flat=True))
        assert moves == [*["frozen", "detached"][:steps], "attached", "frozen", "detached"]


class TestFreezing:
    def test_waits_for_a_day_that_is_being_opened(
        self, autumn: SmallBook, app_connection: Connect, owner_connection: Login
    ) -> None:
        opener = app_connection()
        with transaction.atomic():
            other = small_book(code="OTHER", day=None)
        opener.execute(
            "INSERT INTO ledger_businessday (book_id, business_date, status, opened_by_id)"
            " VALUES (%s, '2008-09-30', 'open', %s)",
            [other.book.id, other.maker.id],
        )
        detaching = in_background(lambda: detach_month(month=IN_SEPTEMBER))
        wait_for(
            owner_connection,
            "SELECT count(*) FROM pg_locks AS l WHERE l.locktype = 'advisory' AND NOT l.granted",
            1,
        )
        opener.commit()
        with pytest.raises(refusals.MonthNotClosed):
            detaching.result(30)
        assert MonthMove.objects.count() == 0
