"""Holds under several connections at once: what is held never exceeds what is there, and nobody deadlocks."""

import datetime as dt
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import psycopg
import pytest
from django.db import transaction

from accounts.models import User
from accounts.services.staff import register_staff
from ledger.models import Balance, Hold, HoldEvent
from ledger.queries.balances import balance
from ledger.queries.holds import account_balances
from ledger.queries.verification import Verdict, verify_book
from ledger.services import refusals_holds
from ledger.services.days import open_business_day, roll_up_deltas
from ledger.services.hold_draws import HoldDraw
from ledger.services.refusals import LimitExceeded
from tests.concurrency.sessions import at_once, in_thread
from tests.concurrency.test_ledger import deposit
from tests.ledger.builders import MONDAY, SmallBook, small_book
from tests.ledger.services.test_days import close
from tests.ledger.services.test_holds import pay_out, place, release, standing

Login = psycopg.Connection[tuple[object, ...]]
Connect = Callable[[], Login]


@pytest.fixture
def book(transactional_db: None) -> SmallBook:
    """Wang has 100 in each of two contracts."""
    with transaction.atomic():
        made = small_book()
        made.post(
            made.draft("client_deposit", bank=100, wang=-100),
            made.draft("client_deposit", bank=100, wang_other=-100),
        )
    return made


def is_clean(book: SmallBook) -> bool:
    return verify_book(book=book.book).verdict is Verdict.CLEAN


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


class TestManyHolds:
    def test_never_exceed_what_is_there(self, book: SmallBook) -> None:
        outcomes = at_once(*[lambda key=f"h{n}": place(book, 30, key).pk for n in range(8)])
        assert outcomes.count(LimitExceeded.code) == 5
        assert standing(book) == (-100, 90, 10)
        assert is_clean(book)

    def test_of_one_key_are_one(self, book: SmallBook) -> None:
        outcomes = at_once(*[lambda: place(book, 30).pk for _ in range(6)])
        assert len(set(outcomes)) == 1
        assert standing(book) == (-100, 30, 70)

    def test_are_released_once(self, book: SmallBook) -> None:
        hold = place(book, 30)
        outcomes = at_once(*[lambda key=f"r{n}": release(book, hold, key).pk for n in range(6)])
        assert outcomes.count(refusals_holds.HoldOverdrawn.code) == 5
        assert standing(book) == (-100, 0, 100)

    def test_are_drawn_on_once(self, book: SmallBook) -> None:
        hold = place(book, 100)
        outcomes = at_once(*[lambda: pay_out(book, 100, HoldDraw(hold.pk, 100)) for _ in range(6)])
        assert outcomes.count(refusals_holds.HoldOverdrawn.code) == 5
        assert standing(book) == (0, 0, 0)
        assert is_clean(book)


class TestAHoldAndAPosting:
    def test_a_hold_waits_for_a_posting_under_way_and_sees_it(
        self, book: SmallBook, app_connection: Connect
    ) -> None:
        writer = app_connection()
        deposit(book, writer, "under-way", 50)
        held = ThreadPoolExecutor(1).submit(in_thread, lambda: place(book, 150).open_minor)
        with pytest.raises(TimeoutError):
            held.result(0.5)
        writer.commit()
        assert held.result(10) == 150

    def test_a_hold_sees_a_posting_that_was_rolled_back_as_none(
        self, book: SmallBook, app_connection: Connect
    ) -> None:
        writer = app_connection()
        deposit(book, writer, "under-way", 50)
        held = ThreadPoolExecutor(1).submit(in_thread, lambda: place(book, 150).open_minor)
        with pytest.raises(TimeoutError):
            held.result(0.5)
        writer.rollback()
        assert held.result(10) == LimitExceeded.code

    def test_a_posting_waits_for_a_hold_under_way_and_counts_it(
        self, book: SmallBook, app_connection: Connect
    ) -> None:
        holder = app_connection()
        holder.execute(
            "INSERT INTO ledger_hold (book_id, account_id, amount_minor, reason, source, caller,"
            " idempotency_key, placed_on, maker_id)"
            " VALUES (%s, %s, 60, 'why', 'tests:1', 'raw', 'k', %s, %s)",
            [book.book.id, book.accounts["wang"], MONDAY, book.maker.id],
        )
        paid = ThreadPoolExecutor(1).submit(in_thread, lambda: pay_out(book, 50))
        with pytest.raises(TimeoutError):
            paid.result(0.5)
        holder.commit()
        assert paid.result(10) == LimitExceeded.code
        assert standing(book) == (-100, 60, 40)

    def test_both_at_once_leave_one(self, book: SmallBook) -> None:
        for round_no in range(10):
            _booked, _held, before = standing(book)
            outcomes = at_once(
                partial(place, book, before or 0, f"round-{round_no}"),
                partial(pay_out, book, before or 0),
            )
            assert outcomes.count(LimitExceeded.code) == 1
            booked, _held, available = standing(book)
            assert available == 0
            for hold in Hold.objects.filter(open_minor__gt=0):
                release(book, hold, f"release-{round_no}")
            if booked == 0:
                book.post(book.draft("client_deposit", bank=100, wang=-100))
        assert is_clean(book)

    def test_draws_crosswise_do_not_deadlock(self, book: SmallBook) -> None:
        """Two holds on two accounts, drawn on by entries that name them in opposite orders."""
        first, second = place(book, 100, "first"), place(book, 100, "second", "wang_other")

        def draw(*holds: Hold) -> None:
            names = {first.account_id: "wang", second.account_id: "wang_other"}
            for _ in range(10):
                amounts = {names[hold.account_id]: 1 for hold in holds} | {"payments": -2}
                entry = book.draft_of("client_withdrawal", amounts)
                book.post(replace(entry, hold_draws=[HoldDraw(hold.pk, 1) for hold in holds]))

        assert at_once(lambda: draw(first, second), lambda: draw(second, first)) == [None, None]
        assert standing(book) == (-80, 80, 0)
        assert is_clean(book)

    def test_a_storm_of_all_of_them_never_passes_the_limit(self, book: SmallBook) -> None:
        """Eight sessions place, draw, release, pay in and out; a watcher looks at the row all the while."""
        seen: list[tuple[int, int]] = []
        stop = threading.Event()

        def watch() -> None:
            while not stop.wait(0.01):
                row = Balance.objects.get(account_id=book.accounts["wang"])
                seen.append((row.balance_minor, row.held_minor))

        def act(number: int) -> None:
            chance = random.Random(number)
            for turn in range(12):
                amount = chance.randint(1, 40)
                try:
                    hold = place(book, amount, f"{number}-{turn}", chance.choice(["wang", "wang_other"]))
                except LimitExceeded:
                    book.post(book.draft("client_deposit", bank=amount, wang=-amount))
                    continue
                match chance.randint(0, 2):
                    case 0:
                        release(book, hold, "given-up", chance.randint(1, amount))
                    case 1 if hold.account_id == book.accounts["wang"]:
                        pay_out(book, amount, HoldDraw(hold.pk, amount))
                    case _:
                        with pytest.raises(LimitExceeded):
                            pay_out(book, 10_000)

        watcher = threading.Thread(target=lambda: in_thread(watch))
        watcher.start()
        outcomes = at_once(*[lambda n=number: act(n) for number in range(8)])
        stop.set()
        watcher.join(10)
        assert outcomes == [None] * 8
        assert seen
        assert [one for one in seen if one[0] + one[1] > 0 or one[1] < 0] == []
        assert is_clean(book)


