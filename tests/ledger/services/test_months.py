"""Months of postings leave and come back: by the owner, in order, unchanged."""

import datetime as dt

import psycopg
import pytest
from django.db import connections, transaction

from ledger.models import MonthMove
from ledger.queries.balances import balance, balance_as_of
from ledger.queries.months import months_away
from ledger.services import month_refusals as refusals
from ledger.services.days import open_business_day
from ledger.services.months import MonthContent, attach_month, detach_month
from ledger.services.period_refusals import MonthsDetached
from ledger.services.posting import reverse_journal_entry
from ledger.services.refusals import LedgerRefusal
from ledger.services.year_end import propose_year_end_transfer
from tests.ledger.builders import MONDAY, SmallBook, small_book
from tests.ledger.months import (
    IN_SEPTEMBER,
    NOVEMBER,
    OCTOBER,
    SEPTEMBER,
    three_months,
    verification_exit_code,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "migrator"])
Login = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def autumn(transactional_db: None) -> SmallBook:
    return three_months()


def moves() -> list[str]:
    return list(MonthMove.objects.order_by("id").values_list("move", flat=True))


def checks_of(owner: Login, table: str) -> list[object]:
    """The validated CHECKs of a table that name the booking date."""
    rows = owner.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'"
        " AND convalidated",
        [table],
    ).fetchall()
    return [text for (text,) in rows if "booking_date" in str(text)]


class TestMonthsMadeAhead:
    def test_the_opening_of_a_day_makes_its_month_and_the_next_two(
        self, transactional_db: None, owner_connection: Login
    ) -> None:
        with transaction.atomic():
            book = small_book(day=None)
            open_business_day(
                book_id=book.book.id, business_date=dt.date(2008, 11, 28), maker_id=book.maker.id
            )
        parts = owner_connection.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'ledger_posting'::regclass"
            " ORDER BY 1"
        ).fetchall()
        assert parts == [("ledger_posting_200811",), ("ledger_posting_200812",), ("ledger_posting_200901",)]
        rights = owner_connection.execute(
            "SELECT count(*) FROM information_schema.role_table_grants"
            " WHERE grantee = 'plimsoll_app' AND table_name LIKE 'ledger_posting_20%'"
        ).fetchone()
        assert rights == (0,)

    def test_six_hundred_are_enough(self, transactional_db: None, owner_connection: Login) -> None:
        owner_connection.execute(
            "SELECT ledger_make_posting_month((date '1950-01-01' + make_interval(months => n))::date)"
            " FROM generate_series(0, 599) AS n"
        )
        with transaction.atomic():
            small_book()
        assert owner_connection.execute("SELECT to_regclass('ledger_posting_200809')").fetchone() != (None,)
        assert owner_connection.execute("SELECT to_regclass('ledger_posting_200810')").fetchone() == (None,)


