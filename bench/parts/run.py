"""What the parts of one run share: sizes, databases, places made once, the result."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.db import connections

from bench.cast import Cast, prepare_cast
from bench.databases import Databases
from bench.history import Plan
from bench.place import Place, with_history
from bench.proof import proved
from bench.results import Result
from bench.rounds import timed
from bench.sizes import Sizes


@dataclass
class Run:
    """One run. A place is made when the first part asks for it."""

    sizes: Sizes
    databases: Databases
    result: Result
    told: Callable[[str], None]
    profile: bool = False

    @cached_property
    def cast(self) -> Cast:
        """The cast, in a database that each place begins as a copy of."""
        self.told("migrating")
        self.databases.make_migrated("template")
        return prepare_cast(clients=self.sizes.accounts, writers=self.sizes.writers)

    @cached_property
    def place(self) -> Place:
        """The book with a million postings, or what `sizes` says; a part finds what earlier ones posted."""
        return self.loaded("ledger", self.sizes.stored)

    @cached_property
    def large_place(self) -> Place:
        """The book with fifty million, or what `sizes` says, proved clean."""
        place = self.loaded("stored", self.sizes.much_stored)
        self.told("verifying")
        seconds, postings = proved(place.cast.book_id)
        self.result.add("verify_seconds_stored", seconds, f"verify_book over {postings:,} postings", "clean")
        return place

    def loaded(self, short: str, plan: Plan) -> Place:
        cast = self.cast
        connections.close_all()
        self.told(f"loading {plan.postings:,} postings")
        with timed() as watch:
            place = with_history(
                database=self.databases.make(short, template="template"), cast=cast, plan=plan
            )
        self.result.sizes[f"{short}_load_seconds"] = round(watch.seconds)
        return place
