"""Balances, statements and turnovers on both axes equal the sums of postings, whatever was closed."""

import datetime as dt
import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.services.approvals import approve
from accounts.services.staff import register_staff
from ledger.domain.axes import Axis
from ledger.queries.account_statement import StatementLine, account_statement, turnovers
from ledger.queries.as_of import point_in_time
from ledger.queries.balances import balance_as_of, balances_at
from ledger.queries.verification import Verdict, verify_book
from ledger.services.days import close_business_day, open_business_day
from ledger.services.periods import propose_day_reopening, reopen_business_day
from tests.ledger.builders import MONDAY, SmallBook, small_book
from tests.ledger.services.test_days import approval

DAY = dt.timedelta(1)
ACCOUNTS = ("bank", "wang_unsettled")
_codes = itertools.count(1)

moves = st.lists(
    st.tuples(st.integers(-900, 900).filter(bool), st.integers(-5, 5), st.sampled_from(ACCOUNTS)), max_size=3
)


@dataclass(frozen=True)
class Session:
    """A day of business: what is booked before its close, and after it was reopened (None: it was not)."""

    gap: int
    booked: list[tuple[int, int, str]]
    reopened: list[tuple[int, int, str]] | None


sessions = st.lists(
    st.builds(Session, st.integers(1, 3), moves, st.one_of(st.none(), st.none(), moves)),
    min_size=1,
    max_size=4,
)


@dataclass
class Line:
    """A posting as the model knows it."""

    account: str
    entry_id: int
    posting_no: int
    booking_date: dt.date
    value_date: dt.date
    amount_minor: int

    def day(self, axis: Axis) -> dt.date:
        return self.booking_date if axis is Axis.BOOKING else self.value_date


@dataclass
class World:
    """A book that has lived through sessions, beside the plain list of what was booked."""

    book: SmallBook
    checker: User
    lines: list[Line] = field(default_factory=list)
    days: list[dt.date] = field(default_factory=list)
    closed: list[dt.date] = field(default_factory=list)

    def live(self, lived: list[Session], *, last_is_open: bool) -> None:
        day = MONDAY - DAY
        for number, session in enumerate(lived, start=1):
            day += session.gap * DAY
            open_business_day(book_id=self.book.book.id, business_date=day, maker_id=self.book.maker.id)
            self.days.append(day)
            self.post(day, session.booked)
            ends = last_is_open and number == len(lived)
            if ends and session.reopened is None:
                return
            self.close(day)
            if session.reopened is not None:
                self.reopen(day)
                self.post(day, session.reopened)
                if ends:
                    return
                self.close(day)
            self.closed.append(day)

    def post(self, day: dt.date, booked: list[tuple[int, int, str]]) -> None:
        for amount, offset, other in booked:
            names = ("payments", other) if other == "bank" else ("bank", other)
            kind = "payment_confirmed" if other == "bank" else "client_deposit"
            if amount < 0 and other != "bank":
                kind = "client_withdrawal"
            value_date = day + offset * DAY
            draft = self.book.draft_of(kind, {names[0]: amount, names[1]: -amount}, value_date=value_date)
            (posted,) = self.book.post(draft, day=day)
            for number, (name, signed) in enumerate(zip(names, (amount, -amount), strict=True), start=1):
                self.lines.append(Line(name, posted.entry_id, number, day, value_date, signed))

    def close(self, day: dt.date) -> None:
        close_business_day(
            book_id=self.book.book.id,
            business_date=day,
            approval_id=approval(self.book, self.checker, day),
        )

    def reopen(self, day: dt.date) -> None:
        proposed = propose_day_reopening(
            book_id=self.book.book.id, business_date=day, reason="came late", maker_id=self.book.maker.id
        )
        approve(approval_id=proposed.id, checker_id=self.checker.id)
        reopen_business_day(book_id=self.book.book.id, business_date=day, approval_id=proposed.id)

    def known(self, account: str, known_at: dt.date | None) -> list[Line]:
        closes = [day for day in self.closed if known_at is not None and day <= known_at]
        return [
            line
            for line in self.lines
            if line.account == account and (known_at is None or line.booking_date in closes)
        ]

    def span(self) -> list[dt.date]:
        """Every day from before the first that anything can be dated to past the last."""
        first, last = self.days[0] - 7 * DAY, self.days[-1] + 7 * DAY
        return [first + n * DAY for n in range((last - first).days + 1)]


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


