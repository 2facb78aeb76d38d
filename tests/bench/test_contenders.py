"""The service, the floor and the other ledgers do the work that they are timed for."""

import time
from collections.abc import Iterator

import pytest
from django.db import connections

from bench.databases import Connection, address, app_connection
from bench.floor import Floor
from bench.pgledger import TransferLedger
from bench.place import Place, floor_of
from bench.profile import plan_of, plans_of_reads, profile_of
from bench.proof import proved
from bench.single import Single
from bench.workers import Worker, WorkerFailed
from ledger.models import JournalEntry, Posting
from ledger.queries.balances import balance
from tests.bench.tiny import TINY, ClonedDatabases
from tools.environment import OWNER_URL


def number(connection: Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row
    return int(str(row[0]))


@pytest.fixture
def floor(place: Place) -> Iterator[Floor]:
    with floor_of(place) as made:
        yield made


class TestBulk:
    def test_posts_entries_of_two(self, place: Place) -> None:
        before = Posting.objects.count()
        place.bulk.post_entries(30)
        place.bulk.post_entries(30)
        assert Posting.objects.count() - before == 120
        assert proved(place.cast.book_id)

    def test_posts_one_entry_of_many(self, place: Place) -> None:
        place.bulk.post_one(40)
        assert JournalEntry.objects.order_by("-id")[0].posting_count == 40


class TestFloor:
    def test_has_the_indexes_and_months_of_the_ledger_and_no_rule(self, floor: Floor) -> None:
        for ours, copy in (
            ("ledger_journalentry", "floor.entry"),
            ("ledger_posting", "floor.posting"),
            ("ledger_balance", "floor.balance"),
        ):
            indexes = "SELECT count(*) FROM pg_index WHERE indrelid = '{}'::regclass"
            assert number(floor.owner, indexes.format(ours)) == number(floor.owner, indexes.format(copy))
            rules = (
                "SELECT (SELECT count(*) FROM pg_trigger WHERE tgrelid = '{0}'::regclass)"
                " + (SELECT count(*) FROM pg_constraint"
                " WHERE conrelid = '{0}'::regclass AND contype IN ('c', 'f'))"
            )
            assert number(floor.owner, rules.format(copy)) == 0
        months = "SELECT count(*) FROM pg_inherits WHERE inhparent = '{}'::regclass"
        assert number(floor.owner, months.format("floor.posting")) == number(
            floor.owner, months.format("ledger_posting")
        )

    def test_takes_what_the_service_has_posted_since(self, place: Place, floor: Floor) -> None:
        place.bulk.post_entries(30)
        floor.stage()
        floor.insert(with_balances=True)
        for ours, copy in (("ledger_posting", "floor.posting"), ("ledger_journalentry", "floor.entry")):
            both = f"SELECT count(*) FROM (TABLE {ours} EXCEPT ALL TABLE {copy}) AS missing"
            assert number(floor.owner, both) == 0


class TestSingle:
    def test_posts_the_same_three_ways(self, place: Place, floor: Floor) -> None:
        with app_connection(place.database) as bare:
            ways = Single(place.cast, place.bulk.day, bare, "tests")
            before = balance(account_id=place.cast.custody_id)
            ways.by_service(0)
            assert balance(account_id=place.cast.custody_id) - before == 100
            ways.by_bare_statements(0)
            ways.by_orm(0)
        written = "SELECT count(*) FROM floor.posting WHERE entry_id >= 1000000000"
        assert number(floor.owner, written) == 4
        moved = f"SELECT balance_minor FROM floor.balance WHERE account_id = {place.cast.custody_id}"
        assert number(floor.owner, moved) - before == 200


class TestTransferLedger:
    def test_moves_by_single_calls_and_by_many_in_a_statement(self, owner: Connection) -> None:
        ledger = TransferLedger(owner, accounts=11)
        ledger.build(stored=5)
        ledger.one_by_one(3)
        ledger.in_one_statement(7)
        assert number(owner, "SELECT count(*) FROM pgledger.transfer") == 15
        assert number(owner, "SELECT count(*) FROM pgledger.entry") == 30
        assert number(owner, "SELECT sum(balance) FROM pgledger.account") == 0
        moved = "account_current_balance - account_previous_balance"
        assert number(owner, f"SELECT count(*) FROM pgledger.entry WHERE {moved} <> amount") == 0


class TestProfile:
    def test_shows_the_triggers_and_keeps_nothing(self, place: Place) -> None:
        before = JournalEntry.objects.count()
        plan = profile_of(place.bulk, entries=5, one_entry_postings=5)
        assert plan.count("Trigger ledger_posting_rule on ledger_posting: time=") == 2
        assert JournalEntry.objects.count() == before

    def test_shows_the_plan_of_each_read(self, place: Place) -> None:
        plans = plans_of_reads(lambda: balance(account_id=place.cast.custody_id))
        assert plans.count("Execution Time") == 1

    def test_says_when_nothing_was_posted(self, transactional_db: None) -> None:
        with pytest.raises(LookupError):
            plan_of(lambda: None)


class TestWorker:
    def test_posts_for_a_while_and_says_how_many_were_acknowledged(self, place: Place) -> None:
        before = JournalEntry.objects.count()
        with Worker("bench.writer") as worker:
            worker.ask({"do": "enter", "database": connections["default"].settings_dict["NAME"]})
            answer = worker.ask(
                {
                    "do": "post_for",
                    "start_at": time.time(),
                    "seconds": 1,
                    "book_id": place.cast.book_id,
                    "maker_id": place.cast.maker_id,
                    "day": place.bulk.day.isoformat(),
                    "receivable_id": place.cast.receivable_ids[0],
                    "income_id": place.cast.shared_income_id,
                }
            )
        assert answer["posted"] == JournalEntry.objects.count() - before

    def test_that_ends_is_noticed(self) -> None:
        with Worker("bench.absent") as worker, pytest.raises(WorkerFailed, match=r"bench\.absent"):
            worker.ask({"do": "anything"})


class TestHordak:
    def test_posts_by_bulk_create(self, made: ClonedDatabases) -> None:
        database = made.make("hordak")
        settings = {
            "DJANGO_SETTINGS_MODULE": "bench.hordak.settings",
            "HORDAK_DATABASE_URL": address(OWNER_URL, database),
        }
        with Worker("bench.hordak.posting", settings) as worker:
            worker.ask({"do": "build", "clients": TINY.others_accounts, "stored": 2})
            assert worker.ask({"do": "post", "transactions": 5})["seconds"] > 0
            assert worker.ask({"do": "count"})["legs"] == 16
