"""Posting many entries at once, and what it costs."""

import pytest
from django.db import connection

from ledger.models import JournalEntry
from ledger.queries.balances import balance
from ledger.queries.verification import Verdict, verify_book
from ledger.services import refusals
from ledger.services.posting import BulkPosting, post_entries_in_bulk
from tests.ledger.builders import MONDAY, SmallBook, small_book

HEADERS = """
    SELECT
        g::int AS entry_no, 'client_deposit'::text AS kind, %(day)s::date AS value_date,
        'a deposit'::text AS narration, 'tests:1'::text AS source_reference,
        %(prefix)s || g AS idempotency_key, NULL::bigint AS reverses_id, NULL::bigint AS adjusts_id
    FROM generate_series(1, %(entries)s::int) AS g
"""
POSTINGS = """
    SELECT g::int AS entry_no, leg.account_id, leg.amount_minor
    FROM generate_series(1, %(entries)s::int) AS g
    CROSS JOIN LATERAL (
        VALUES (%(bank)s::bigint, %(amount)s::bigint), (%(wang)s::bigint, -%(amount)s::bigint)
    ) AS leg (account_id, amount_minor)
"""


@pytest.fixture
def main_book(db: None) -> SmallBook:
    return small_book()


def post(
    book: SmallBook,
    entries: int,
    *,
    amount_minor: int = 5,
    prefix: str = "k",
    headers: str = HEADERS,
    postings: str = POSTINGS,
) -> BulkPosting:
    return post_entries_in_bulk(
        book_id=book.book.id,
        booking_date=MONDAY,
        headers_sql=headers,
        postings_sql=postings,
        params={
            "day": MONDAY,
            "entries": entries,
            "prefix": prefix,
            "amount": amount_minor,
            "bank": book.accounts["bank"],
            "wang": book.accounts["wang"],
            "okafor": book.accounts["okafor"],
            "loan": book.accounts["loan"],
            "funded": book.accounts["funded"],
        },
        caller="tests",
        maker_id=book.maker.id,
    )


def rows_touched() -> int:
    """How many rows this transaction has read, by scans of whole tables and by probes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) + coalesce(idx_scan, 0))"
            " FROM pg_stat_xact_user_tables"
        )
        (rows,) = cursor.fetchone()
    return int(rows)


class TestPostEntriesInBulk:
    def test_posts_what_both_selects_yield(self, main_book: SmallBook) -> None:
        assert post(main_book, 20) == BulkPosting(posted=20, replayed=0)
        assert balance(account_id=main_book.accounts["wang"]) == -100
        assert verify_book(book=main_book.book).verdict == Verdict.CLEAN

    def test_replays_the_same_request(self, main_book: SmallBook) -> None:
        post(main_book, 5)
        assert post(main_book, 8) == BulkPosting(posted=3, replayed=5)
        assert JournalEntry.objects.count() == 8

    def test_refuses_a_key_of_another_entry_and_keeps_nothing(self, main_book: SmallBook) -> None:
        post(main_book, 1)
        with pytest.raises(refusals.IdempotencyConflict, match="k1"):
            post(main_book, 2, amount_minor=6)
        assert JournalEntry.objects.count() == 1

    def test_refuses_a_key_that_comes_twice(self, main_book: SmallBook) -> None:
        with pytest.raises(refusals.IdempotencyConflict):
            post(main_book, 2, headers=HEADERS.replace("%(prefix)s || g", "%(prefix)s::text"))

    def test_refuses_by_the_name_of_the_rule(self, main_book: SmallBook) -> None:
        with pytest.raises(refusals.UnbalancedEntry):
            post(main_book, 2, postings=POSTINGS.replace("-%(amount)s", "-4"))
        with pytest.raises(refusals.LimitExceeded):
            post(
                main_book,
                2,
                postings=POSTINGS.replace("%(bank)s", "%(loan)s").replace("%(wang)s", "%(funded)s"),
                amount_minor=-5,
            )

    def test_a_header_without_postings_posts_nothing(self, main_book: SmallBook) -> None:
        only_first = f"SELECT * FROM ({POSTINGS}) AS p WHERE p.entry_no = 1"
        assert post(main_book, 3, postings=only_first) == BulkPosting(posted=1, replayed=0)


class TestCost:
    def test_grows_with_the_batch_and_not_with_its_square(self, main_book: SmallBook) -> None:
        """On tables that were empty when their plans were made, as on a demo's first day."""
        costs = []
        for number, entries in enumerate((100, 1000)):
            before = rows_touched()
            post(main_book, entries, prefix=f"batch-{number}-")
            costs.append(rows_touched() - before)
        assert costs[1] < 12 * costs[0]

    def test_does_not_grow_with_what_is_stored(self, main_book: SmallBook) -> None:
        post(main_book, 100, prefix="first-")
        before = rows_touched()
        post(main_book, 100, prefix="second-")
        small = rows_touched() - before
        post(main_book, 3000, prefix="history-")
        before = rows_touched()
        post(main_book, 100, prefix="third-")
        assert rows_touched() - before < 1.5 * small

    def test_holds_for_entries_that_need_a_closer_look(self, main_book: SmallBook) -> None:
        """Two owners in each entry, and a restriction on both their accounts."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_restriction (account_id, scope, reason, source, imposed_on)"
                " SELECT unnest(%s::bigint[]), 'outflow', 'test', 'tests', %s",
                [[main_book.accounts["wang"], main_book.accounts["okafor"]], MONDAY],
            )
        both = POSTINGS.replace(
            "-%(amount)s::bigint)", "-3::bigint), (%(okafor)s::bigint, 3 - %(amount)s::bigint)"
        )
        costs = []
        for number, entries in enumerate((100, 1000)):
            before = rows_touched()
            post(main_book, entries, prefix=f"batch-{number}-", postings=both)
            costs.append(rows_touched() - before)
        assert costs[1] < 12 * costs[0]

    def test_is_not_the_session_s_to_raise(self, main_book: SmallBook) -> None:
        """A login may switch off how its own statements join, and not how the rule does."""
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_hashagg = off")
        costs = []
        for number, entries in enumerate((100, 1000)):
            before = rows_touched()
            post(main_book, entries, prefix=f"batch-{number}-")
            costs.append(rows_touched() - before)
        assert costs[1] < 12 * costs[0]