def lived(checker: User, made: list[Session], last_is_open: bool) -> World:
    world = World(small_book(code=f"AXES{next(_codes)}", day=None), checker)
    world.live(made, last_is_open=last_is_open)
    return world


the_same_database = settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


@the_same_database
@given(made=sessions, last_is_open=st.booleans())
def test_balances_are_the_sums_of_postings(checker: User, made: list[Session], last_is_open: bool) -> None:
    world = lived(checker, made, last_is_open)
    assert verify_book(book=world.book.book).verdict is Verdict.CLEAN
    ids = {name: world.book.accounts[name] for name in ACCOUNTS}
    for axis, known_at in itertools.product(Axis, [None, world.days[0] - DAY, *world.days, dt.date.max]):
        known = {name: world.known(name, known_at) for name in ACCOUNTS}
        for day in world.span():
            point = point_in_time(book_id=world.book.book.id, day=day, axis=axis, known_at=known_at)
            found = balances_at(account_ids=ids.values(), point=point)
            assert found == {
                ids[name]: sum(line.amount_minor for line in known[name] if line.day(axis) <= day)
                for name in ACCOUNTS
            }, (axis, known_at, day)
            assert found[ids["bank"]] == balance_as_of(
                account_id=ids["bank"], business_date=day, axis=axis, known_at=known_at
            )


@the_same_database
@given(made=sessions, last_is_open=st.booleans(), data=st.data())
def test_statements_are_the_postings_in_order(
    checker: User, made: list[Session], last_is_open: bool, data: st.DataObject
) -> None:
    world = lived(checker, made, last_is_open)
    account_id = world.book.accounts["bank"]
    for axis, known_at in itertools.product(Axis, [None, *world.days]):
        since, until = sorted([data.draw(st.sampled_from(world.span())) for _ in range(2)])
        known = sorted(
            world.known("bank", known_at), key=lambda line: (line.day(axis), line.entry_id, line.posting_no)
        )
        running = itertools.accumulate(line.amount_minor for line in known)
        expected = [
            (line.entry_id, line.posting_no, line.amount_minor, balance_minor)
            for line, balance_minor in zip(known, running, strict=True)
            if since <= line.day(axis) <= until
        ]
        pages: list[StatementLine] = []
        place = None
        while True:
            page = account_statement(
                account_id=account_id,
                since=since,
                until=until,
                axis=axis,
                known_at=known_at,
                before=place,
                size=2,
            )
            pages.extend(page.lines)
            place = page.older
            if place is None:
                break
        found = [(line.entry_id, line.posting_no, line.amount_minor, line.balance_minor) for line in pages]
        assert found == expected[::-1], (axis, known_at, since, until)
        opening = sum(line.amount_minor for line in known if line.day(axis) < since)
        assert page.opening_minor == opening
        assert page.closing_minor == opening + sum(amount for _, _, amount, _ in expected)

        moved = turnovers(account_id=account_id, since=since, until=until, axis=axis, known_at=known_at)
        days = sorted({line.day(axis) for line in known if since <= line.day(axis) <= until})
        assert [(one.day, one.debit_minor, one.credit_minor, one.balance_minor) for one in moved] == [
            (
                day,
                sum(max(line.amount_minor, 0) for line in known if line.day(axis) == day),
                sum(min(line.amount_minor, 0) for line in known if line.day(axis) == day),
                sum(line.amount_minor for line in known if line.day(axis) <= day),
            )
            for day in days
        ]
