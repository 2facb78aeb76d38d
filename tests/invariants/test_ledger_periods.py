"""The rules of periods, tried round Python as the application's login; asserted by constraint name."""

import datetime as dt
from collections.abc import Callable

import psycopg
import pytest
from django.db import transaction

from accounts.models import User
from accounts.services.approvals import approve, propose_approval
from accounts.services.staff import register_staff
from ledger.models import BusinessDay, DayClose, Hardness
from ledger.services.days import open_business_day
from tests.invariants.attack import entry_with, refused_by, two_legs
from tests.ledger.builders import MONDAY, SmallBook, small_book
from tests.ledger.services.test_days import approval, close
from tests.ledger.services.test_periods import (
    SEPTEMBER,
    TUESDAY,
    approved_reopening,
    reopen,
    shut_month,
    soft_close,
    unshut_month,
)

Login = psycopg.Connection[tuple[object, ...]]
Connect = Callable[[], Login]

SOFT_CLOSE = (
    "INSERT INTO ledger_daysoftclose (day_id, approval_id, maker_id, checker_id)"
    " SELECT d.id, a.id, {maker}, {checker} FROM ledger_businessday AS d, accounts_approval AS a"
    " WHERE a.id = %(approval)s ORDER BY d.business_date LIMIT 1"
)
REOPEN = (
    "INSERT INTO ledger_dayreopening (day_id, from_status, reason, approval_id, maker_id, checker_id)"
    " SELECT d.id, 'closed', {reason}, a.id, {maker}, {checker}"
    " FROM ledger_businessday AS d, accounts_approval AS a"
    " WHERE a.id = %(approval)s ORDER BY d.business_date LIMIT 1"
)
CLOSE = (
    "INSERT INTO ledger_dayclose (day_id, approval_id, maker_id, checker_id, last_position)"
    " SELECT d.id, a.id, a.maker_id, a.checker_id, 0 FROM ledger_businessday AS d, accounts_approval AS a"
    " WHERE a.id = %(approval)s"
)
MONTH = (
    "INSERT INTO ledger_monthclose (book_id, month, hardness, approval_id, maker_id, checker_id)"
    " SELECT b.id, '{month}', '{hardness}', a.id, {maker}, {checker}"
    " FROM ledger_book AS b, accounts_approval AS a WHERE a.id = %(approval)s"
)
UNMONTH = (
    "INSERT INTO ledger_monthreopening (close_id, reason, approval_id, maker_id, checker_id)"
    " SELECT c.id, {reason}, a.id, {maker}, {checker} FROM ledger_monthclose AS c, accounts_approval AS a"
    " WHERE a.id = %(approval)s ORDER BY c.id LIMIT 1"
)
TRANSFER = (
    "INSERT INTO ledger_yearendtransfer (book_id, year, entry_id, approval_id, maker_id, checker_id)"
    " SELECT b.id, 2008, {entry}, a.id, {maker}, {checker}"
    " FROM ledger_book AS b, accounts_approval AS a WHERE a.id = %(approval)s"
)
TWO = {"maker": "a.maker_id", "checker": "a.checker_id"}
SWAPPED = {"maker": "a.checker_id", "checker": "a.maker_id"}
REASON = "a.payload ->> 'reason'"


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
def prey(transactional_db: None) -> SmallBook:
    with transaction.atomic():
        book = small_book()
        book.post(book.draft("client_deposit", bank=500_00, wang=-500_00))
    return book


@pytest.fixture
def attacker(prey: SmallBook, app_connection: Connect) -> Login:
    assert prey.accounts
    return app_connection()


def permit(book: SmallBook, checker: User, kind: str, what: str, **payload: object) -> dict[str, object]:
    """An approval of anything, as a careless service might get it."""
    proposed = propose_approval(
        book_code=book.book.code,
        kind=kind,
        subject=f"{book.book.code}/{what}",
        payload=payload,
        maker_id=book.maker.id,
    )
    approve(approval_id=proposed.id, checker_id=checker.id)
    return named(proposed.id)


