"""What a question about the past costs: the same rows read, however long the history is."""

import datetime as dt
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from ledger.domain.axes import Axis
from ledger.queries.account_statement import account_statement
from ledger.queries.balances import balance_as_of
from ledger.queries.trial_balance import trial_balance
from ledger.services.days import open_business_day
from tests.ledger.builders import MONDAY, SmallBook, small_book
from tests.ledger.services.test_days import checker, close

__all__ = ["checker"]
pytestmark = pytest.mark.django_db
DAY = dt.timedelta(1)
SHORT, LONG = 4, 40
MOVED = ("bank", "wang", "okafor")


def lived(code: str, days: int, checker: User) -> tuple[SmallBook, dt.date]:
    """A book with so many closed days and one open, each with what is valued before, on and after it."""
    book, day = small_book(code=code, day=None), MONDAY
    for number in range(days + 1):
        day = MONDAY + number * DAY
        open_business_day(book_id=book.book.id, business_date=day, maker_id=book.maker.id)
        book.post(
            *(
                book.draft("client_deposit", value_date=day + offset * DAY, bank=100, **{owner: -100})  # type: ignore[arg-type]
                for offset in (-2, 0, 2)
                for owner in ("wang", "okafor")
            ),
            day=day,
        )
        if number < days:
            close(book, checker, day)
    return book, day


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def explained(ask: Callable[[], object]) -> list[dict[str, Any]]:
    """The nodes that read tables of history, of every statement of a question."""
    found: list[dict[str, Any]] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("EXPLAIN"):
            return execute(sql, params, many, context)
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
            (answer,) = cursor.fetchone()
        plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
        found.extend(
            node
            for node in nodes(plan)
            if str(node.get("Relation Name", "")).startswith(
                ("ledger_posting", "ledger_daily", "ledger_value")
            )
        )
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_dailysnapshot, ledger_valuesnapshot, ledger_posting")
        # A table of one page is read faster whole; a book's is not, and this is about a book's.
        cursor.execute("SET LOCAL enable_seqscan = off")
    with connection.execute_wrapper(explain):
        ask()
    return found


def rows_read(found: list[dict[str, Any]]) -> int:
    return sum(
        int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
        for node in found
    )


@pytest.fixture
def books(checker: User) -> tuple[tuple[SmallBook, dt.date], tuple[SmallBook, dt.date]]:
    return lived("SHORT", SHORT, checker), lived("LONG", LONG, checker)


Books = tuple[tuple[SmallBook, dt.date], tuple[SmallBook, dt.date]]
QUESTIONS = {
    "today": (0, None),
    "the last closed day": (-1, None),
    "an early day": (-SHORT, None),
    "a day to come": (400, None),
    "today as known yesterday": (0, -1),
    "a day to come as known at the first close": (400, -SHORT),
}


class TestCost:
    def test_does_not_grow_with_the_history(self, books: Books) -> None:
        for axis, question in itertools.product(Axis, QUESTIONS):
            self.compare(books, axis, question)

    def compare(self, books: Books, axis: Axis, question: str) -> None:
        offset, known_offset = QUESTIONS[question]
        cost: dict[str, list[int]] = {"balance": [], "trial balance": [], "statement": []}
        for book, last in books:
            day = last + offset * DAY
            known_at = None if known_offset is None else last + known_offset * DAY
            accounts = [book.accounts[name] for name in MOVED]
            asked: dict[str, Callable[[], object]] = {
                "balance": lambda accounts=accounts, day=day, known_at=known_at: [  # type: ignore[misc]
                    balance_as_of(account_id=one, business_date=day, axis=axis, known_at=known_at)
                    for one in accounts
                ],
                "trial balance": lambda book=book, day=day, known_at=known_at: trial_balance(  # type: ignore[misc]
                    book_id=book.book.id, business_date=day, axis=axis, known_at=known_at
                ),
                "statement": lambda accounts=accounts, day=day, known_at=known_at: account_statement(  # type: ignore[misc]
                    account_id=accounts[0], until=day, axis=axis, known_at=known_at, size=2
                ),
            }
            for what, ask in asked.items():
                read = explained(ask)
                assert {node["Node Type"] for node in read} <= {
                    "Index Scan",
                    "Index Only Scan",
                    "Bitmap Heap Scan",
                }
                cost[what].append(rows_read(read))
        for what, (short, long) in cost.items():
            assert long <= 2 * short + 10, (axis, question, what, short, long)
