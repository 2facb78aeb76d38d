"""Days: opening, closing by two people, positions, snapshots, roll-up."""

import datetime as dt

import psycopg
import pytest
from django.db import connection, transaction

from accounts.models import User
from accounts.services.approvals import approve, propose_approval
from accounts.services.staff import register_staff
from ledger.models import BusinessDay, DailySnapshot, EntryPosition
from ledger.queries.balances import balance, balance_as_of
from ledger.services import refusals
from ledger.services.days import close_business_day, open_business_day, roll_up_deltas, stamp_positions
from tests.ledger.builders import MONDAY, SmallBook, small_book

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + dt.timedelta(1)


@pytest.fixture
def checker(db: None) -> User:
    return register_staff(
        username="lin",
        full_name="Lin Fen",
        role="finance",
        password="correct horse battery",
        actor_id=User.objects.get(username="day-runner").id,
        reason="second pair of eyes",
    )


def approval(book: SmallBook, checker: User, day: dt.date = MONDAY) -> int:
    proposed = propose_approval(
        book_code=book.book.code,
        kind="close_business_day",
        subject=f"{book.book.code}/{day}",
        payload={"business_date": day.isoformat()},
        maker_id=book.maker.id,
    )
    approve(approval_id=proposed.id, checker_id=checker.id)
    return proposed.id


@pytest.fixture
def two_entries(transactional_db: None) -> SmallBook:
    with transaction.atomic():
        book = small_book()
        book.post(*[book.draft("client_deposit", bank=1, wang=-1) for _ in range(2)])
    return book


def close(book: SmallBook, checker: User, day: dt.date = MONDAY) -> None:
    close_business_day(book_id=book.book.id, business_date=day, approval_id=approval(book, checker, day))


class TestOpenBusinessDay:
    def test_refuses_a_second_open_day(self, main_book: SmallBook) -> None:
        with pytest.raises(refusals.DayAlreadyOpen):
            open_business_day(book_id=main_book.book.id, business_date=TUESDAY, maker_id=main_book.maker.id)

    def test_refuses_a_day_before_the_last(self, main_book: SmallBook, checker: User) -> None:
        close(main_book, checker)
        with pytest.raises(refusals.DayOutOfSequence):
            open_business_day(
                book_id=main_book.book.id, business_date=dt.date(2008, 9, 12), maker_id=main_book.maker.id
            )

    def test_refuses_a_day_opened_before(self, main_book: SmallBook, checker: User) -> None:
        close(main_book, checker)
        with pytest.raises(refusals.DayExists):
            open_business_day(book_id=main_book.book.id, business_date=MONDAY, maker_id=main_book.maker.id)


class TestCloseBusinessDay:
    def test_closes_stamps_and_snapshots(self, main_book: SmallBook, checker: User) -> None:
        main_book.post(main_book.draft("client_deposit", bank=500, wang=-500))
        main_book.post(main_book.draft("client_withdrawal", bank=-200, wang=200))
        close(main_book, checker)
        assert BusinessDay.objects.get(book=main_book.book).status == "closed"
        assert list(EntryPosition.objects.values_list("position", flat=True)) == [1, 2]
        snapshot = DailySnapshot.objects.get(account_id=main_book.accounts["wang"])
        assert snapshot.balance_minor == -300
        assert (int(snapshot.debit_minor), int(snapshot.credit_minor)) == (200, -500)

    def test_refuses_bookings_afterwards(self, main_book: SmallBook, checker: User) -> None:
        close(main_book, checker)
        with pytest.raises(refusals.DayNotOpen):
            main_book.post(main_book.draft("client_deposit", bank=500, wang=-500))

    def test_still_answers_a_replay_afterwards(self, main_book: SmallBook, checker: User) -> None:
        draft = main_book.draft("client_deposit", bank=500, wang=-500)
        (first,) = main_book.post(draft)
        close(main_book, checker)
        (again,) = main_book.post(draft)
        assert again.entry_id == first.entry_id

    def test_refuses_an_approval_of_another_day(self, main_book: SmallBook, checker: User) -> None:
        with pytest.raises(refusals.CloseNotApproved):
            close_business_day(
                book_id=main_book.book.id,
                business_date=MONDAY,
                approval_id=approval(main_book, checker, TUESDAY),
            )

    def test_refuses_an_approval_not_yet_given(self, main_book: SmallBook) -> None:
        proposed = propose_approval(
            book_code="MAIN",
            kind="close_business_day",
            subject=f"MAIN/{MONDAY}",
            payload={},
            maker_id=main_book.maker.id,
        )
        with pytest.raises(refusals.CloseNotApproved):
            close_business_day(book_id=main_book.book.id, business_date=MONDAY, approval_id=proposed.id)

    def test_knows_the_approval_whatever_the_session_writes_dates_like(
        self, main_book: SmallBook, checker: User
    ) -> None:
        approved = approval(main_book, checker)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL DateStyle = 'German'")
            cursor.execute(
                "INSERT INTO ledger_dayclose (day_id, approval_id, maker_id, checker_id, last_position)"
                " SELECT d.id, a.id, a.maker_id, a.checker_id, 0"
                " FROM ledger_businessday AS d, accounts_approval AS a WHERE a.id = %s",
                [approved],
            )
            cursor.execute("SET LOCAL DateStyle = 'ISO'")
        assert BusinessDay.objects.get(book=main_book.book).status == "closed"

    def test_refuses_a_second_close(self, main_book: SmallBook, checker: User) -> None:
        close(main_book, checker)
        with pytest.raises(refusals.DayAlreadyClosed):
            close(main_book, checker)


