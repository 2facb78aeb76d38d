"""How much may be moved and held: beyond it sums could not be told, and nobody could look any more."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from ledger.domain.axes import Axis
from ledger.models import CurrentBalance, DailySnapshot
from ledger.queries.account_statement import account_statement, turnovers
from ledger.queries.balances import balance_as_of
from ledger.queries.trial_balance import trial_balance, trial_balance_accounts
from ledger.queries.verification import Verdict, verify_book
from ledger.services.refusals import BalanceBeyondBound, MovementBeyondBound
from tests.invariants.attack import Login, entry_with, refused_by, two_legs
from tests.ledger.builders import MONDAY, SmallBook, small_book
from tests.ledger.sealing import TUESDAY, open_day, second_person
from tests.ledger.services.test_days import close

LARGEST = 10**15


@pytest.fixture
def book(db: None) -> SmallBook:
    return small_book()


def fill(book: SmallBook, kind: str, **shares: int) -> Iterator[int]:
    """A hundred of the largest movements there may be, by a statement each."""
    for number in range(100):
        amounts = {name: share * LARGEST // 2 for name, share in shares.items()}
        book.post(book.draft_of(kind, amounts, key=f"fill-{number}"))
        yield number


class TestMovement:
    def test_of_an_account_is_within_the_bound(self, book: SmallBook) -> None:
        with pytest.raises(MovementBeyondBound):
            book.post(book.draft("house_capital", house_bank=LARGEST + 1, capital=-LARGEST - 1))
        book.post(book.draft("house_capital", house_bank=LARGEST, capital=-LARGEST))

    def test_counts_in_and_out_of_a_statement_together(self, book: SmallBook) -> None:
        """Two entries of one statement that cancel each other out move twice as much."""
        half = LARGEST // 2 + 1
        there = book.draft("house_capital", key="there", house_bank=half, capital=-half)
        back = book.draft("house_capital", key="back", house_bank=half, capital=-half)
        with pytest.raises(MovementBeyondBound):
            book.post(there, back)

    def test_is_bounded_whatever_the_door(self, transactional_db: None, app_connection: object) -> None:
        prey = small_book()
        attacker: Login = app_connection()  # type: ignore[operator]
        for amount in (LARGEST + 1, 2**63 - 1):
            statement = entry_with(prey, two_legs("house_bank", "capital", str(amount)), kind="house_capital")
            assert refused_by(attacker, *statement) == "ledger_posting_movement_within_bound"


class TestBalance:
    def test_of_a_hot_account_is_within_the_bound_and_can_be_told(self, book: SmallBook) -> None:
        assert sum(1 for _ in fill(book, "house_capital", house_bank=2, capital=-2)) == 100
        with pytest.raises(BalanceBeyondBound):
            book.post(book.draft("house_capital", house_bank=LARGEST, capital=-LARGEST))
        held = CurrentBalance.objects.get(account_id=book.accounts["capital"])
        assert held.balance_minor == -100 * LARGEST
        assert all(section.is_balanced for section in trial_balance(book_id=book.book.id))
        checks = verify_book(book=book.book).checks
        assert [check.name for check in checks if check.found] == []

    def test_of_any_other_account_is_within_the_bound(self, book: SmallBook) -> None:
        assert sum(1 for _ in fill(book, "client_deposit", bank=1, transit=1, wang=-2)) == 100
        with pytest.raises(BalanceBeyondBound):
            book.post(book.draft("client_deposit", bank=LARGEST // 2, wang=-LARGEST // 2))


BUSY = """
WITH entry AS (
    INSERT INTO ledger_journalentry (
        book_id, kind_id, booking_date, value_date, narration, source_reference, caller, idempotency_key,
        payload_hash, posting_count, maker_id
    )
    SELECT
        %(book)s, 'journal_imported', %(day)s::date, %(day)s::date + n.number %% 2, 'busy', 'busy', 'busy',
        n.number::text,
        ledger_payload_hash(
            'busy', n.number::text, 'journal_imported', %(day)s::date + n.number %% 2, 'busy', 'busy', NULL,
            NULL, %(bank)s || ' ' || n.amount || ',' || %(capital)s || ' ' || -n.amount
        ),
        2, %(maker)s
    FROM (
        SELECT number, CASE number %% 2 WHEN 0 THEN %(largest)s ELSE -%(largest)s END AS amount
        FROM generate_series(1, %(entries)s) AS own (number)
    ) AS n
    RETURNING id, value_date
)
INSERT INTO ledger_posting (
    entry_id, account_id, amount_minor, posting_no, unit_id, book_id, booking_date, value_date
)
SELECT
    e.id, l.account_id, CASE e.value_date WHEN %(day)s::date THEN l.amount_minor ELSE -l.amount_minor END,
    l.posting_no, a.unit_id, %(book)s, %(day)s::date, e.value_date
FROM entry AS e
CROSS JOIN (VALUES (%(bank)s, %(largest)s, 1), (%(capital)s, -%(largest)s, 2))
    AS l (account_id, amount_minor, posting_no)
INNER JOIN ledger_account AS a ON a.id = l.account_id
"""
"""As many of the largest movements in a day as no test could post: in, and out by tomorrow's value."""


class TestTurnover:
    def test_of_a_day_has_no_bound(self, transactional_db: None, admin_connection: Login) -> None:
        """More went in and out than an eight-byte number holds: the day closes, and every report tells it."""
        entries = 20_000
        turnover = entries // 2 * LARGEST
        with transaction.atomic():
            book, lin = small_book(), second_person()
        bank, capital = book.accounts["house_bank"], book.accounts["capital"]
        assert bank < capital
        assert turnover > 2**63
        admin_connection.execute("SET session_replication_role = replica")
        admin_connection.execute(
            BUSY,
            {
                "book": book.book.id,
                "day": MONDAY,
                "bank": bank,
                "capital": capital,
                "largest": LARGEST,
                "maker": book.maker.id,
                "entries": entries,
            },
        )
        close(book, lin)
        open_day(book, TUESDAY)
        held = DailySnapshot.objects.get(account_id=bank)
        assert held.balance_minor == 0
        assert (int(held.debit_minor), int(held.credit_minor)) == (turnover, -turnover)
        (day,) = turnovers(account_id=bank, since=MONDAY, until=TUESDAY)
        assert (day.debit_minor, day.credit_minor, day.balance_minor) == (turnover, -turnover, 0)
        valued = turnovers(account_id=bank, since=MONDAY, until=TUESDAY, axis=Axis.VALUE)
        assert [one.balance_minor for one in valued] == [turnover, 0]
        assert balance_as_of(account_id=capital, business_date=MONDAY, axis=Axis.VALUE) == -turnover
        page = account_statement(account_id=bank, until=MONDAY, axis=Axis.VALUE, size=2)
        older = account_statement(account_id=bank, until=MONDAY, axis=Axis.VALUE, before=page.older, size=2)
        assert [line.balance_minor for line in (*page.lines, *older.lines)] == [
            turnover - number * LARGEST for number in range(4)
        ]
        (section,) = trial_balance(book_id=book.book.id, business_date=MONDAY, axis=Axis.VALUE)
        assert (section.debit_minor, section.is_balanced) == (turnover, True)
        (account,) = trial_balance_accounts(
            book_id=book.book.id,
            unit_id=book.units["USD"],
            ring="house",
            category_number=1010,
            business_date=MONDAY,
            axis=Axis.VALUE,
        )
        assert type(account.balance_minor) is int
        assert verify_book(book=book.book).verdict is Verdict.CLEAN
