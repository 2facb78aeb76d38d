"""A worker that posts by django-hordak's bulk path, as its own benchmark does: two bulk_create at a time."""

from collections.abc import Callable, Mapping

from django.core.management import call_command
from django.db import connection, transaction
from hordak.models import Account, Leg, Transaction
from moneyed import Money

from bench.rounds import timed

BATCH = 25_000
"""Transactions a pair of bulk_create, as in django-hordak's own benchmark."""


class Hordak:
    """A bank account and clients' accounts below a liability."""

    def __init__(self) -> None:
        self.bank = Account()
        self.clients: list[Account] = []
        self.posted = 0

    def build(self, *, clients: int, stored: int) -> dict[str, object]:
        """Migrate, open the accounts and bring the journal to a size."""
        call_command("migrate", verbosity=0, interactive=False)
        self.bank = Account.objects.create(name="Bank", type="AS", code="1", currencies=["USD"])
        parent = Account.objects.create(name="Clients", type="LI", code="2", currencies=["USD"])
        drafts = [
            Account(name=f"Client {n}", parent=parent, type="LI", currencies=["USD"], lft=0, rght=0, level=1)
            for n in range(clients)
        ]
        for draft in drafts:
            draft.tree_id = parent.tree_id
        Account.objects.bulk_create(drafts)
        Account.objects.rebuild()
        self.clients = list(Account.objects.filter(parent=parent))
        self.post(transactions=stored)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
        connection.close()
        self.post(transactions=1)
        return {}

    def post(self, *, transactions: int) -> dict[str, object]:
        """Post deposits of two legs, and say how long instances, bulk_create and commits took."""
        seconds = 0.0
        for start in range(0, transactions, BATCH):
            seconds += self.post_batch(min(BATCH, transactions - start))
        return {"seconds": seconds}

    def post_batch(self, number: int) -> float:
        with timed() as watch:
            entries, legs = [], []
            for _ in range(number):
                self.posted += 1
                entry, amount = Transaction(description="Deposit"), Money(1 + self.posted % 900, "USD")
                client = self.clients[self.posted % len(self.clients)]
                entries.append(entry)
                legs.append(Leg(transaction=entry, account=self.bank, debit=amount))
                legs.append(Leg(transaction=entry, account=client, credit=amount))
            with transaction.atomic():
                Transaction.objects.bulk_create(entries)
                Leg.objects.bulk_create(legs)
        return watch.seconds


def count() -> dict[str, object]:
    return {"legs": Leg.objects.count()}


def answers() -> Mapping[str, Callable[..., Mapping[str, object]]]:
    hordak = Hordak()
    return {"build": hordak.build, "post": hordak.post, "count": count}
