"""A history by COPY is one that the services would have written."""

import datetime as dt

import pytest

from bench.databases import Connection
from bench.history import LEGS_PER_ENTRY, History, Plan
from bench.place import Place
from bench.proof import NotClean, proved
from ledger.models import BusinessDay, DailySnapshot, JournalEntry, Posting
from ledger.queries.balances import balance, balance_as_of
from ledger.services.posting import EntryDraft, PostingDraft, post_journal_entry
from tests.bench.tiny import TINY


class TestPlan:
    def test_spreads_its_entries_over_the_first_weekdays_of_each_month(self) -> None:
        entries = Plan(postings=200, months=2, days_a_month=2, accounts=20).entries()
        assert list(entries) == [dt.date(2006, 1, day) for day in (2, 3)] + [
            dt.date(2006, 2, day) for day in (1, 2)
        ]
        assert [len(numbers) for numbers in entries.values()] == [5, 5, 5, 5]
        assert [numbers.start for numbers in entries.values()] == [1, 6, 11, 16]

    def test_goes_on_into_the_next_year(self) -> None:
        days = Plan(postings=130, months=13, days_a_month=1, accounts=20).days()
        assert (days[11].year, days[12]) == (2006, dt.date(2007, 1, 1))


class TestHistory:
    def test_is_clean_and_closed_but_for_the_last_day(self, place: Place) -> None:
        _seconds, postings = proved(place.cast.book_id)
        assert postings == TINY.stored.postings
        assert JournalEntry.objects.count() * LEGS_PER_ENTRY == postings
        assert BusinessDay.objects.filter(status="open").get().business_date == place.bulk.day
        assert BusinessDay.objects.filter(status="closed").count() == 4

    def test_reads_as_of_its_days(self, place: Place) -> None:
        days = TINY.stored.days()
        known = [balance_as_of(account_id=place.cast.custody_id, business_date=day) for day in days]
        assert known == sorted(known)
        assert known[-1] == balance(account_id=place.cast.custody_id) > known[0] > 0
        assert DailySnapshot.objects.filter(account_id=place.cast.custody_id).count() == len(days)

    def test_leaves_the_months_as_the_ledger_made_them(self, place: Place, owner: Connection) -> None:
        odd = owner.execute(
            "SELECT c.relname FROM pg_inherits AS i INNER JOIN pg_class AS c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'ledger_posting'::regclass"
            " AND (has_table_privilege('plimsoll_app', c.oid, 'INSERT')"
            " OR (SELECT count(*) FROM pg_index AS x WHERE x.indrelid = c.oid)"
            " <> (SELECT count(*) FROM pg_index AS x WHERE x.indrelid = i.inhparent))"
        ).fetchall()
        assert odd == []

    def test_bears_the_hash_that_the_service_computes(self, place: Place) -> None:
        entry = JournalEntry.objects.order_by("id")[0]
        legs = Posting.objects.filter(entry_id=entry.id).order_by("posting_no")
        again = post_journal_entry(
            book_id=entry.book_id,
            booking_date=place.bulk.day,
            draft=EntryDraft(
                kind=entry.kind_id,
                value_date=entry.value_date,
                narration=entry.narration,
                source_reference=entry.source_reference,
                idempotency_key=entry.idempotency_key,
                postings=[PostingDraft(leg.account_id, leg.amount_minor) for leg in legs],
            ),
            caller=entry.caller,
            maker_id=entry.maker_id,
        )
        assert again.is_replay

    def test_is_not_measured_unless_clean(self, place: Place, admin_connection: Connection) -> None:
        admin_connection.execute("SET session_replication_role = replica")
        admin_connection.execute("UPDATE ledger_balance SET balance_minor = balance_minor + 1 WHERE is_hot")
        with pytest.raises(NotClean, match="balances_proved"):
            proved(place.cast.book_id)

    def test_tells_how_many_postings_have_arrived(self, history: History) -> None:
        told: list[int] = []
        history.load(told=told.append)
        assert sum(told) == TINY.stored.postings