class TestExpiry:
    def test_beside_a_release_ends_the_hold_once(self, book: SmallBook, lin: User) -> None:
        tuesday = MONDAY + dt.timedelta(days=1)
        hold = place(book, 60, expires_on=tuesday)
        close(book, lin)

        def open_day() -> object:
            return open_business_day(
                book_id=book.book.id, business_date=tuesday, maker_id=book.maker.id
            ).business_date

        outcomes = at_once(open_day, lambda: release(book, hold).event)
        assert outcomes[0] == tuesday
        assert outcomes[1] in ("released", refusals_holds.HoldOverdrawn.code)
        assert HoldEvent.objects.count() == 1
        assert standing(book) == (-100, 0, 100)


class TestRollUp:
    def test_makes_no_writer_and_no_other_roll_up_wait(
        self, book: SmallBook, app_connection: Connect
    ) -> None:
        rolling = app_connection()
        assert rolling.execute("SELECT ledger_roll_up_deltas(%s, 10)", [book.book.id]).fetchone() == (1,)
        posted = ThreadPoolExecutor(1).submit(
            in_thread, lambda: book.post(book.draft("client_deposit", bank=7, okafor=-7))
        )
        assert posted.result(10)
        other = ThreadPoolExecutor(1).submit(in_thread, lambda: roll_up_deltas(book_id=book.book.id))
        assert other.result(10) == 0
        assert balance(account_id=book.accounts["bank"]) == 207
        rolling.commit()
        assert balance(account_id=book.accounts["bank"]) == 207
        assert roll_up_deltas(book_id=book.book.id) == 1

    def test_beside_many_writers_shows_every_reader_whole_sums(self, book: SmallBook) -> None:
        """Ten writers post 2 and 1 to two hot accounts in one entry; the ratio holds for any reader."""
        seen: list[tuple[int, int]] = []
        stop = threading.Event()

        def write() -> None:
            for _ in range(12):
                book.post(book.draft_of("client_deposit", {"bank": 2, "transit": 1, "wang_unsettled": -3}))

        def watch() -> None:
            while not stop.wait(0.01):
                both = account_balances(account_ids=[book.accounts["bank"], book.accounts["transit"]])
                seen.append(
                    (both[book.accounts["bank"]].booked_minor, both[book.accounts["transit"]].booked_minor)
                )

        def roll() -> None:
            while not stop.wait(0.005):
                roll_up_deltas(book_id=book.book.id, batch_size=3)

        others = [threading.Thread(target=lambda work=work: in_thread(work)) for work in (watch, roll, roll)]
        for other in others:
            other.start()
        outcomes = at_once(*[write for _ in range(10)])
        stop.set()
        for other in others:
            other.join(20)
        assert outcomes == [None] * 10
        assert seen
        assert [one for one in seen if one[0] - 200 != 2 * one[1]] == []
        assert balance(account_id=book.accounts["bank"]) == 200 + 240
        assert is_clean(book)
