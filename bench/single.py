"""One entry of two postings, three ways: by the service, by four bare statements, by Django's create()."""

import datetime as dt
from dataclasses import dataclass, field
from typing import ClassVar

from django.db import models, transaction
from django.db.models import F

from bench.cast import Cast
from bench.databases import Connection
from bench.rounds import timed
from ledger.services.posting import EntryDraft, PostingDraft, post_journal_entry

_BARE_ENTRY = """
INSERT INTO floor.entry (
    book_id, kind_id, booking_date, value_date, narration, source_reference, caller, idempotency_key,
    payload_hash, posting_count, maker_id
)
VALUES (%s, 'client_deposit', %s, %s, 'Deposit', 'bench:single', %s, %s, %s, 2, %s)
RETURNING id
"""

_BARE_POSTINGS = """
INSERT INTO floor.posting (
    entry_id, account_id, amount_minor, posting_no, unit_id, book_id, booking_date, value_date
)
VALUES (%s, %s, %s, 1, 1, %s, %s, %s), (%s, %s, %s, 2, 1, %s, %s, %s)
"""

_BARE_BALANCE = "UPDATE floor.balance SET balance_minor = balance_minor + %s WHERE account_id = %s"
_NO_HASH = bytes(32)


class PlainEntry(models.Model):
    """The floor's table of entries, for the ORM."""

    book_id = models.IntegerField()
    kind_id = models.CharField(max_length=32)
    booking_date = models.DateField()
    value_date = models.DateField()
    narration = models.CharField(max_length=200)
    source_reference = models.CharField(max_length=80)
    caller = models.CharField(max_length=40)
    idempotency_key = models.CharField(max_length=120)
    payload_hash = models.BinaryField()
    posting_count = models.IntegerField()
    maker_id = models.IntegerField()

    objects: ClassVar["models.Manager[PlainEntry]"] = models.Manager()

    class Meta:
        app_label = "bench"
        managed = False
        db_table = '"floor"."entry"'

    def __str__(self) -> str:
        return str(self.pk)


class PlainPosting(models.Model):
    """The floor's table of postings, for the ORM."""

    pk = models.CompositePrimaryKey("entry_id", "posting_no", "booking_date")
    entry_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    posting_no = models.IntegerField()
    unit_id = models.IntegerField()
    book_id = models.IntegerField()
    booking_date = models.DateField()
    value_date = models.DateField()

    objects: ClassVar["models.Manager[PlainPosting]"] = models.Manager()

    class Meta:
        app_label = "bench"
        managed = False
        db_table = '"floor"."posting"'

    def __str__(self) -> str:
        return str(self.pk)


class PlainBalance(models.Model):
    """The floor's table of balances, for the ORM."""

    account_id = models.BigIntegerField(primary_key=True)
    balance_minor = models.BigIntegerField()

    objects: ClassVar["models.Manager[PlainBalance]"] = models.Manager()

    class Meta:
        app_label = "bench"
        managed = False
        db_table = '"floor"."balance"'

    def __str__(self) -> str:
        return str(self.pk)


@dataclass
class Single:
    """Posts one deposit at a time, of another client each; every call commits and returns its seconds."""

    cast: Cast
    day: dt.date
    bare_connection: Connection
    caller: str
    posted: int = field(default=0)

    def next_client(self) -> int:
        self.posted += 1
        return self.cast.first_client_id + self.posted % self.cast.clients

    def by_service(self, _number: int) -> float:
        client = self.next_client()
        draft = EntryDraft(
            kind="client_deposit",
            value_date=self.day,
            narration="Deposit",
            source_reference="bench:single",
            idempotency_key=f"s-{self.posted}",
            postings=[PostingDraft(self.cast.custody_id, 100), PostingDraft(client, -100)],
        )
        with timed() as watch:
            post_journal_entry(
                book_id=self.cast.book_id,
                booking_date=self.day,
                draft=draft,
                caller=self.caller,
                maker_id=self.cast.maker_id,
            )
        return watch.seconds

    def by_bare_statements(self, _number: int) -> float:
        client, book, day = self.next_client(), self.cast.book_id, self.day
        entry_of = [book, day, day, self.caller, f"s-{self.posted}", _NO_HASH, self.cast.maker_id]
        with timed() as watch, self.bare_connection.transaction():
            row = self.bare_connection.execute(_BARE_ENTRY, entry_of).fetchone()
            assert row
            first = [row[0], self.cast.custody_id, 100, book, day, day]
            self.bare_connection.execute(_BARE_POSTINGS, [*first, row[0], client, -100, book, day, day])
            self.bare_connection.execute(_BARE_BALANCE, [100, self.cast.custody_id])
            self.bare_connection.execute(_BARE_BALANCE, [-100, client])
        return watch.seconds

    def by_orm(self, _number: int) -> float:
        client = self.next_client()
        with timed() as watch, transaction.atomic():
            entry = PlainEntry.objects.create(
                book_id=self.cast.book_id,
                kind_id="client_deposit",
                booking_date=self.day,
                value_date=self.day,
                narration="Deposit",
                source_reference="bench:single",
                caller=self.caller,
                idempotency_key=f"s-{self.posted}",
                payload_hash=_NO_HASH,
                posting_count=2,
                maker_id=self.cast.maker_id,
            )
            for number, (account, amount) in enumerate(
                [(self.cast.custody_id, 100), (client, -100)], start=1
            ):
                PlainPosting.objects.create(
                    entry_id=entry.pk,
                    account_id=account,
                    amount_minor=amount,
                    posting_no=number,
                    unit_id=1,
                    book_id=self.cast.book_id,
                    booking_date=self.day,
                    value_date=self.day,
                )
                PlainBalance.objects.filter(pk=account).update(balance_minor=F("balance_minor") + amount)
        return watch.seconds
