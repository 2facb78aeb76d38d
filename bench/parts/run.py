"""What the parts of one run share: sizes, databases, places made once, the result."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from bench.cast import prepare_cast
from bench.databases import Databases
from bench.place import Place, with_history
from bench.results import Result
from bench.sizes import Sizes


@dataclass
class Run:
    """One run. A place is made when the first part asks for it."""

    sizes: Sizes
    databases: Databases
    result: Result
    told: Callable[[str], None]
    profile: bool = False
    floors: dict[str, object] = field(default_factory=dict)

    @cached_property
    def place(self) -> Place:
        """The book with a million postings, or what `sizes` says."""
        self.told("migrating")
        database = self.databases.make_migrated("ledger")
        cast = prepare_cast(clients=self.sizes.accounts, writers=self.sizes.writers)
        self.told("loading")
        return with_history(database=database, cast=cast, plan=self.sizes.stored)
