"""Sizes at which every part of a benchmark runs in a moment, and databases that a test may make."""

from bench.databases import Databases, point_at
from bench.history import Plan
from bench.sizes import Sizes

TINY = Sizes(
    stored=Plan(postings=200, months=2, days_a_month=2, accounts=20),
    much_stored=Plan(postings=400, months=2, days_a_month=2, accounts=20),
    accounts=50,
    writers=2,
    bulk_entries=30,
    one_entry_postings=40,
    stored_entries=5,
    others_entries=10,
    others_singles=3,
    others_stored=10,
    others_accounts=10,
    singles=4,
    reads=4,
    hot_seconds=1,
    rounds=1,
)


class ClonedDatabases(Databases):
    """Begins with a copy of the tests' template, which is migrated already."""

    template = ""

    def make_migrated(self, short: str) -> str:
        name = self.prefix + short
        self.drop(name)
        self.execute("CREATE DATABASE {} TEMPLATE {}", name, self.template)
        self.prepare(name)
        point_at(name)
        return name