def named(approval_id: int) -> dict[str, object]:
    return {"approval": approval_id}


class TestASoftClosedDay:
    def test_refuses_what_corrects_nothing(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        soft_close(prey, lin)
        statement, arguments = entry_with(prey, two_legs())
        assert (
            refused_by(attacker, statement, arguments) == "ledger_journalentry_soft_close_takes_corrections"
        )


class TestSoftCloses:
    def test_need_their_own_approval_by_these_two(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        right = permit(prey, lin, "soft_close_business_day", str(MONDAY))
        for statement, permission in (
            (SOFT_CLOSE.format(**SWAPPED), right),
            (SOFT_CLOSE.format(**TWO), permit(prey, lin, "close_business_day", str(MONDAY))),
            (SOFT_CLOSE.format(**TWO), permit(prey, lin, "soft_close_business_day", str(TUESDAY))),
        ):
            assert refused_by(attacker, statement, permission) == "ledger_daysoftclose_is_approved"

    def test_of_a_day_that_is_not_open_are_refused(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        soft_close(prey, lin)
        permission = permit(prey, lin, "soft_close_business_day", str(MONDAY))
        found = refused_by(attacker, SOFT_CLOSE.format(**TWO), permission)
        assert found == "ledger_daysoftclose_day_is_open"

    def test_see_what_they_waited_for(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        attacker.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        permission = permit(prey, lin, "soft_close_business_day", str(MONDAY))
        found = refused_by(attacker, SOFT_CLOSE.format(**TWO), permission)
        assert found == "ledger_daysoftclose_read_committed"

    def test_leave_no_shut_day_without_a_row(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        """The approval of a soft close that was taken back, used again: a conflict that is passed over."""
        soft_close(prey, lin)
        reopen(prey, lin)
        used = named(BusinessDay.objects.get().soft_closes.get().approval_id)
        statement = SOFT_CLOSE.format(**TWO) + " ON CONFLICT DO NOTHING"
        assert refused_by(attacker, statement, used) == "ledger_daysoftclose_is_approved"
        assert BusinessDay.objects.get().status == "open"


class TestCloses:
    def test_of_a_reopened_day_need_a_new_approval(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        close(prey, lin)
        reopen(prey, lin)
        used = named(DayClose.objects.get().approval_id)
        for statement in (CLOSE, CLOSE + " ON CONFLICT DO NOTHING"):
            assert refused_by(attacker, statement, used) == "ledger_dayclose_is_approved"
        assert BusinessDay.objects.get().status == "open"

    def test_are_numbered_by_the_database(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        close(prey, lin)
        reopen(prey, lin)
        statement = CLOSE.replace("last_position)", "last_position, close_no)")
        statement = statement.replace(", 0 FROM", ", 0, 9 FROM")
        attacker.execute(statement, {"approval": approval(prey, lin)})
        attacker.commit()
        assert sorted(DayClose.objects.values_list("close_no", flat=True)) == [1, 2]

    @pytest.mark.parametrize(
        ("name", "number"), [("ledger_dayclose_numbered_once", 1), ("ledger_dayclose_number_positive", 0)]
    )
    def test_have_each_its_number(
        self, prey: SmallBook, lin: User, owner_connection: Login, name: str, number: int
    ) -> None:
        close(prey, lin)
        with owner_connection.transaction(force_rollback=True):
            owner_connection.execute("ALTER TABLE ledger_dayclose DISABLE TRIGGER USER")
            with pytest.raises(psycopg.errors.IntegrityError) as caught, owner_connection.transaction():
                owner_connection.execute(
                    "INSERT INTO ledger_dayclose (day_id, close_no, approval_id, maker_id, checker_id,"
                    " last_position) SELECT d.id, %(no)s, a.id, a.maker_id, a.checker_id, 0"
                    " FROM ledger_businessday AS d, accounts_approval AS a WHERE a.id = %(approval)s",
                    {"approval": approval(prey, lin), "no": number},
                )
        assert caught.value.diag.constraint_name == name

    def test_by_an_approval_from_before_the_reopening_are_refused(
        self, prey: SmallBook, lin: User, attacker: Login
    ) -> None:
        """Two were asked for; the second was never used, and what it was about stands no more."""
        soft, spare_soft = (permit(prey, lin, "soft_close_business_day", str(MONDAY)) for _ in range(2))
        spare = named(approval(prey, lin))
        attacker.execute(SOFT_CLOSE.format(**TWO), soft)
        attacker.commit()
        reopening, spare_reopening = (named(approved_reopening(prey, lin)) for _ in range(2))
        attacker.execute(REOPEN.format(reason=REASON, **TWO), reopening)
        attacker.commit()
        for statement, permission, table in (
            (SOFT_CLOSE.format(**TWO), spare_soft, "daysoftclose"),
            (CLOSE, spare, "dayclose"),
        ):
            found = refused_by(attacker, statement, permission)
            assert found == f"ledger_{table}_approved_since_reopening"
        close(prey, lin)
        found = refused_by(attacker, REOPEN.format(reason=REASON, **TWO), spare_reopening)
        assert found == "ledger_dayreopening_approved_since_reopening"


class TestReopenings:
    def test_of_an_open_day_are_refused(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        permission = permit(prey, lin, "reopen_business_day", str(MONDAY), reason="why")
        found = refused_by(attacker, REOPEN.format(reason=REASON, **TWO), permission)
        assert found == "ledger_dayreopening_day_is_closed"

    def test_of_an_older_day_are_refused(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        close(prey, lin)
        permission = named(approved_reopening(prey, lin))
        open_business_day(book_id=prey.book.id, business_date=TUESDAY, maker_id=prey.maker.id)
        found = refused_by(attacker, REOPEN.format(reason=REASON, **TWO), permission)
        assert found == "ledger_dayreopening_newest_day"

    @pytest.mark.parametrize("hardness", [Hardness.SOFT, Hardness.HARD])
    def test_in_a_closed_month_are_refused(
        self, prey: SmallBook, lin: User, attacker: Login, hardness: Hardness
    ) -> None:
        close(prey, lin)
        permission = named(approved_reopening(prey, lin))
        shut_month(prey, lin, hardness)
        found = refused_by(attacker, REOPEN.format(reason=REASON, **TWO), permission)
        assert found == "ledger_dayreopening_month_is_open"
        day = (
            "INSERT INTO ledger_businessday (book_id, business_date, status, opened_by_id)"
            " SELECT book_id, '2008-09-16', 'open', opened_by_id FROM ledger_businessday"
        )
        assert refused_by(attacker, day) == "ledger_businessday_month_is_open"

    def test_need_their_own_approval_by_these_two_for_this_reason(
        self, prey: SmallBook, lin: User, attacker: Login
    ) -> None:
        close(prey, lin)
        right = named(approved_reopening(prey, lin))
        for statement, permission in (
            (REOPEN.format(reason=REASON, **SWAPPED), right),
            (REOPEN.format(reason="'another reason'", **TWO), right),
            (REOPEN.format(reason="'why'", **TWO), permit(prey, lin, "close_business_day", str(MONDAY))),
        ):
            assert refused_by(attacker, statement, permission) == "ledger_dayreopening_is_approved"

    def test_say_why(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        close(prey, lin)
        permission = permit(prey, lin, "reopen_business_day", str(MONDAY), reason=" \n")
        found = refused_by(attacker, REOPEN.format(reason=REASON, **TWO), permission)
        assert found == "ledger_dayreopening_says_why"

    def test_see_what_they_waited_for(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        close(prey, lin)
        attacker.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        permission = named(approved_reopening(prey, lin))
        found = refused_by(attacker, REOPEN.format(reason=REASON, **TWO), permission)
        assert found == "ledger_dayreopening_read_committed"

    def test_are_the_only_way_back(self, prey: SmallBook, lin: User, owner_connection: Login) -> None:
        """Neither a closed nor a soft-closed day goes back to open without its row, even for the owner."""
        soft_close(prey, lin)
        reopen(prey, lin)
        soft_close(prey, lin)
        for _ in range(2):
            with pytest.raises(psycopg.errors.IntegrityError) as caught:
                owner_connection.execute("UPDATE ledger_businessday SET status = 'open'")
            assert caught.value.diag.constraint_name == "ledger_businessday_only_closed"
            if BusinessDay.objects.get().status == "soft_closed":
                close(prey, lin)
        reopen(prey, lin)
        close(prey, lin)
        with pytest.raises(psycopg.errors.IntegrityError) as caught:
            owner_connection.execute("UPDATE ledger_businessday SET status = 'open'")
        assert caught.value.diag.constraint_name == "ledger_businessday_only_closed"


class TestOpenings:
    def test_see_what_they_waited_for(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        close(prey, lin)
        attacker.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        found = refused_by(
            attacker,
            "INSERT INTO ledger_businessday (book_id, business_date, status, opened_by_id)"
            " SELECT book_id, '2008-09-16', 'open', opened_by_id FROM ledger_businessday",
        )
        assert found == "ledger_businessday_read_committed"


class TestMonths:
    def statement(self, hardness: str = "soft", people: dict[str, str] | None = None) -> str:
        return MONTH.format(month=SEPTEMBER, hardness=hardness, **(people or TWO))

    def test_close_after_their_days(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        permission = permit(prey, lin, "close_month", "2008-09", hardness="soft")
        assert refused_by(attacker, self.statement(), permission) == "ledger_monthclose_days_are_closed"

    def test_close_by_their_own_approval(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        close(prey, lin)
        right = permit(prey, lin, "close_month", "2008-09", hardness="soft")
        for statement, permission in (
            (self.statement(people=SWAPPED), right),
            (self.statement(hardness="hard"), right),
            (self.statement(), permit(prey, lin, "close_month", "2008-08", hardness="soft")),
        ):
            assert refused_by(attacker, statement, permission) == "ledger_monthclose_is_approved"

    def test_close_once_a_hardness(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        close(prey, lin)
        shut_month(prey, lin, Hardness.SOFT)
        again = permit(prey, lin, "close_month", "2008-09", hardness="soft")
        assert refused_by(attacker, self.statement(), again) == "ledger_monthclose_month_is_open"
        shut_month(prey, lin, Hardness.HARD)
        harder = permit(prey, lin, "close_month", "2008-09", hardness="hard")
        found = refused_by(attacker, self.statement(hardness="hard"), harder)
        assert found == "ledger_monthclose_month_is_open"

    def test_see_what_they_waited_for(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        close(prey, lin)
        attacker.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        permission = permit(prey, lin, "close_month", "2008-09", hardness="soft")
        assert refused_by(attacker, self.statement(), permission) == "ledger_monthclose_read_committed"

    def test_closed_hard_stay_so(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        close(prey, lin)
        shut_month(prey, lin, Hardness.SOFT)
        shut_month(prey, lin, Hardness.HARD)
        permission = permit(prey, lin, "reopen_month", "2008-09", reason="why")
        found = refused_by(attacker, UNMONTH.format(reason=REASON, **TWO), permission)
        assert found == "ledger_monthreopening_only_of_soft"

    def test_are_reopened_by_their_own_approval_and_reason(
        self, prey: SmallBook, lin: User, attacker: Login
    ) -> None:
        close(prey, lin)
        shut_month(prey, lin, Hardness.SOFT)
        right = permit(prey, lin, "reopen_month", "2008-09", reason="why")
        blank = permit(prey, lin, "reopen_month", "2008-09", reason=" ")
        for name, statement, permission in (
            ("is_approved", UNMONTH.format(reason=REASON, **SWAPPED), right),
            ("is_approved", UNMONTH.format(reason="'another'", **TWO), right),
            ("says_why", UNMONTH.format(reason=REASON, **TWO), blank),
        ):
            assert refused_by(attacker, statement, permission) == f"ledger_monthreopening_{name}"
        attacker.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        found = refused_by(attacker, UNMONTH.format(reason=REASON, **TWO), right)
        assert found == "ledger_monthreopening_read_committed"

    def test_by_an_approval_from_before_the_reopening_are_refused(
        self, prey: SmallBook, lin: User, attacker: Login
    ) -> None:
        close(prey, lin)
        spare = permit(prey, lin, "close_month", "2008-09", hardness="soft")
        spare_reopening = permit(prey, lin, "reopen_month", "2008-09", reason="why")
        shut_month(prey, lin, Hardness.SOFT)
        unshut_month(prey, lin)
        found = refused_by(attacker, self.statement(), spare)
        assert found == "ledger_monthclose_approved_since_reopening"
        shut_month(prey, lin, Hardness.SOFT)
        statement = UNMONTH.format(reason=REASON, **TWO).replace("ORDER BY c.id", "ORDER BY c.id DESC")
        found = refused_by(attacker, statement, spare_reopening)
        assert found == "ledger_monthreopening_approved_since_reopening"

    def test_are_reopened_once_a_close(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        close(prey, lin)
        shut_month(prey, lin, Hardness.SOFT)
        unshut_month(prey, lin)
        permission = permit(prey, lin, "reopen_month", "2008-09", reason="why")
        found = refused_by(attacker, UNMONTH.format(reason=REASON, **TWO), permission)
        assert found == "ledger_monthreopening_once_a_close"


class TestYearEnds:
    def test_are_of_an_entry_written_with_them(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        permission = permit(prey, lin, "transfer_year_end", "2008")
        entry = "(SELECT max(id) FROM ledger_journalentry)"
        found = refused_by(attacker, TRANSFER.format(entry=entry, **TWO), permission)
        assert found == "ledger_yearendtransfer_of_its_entry"

    def test_see_what_they_waited_for(self, prey: SmallBook, lin: User, attacker: Login) -> None:
        attacker.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        permission = permit(prey, lin, "transfer_year_end", "2008")
        found = refused_by(attacker, TRANSFER.format(entry="1", **TWO), permission)
        assert found == "ledger_yearendtransfer_read_committed"

    @pytest.mark.parametrize(
        ("name", "amount", "people"),
        [
            ("ledger_yearendtransfer_year_is_over", 7, TWO),
            ("ledger_yearendtransfer_is_approved", 7, SWAPPED),
            ("ledger_yearendtransfer_leaves_nothing", 6, TWO),
        ],
    )
    def test_leave_nothing_of_a_year_that_is_over_by_two(
        self, prey: SmallBook, lin: User, attacker: Login, name: str, amount: int, people: dict[str, str]
    ) -> None:
        """Seven cents of spread were earned; an entry of the right kind moves some of them to capital."""
        prey.post(prey.draft("interest_accrued", interest=7, spread=-7))
        day = MONDAY
        if name != "ledger_yearendtransfer_year_is_over":
            close(prey, lin)
            day = dt.date(2009, 1, 2)
            open_business_day(book_id=prey.book.id, business_date=day, maker_id=prey.maker.id)
        permission = permit(prey, lin, "transfer_year_end", "2008")
        statement, arguments = entry_with(
            prey,
            two_legs("spread", "capital", str(amount)),
            kind="year_end_transferred",
            day=day,
        )
        statement = statement.replace("%(day)s, %(day)s, 'attack'", "%(day)s, '2008-12-31', 'attack'")
        statement = statement.replace("%(day)s::date, %(day)s::date FROM", "%(day)s::date, '2008-12-31' FROM")
        attacker.execute(statement, arguments)
        entry = "(SELECT max(id) FROM ledger_journalentry)"
        assert refused_by(attacker, TRANSFER.format(entry=entry, **people), permission) == name