class TestBalanceAsOf:
    def test_answers_by_closed_day_open_day_and_before(self, main_book: SmallBook, checker: User) -> None:
        main_book.post(main_book.draft("client_deposit", bank=500, wang=-500))
        close(main_book, checker)
        open_business_day(book_id=main_book.book.id, business_date=TUESDAY, maker_id=main_book.maker.id)
        main_book.post(main_book.draft("client_deposit", bank=70, wang=-70), day=TUESDAY)
        wang = main_book.accounts["wang"]
        days = (MONDAY - dt.timedelta(1), MONDAY, TUESDAY, TUESDAY + dt.timedelta(9))
        assert [balance_as_of(account_id=wang, business_date=day) for day in days] == [0, -500, -570, -570]


class TestStampPositions:
    def test_is_gapless_and_stamps_each_entry_once(self, main_book: SmallBook) -> None:
        main_book.post(*[main_book.draft("client_deposit", bank=1, wang=-1) for _ in range(3)])
        assert stamp_positions(book_id=main_book.book.id) == 3
        main_book.post(main_book.draft("client_deposit", bank=1, wang=-1))
        assert stamp_positions(book_id=main_book.book.id) == 4
        assert stamp_positions(book_id=main_book.book.id) == 4
        assert list(EntryPosition.objects.order_by("position").values_list("position", flat=True)) == [
            1,
            2,
            3,
            4,
        ]

    def test_goes_on_where_transactions_are_counted_from_anew(
        self, two_entries: SmallBook, owner_connection: object
    ) -> None:
        """A copy restored elsewhere: its head has a horizon that its transactions have not reached."""
        assert stamp_positions(book_id=two_entries.book.id) == 2
        assert isinstance(owner_connection, psycopg.Connection)
        owner_connection.execute("UPDATE ledger_positionhead SET horizon = '9000000000'")
        two_entries.post(two_entries.draft("client_deposit", bank=1, wang=-1))
        assert stamp_positions(book_id=two_entries.book.id) == 3
        two_entries.post(two_entries.draft("client_deposit", bank=1, wang=-1))
        assert stamp_positions(book_id=two_entries.book.id) == 4


class TestRollUpDeltas:
    def test_leaves_the_balance_as_it_was(self, main_book: SmallBook) -> None:
        for _ in range(3):
            main_book.post(main_book.draft("client_deposit", bank=100, wang=-100))
        before = balance(account_id=main_book.accounts["bank"])
        assert roll_up_deltas(book_id=main_book.book.id) == 3
        assert balance(account_id=main_book.accounts["bank"]) == before == 300
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ledger_balancedelta")
            assert cursor.fetchone() == (0,)
