"""How large each part of the benchmark of the ledger is."""

from dataclasses import dataclass

from bench.history import Plan


@dataclass(frozen=True, slots=True)
class Sizes:
    """Postings stored, accounts, what a round posts, and how many rounds are counted."""

    stored: Plan
    much_stored: Plan
    accounts: int
    writers: int
    bulk_entries: int
    one_entry_postings: int
    stored_entries: int
    others_entries: int
    others_singles: int
    others_stored: int
    others_accounts: int
    singles: int
    reads: int
    hot_seconds: int
    rounds: int

    def named(self) -> dict[str, int]:
        """The sizes as the results keep them."""
        return {
            "stored_postings": self.stored.postings,
            "much_stored_postings": self.much_stored.postings,
            "months": self.much_stored.months,
            "business_days": len(self.much_stored.days()),
            "accounts": self.accounts,
            "writers": self.writers,
            "bulk_entries": self.bulk_entries,
            "one_entry_postings": self.one_entry_postings,
            "stored_entries": self.stored_entries,
            "others_entries": self.others_entries,
            "others_singles": self.others_singles,
            "others_stored": self.others_stored,
            "others_accounts": self.others_accounts,
            "singles": self.singles,
            "reads": self.reads,
            "hot_seconds": self.hot_seconds,
            "rounds": self.rounds,
        }


FULL = Sizes(
    stored=Plan(postings=1_000_000, months=26, days_a_month=20, accounts=5_000),
    much_stored=Plan(postings=50_000_000, months=26, days_a_month=20, accounts=5_000),
    accounts=100_000,
    writers=16,
    bulk_entries=250_000,
    one_entry_postings=500_000,
    stored_entries=25_000,
    others_entries=25_000,
    others_singles=2_000,
    others_stored=100_000,
    others_accounts=2_000,
    singles=1_000,
    reads=2_000,
    hot_seconds=5,
    rounds=5,
)

QUICK = Sizes(
    stored=Plan(postings=100_000, months=3, days_a_month=4, accounts=1_000),
    much_stored=Plan(postings=400_000, months=3, days_a_month=4, accounts=1_000),
    accounts=20_000,
    writers=4,
    bulk_entries=50_000,
    one_entry_postings=100_000,
    stored_entries=5_000,
    others_entries=2_000,
    others_singles=300,
    others_stored=5_000,
    others_accounts=200,
    singles=200,
    reads=200,
    hot_seconds=2,
    rounds=3,
)