class TestDetachMonth:
    def test_takes_the_postings_away_and_keeps_every_balance(
        self, autumn: SmallBook, owner_connection: Login
    ) -> None:
        content = detach_month(month=dt.date(2008, 9, 30))
        assert (content.postings, content.debit_minor, content.credit_minor) == (2, 500_00, -500_00)
        assert moves() == ["frozen", "detached"]
        assert months_away(book_id=autumn.book.id) == [IN_SEPTEMBER]
        wang = autumn.accounts["wang"]
        assert [
            balance_as_of(account_id=wang, business_date=day) for day in (SEPTEMBER, OCTOBER, NOVEMBER)
        ] == [
            -500_00,
            -700_00,
            -600_00,
        ]
        assert balance(account_id=wang) == -600_00
        autumn.post(autumn.draft("client_withdrawal", value_date=NOVEMBER, bank=-1, wang=1), day=NOVEMBER)
        assert owner_connection.execute("SELECT count(*) FROM ledger_posting_200809").fetchone() == (2,)

    def test_makes_verify_ledger_incomplete(self, autumn: SmallBook) -> None:
        assert verification_exit_code() == 0
        detach_month(month=IN_SEPTEMBER)
        assert verification_exit_code() == 2
        attach_month(month=IN_SEPTEMBER)
        assert verification_exit_code() == 0

    def test_of_a_month_that_is_away_changes_nothing(self, autumn: SmallBook) -> None:
        content = detach_month(month=IN_SEPTEMBER)
        assert detach_month(month=IN_SEPTEMBER) == content
        assert moves() == ["frozen", "detached"]

    @pytest.mark.parametrize(
        ("month", "why"),
        [
            (NOVEMBER, refusals.MonthNotClosed),
            (dt.date(2008, 12, 1), refusals.MonthNotClosed),
            (dt.date(2007, 1, 1), refusals.MonthNotThere),
        ],
        ids=["open", "without a day", "without a table"],
    )
    def test_refuses_a_month_that_is(
        self, autumn: SmallBook, month: dt.date, why: type[LedgerRefusal]
    ) -> None:
        with pytest.raises(why):
            detach_month(month=month)
        assert moves() == []

    def test_refuses_the_month_of_another_books_newest_day(self, autumn: SmallBook) -> None:
        with transaction.atomic():
            small_book(code="OTHER", day=OCTOBER)
        with pytest.raises(refusals.MonthNotClosed):
            detach_month(month=OCTOBER)

    def test_refuses_a_month_that_left_by_hand(self, autumn: SmallBook, owner_connection: Login) -> None:
        owner_connection.execute("ALTER TABLE ledger_posting DETACH PARTITION ledger_posting_200809")
        with pytest.raises(refusals.MonthMoveOutOfOrder):
            detach_month(month=IN_SEPTEMBER)

    def test_refuses_without_the_owners_login(
        self, autumn: SmallBook, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delitem(connections.databases, "migrator")
        with pytest.raises(refusals.OwnerLoginMissing):
            detach_month(month=IN_SEPTEMBER)

    def test_refuses_beside_another_command(self, autumn: SmallBook, owner_connection: Login) -> None:
        owner_connection.execute("SELECT pg_advisory_lock(hashtext('ledger_month_command'))")
        with pytest.raises(refusals.MonthMoveUnderWay):
            detach_month(month=IN_SEPTEMBER)


class TestAMonthThatIsAway:
    def test_cannot_be_edited_by_its_owner(self, autumn: SmallBook, owner_connection: Login) -> None:
        """The parent's row triggers vanish with the parent: the month has its own."""
        detach_month(month=IN_SEPTEMBER)
        for statement in (
            "UPDATE ledger_posting_200809 SET amount_minor = 1",
            "DELETE FROM ledger_posting_200809",
            "TRUNCATE ledger_posting_200809",
            "INSERT INTO ledger_posting_200809 SELECT 999, account_id, 1, 1, unit_id, book_id, booking_date,"
            " value_date FROM ledger_posting_200809",
        ):
            with pytest.raises(psycopg.errors.CheckViolation) as caught:
                owner_connection.execute(statement)
            assert caught.value.diag.constraint_name == "ledger_posting_append_only"

    def test_says_why_an_entry_of_it_is_not_reversed(self, autumn: SmallBook) -> None:
        detach_month(month=IN_SEPTEMBER)
        with pytest.raises(refusals.ReversedMonthDetached, match="2008-09"):
            reverse(autumn)

    def test_lets_no_years_result_be_summed_without_it(self, autumn: SmallBook) -> None:
        detach_month(month=IN_SEPTEMBER)
        with pytest.raises(MonthsDetached, match="2008-09"):
            propose_year_end_transfer(book_id=autumn.book.id, year=2008, maker_id=autumn.maker.id)

    def test_lets_no_day_be_opened_in_it(self, autumn: SmallBook) -> None:
        detach_month(month=IN_SEPTEMBER)
        with transaction.atomic():
            other = small_book(code="OTHER", day=None)
        with pytest.raises(refusals.DayOfDetachedMonth):
            open_business_day(book_id=other.book.id, business_date=MONDAY, maker_id=other.maker.id)


class TestAttachMonth:
    def test_brings_back_what_went_without_reading_it_for_its_dates(
        self, autumn: SmallBook, owner_connection: Login
    ) -> None:
        content = detach_month(month=IN_SEPTEMBER)
        assert len(checks_of(owner_connection, "ledger_posting_200809")) == 1
        assert attach_month(month=IN_SEPTEMBER) == content
        assert moves() == ["frozen", "detached", "attached"]
        assert months_away(book_id=autumn.book.id) == []
        reverse(autumn)

    def test_needs_no_scan_for_the_dates(self, autumn: SmallBook, owner_connection: Login) -> None:
        """PostgreSQL says, to whoever asks at that level, whether a CHECK spares it the reading."""
        said: list[str] = []
        owner_connection.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
        detach_month(month=IN_SEPTEMBER)
        owner_connection.execute("SET client_min_messages = debug1")
        owner_connection.execute(
            "ALTER TABLE ledger_posting ATTACH PARTITION ledger_posting_200809"
            " FOR VALUES FROM ('2008-09-01') TO ('2008-10-01')"
        )
        assert any("ledger_posting_200809" in text and "implied by existing" in text for text in said)

    def test_leaves_the_month_under_the_tables_own_triggers(
        self, autumn: SmallBook, owner_connection: Login
    ) -> None:
        def triggers() -> list[tuple[object, ...]]:
            return owner_connection.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = 'ledger_posting_200809'::regclass"
                " AND NOT tgisinternal ORDER BY 1"
            ).fetchall()

        before = triggers()
        detach_month(month=IN_SEPTEMBER)
        attach_month(month=IN_SEPTEMBER)
        assert triggers() == before

    @pytest.mark.parametrize(
        "tampering",
        [
            "UPDATE ledger_posting_200809 SET amount_minor = amount_minor * 2",
            "UPDATE ledger_posting_200809 SET value_date = value_date + 1",
            "DELETE FROM ledger_posting_200809",
            "UPDATE ledger_posting_200809 SET account_id = account_id + 1",
        ],
    )
    def test_refuses_what_is_not_what_went(
        self, autumn: SmallBook, admin_connection: Login, tampering: str
    ) -> None:
        detach_month(month=IN_SEPTEMBER)
        admin_connection.execute("SET session_replication_role = replica")
        admin_connection.execute(tampering)
        with pytest.raises(refusals.MonthContentChanged):
            attach_month(month=IN_SEPTEMBER)
        assert moves() == ["frozen", "detached"]
        assert months_away(book_id=autumn.book.id) == [IN_SEPTEMBER]

    def test_refuses_a_month_that_was_dropped(self, autumn: SmallBook, owner_connection: Login) -> None:
        detach_month(month=IN_SEPTEMBER)
        owner_connection.execute("DROP TABLE ledger_posting_200809")
        with pytest.raises(refusals.MonthNotThere):
            attach_month(month=IN_SEPTEMBER)

    def test_refuses_a_month_that_is_attached(self, autumn: SmallBook) -> None:
        with pytest.raises(refusals.MonthMoveOutOfOrder):
            attach_month(month=IN_SEPTEMBER)

    def test_can_go_and_come_again(self, autumn: SmallBook) -> None:
        first: list[MonthContent] = []
        for _ in range(2):
            first += [detach_month(month=IN_SEPTEMBER), attach_month(month=IN_SEPTEMBER)]
        assert len(set(first)) == 1
        assert moves() == ["frozen", "detached", "attached"] * 2


def reverse(book: SmallBook) -> None:
    reverse_journal_entry(
        entry_id=book.accounts["first_entry"],
        booking_date=NOVEMBER,
        narration="never happened",
        caller="tests",
        idempotency_key="reverse/first",
        maker_id=book.maker.id,
    )
