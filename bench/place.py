"""Where a part measures: a database with its cast and its history, and Django pointed at it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from tqdm import tqdm

from bench.bulk import Bulk
from bench.cast import Cast
from bench.databases import owner_connection, point_at
from bench.floor import Floor
from bench.history import History, Plan

_MEASURED = """
SELECT c.oid::regclass
FROM pg_class AS c
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
    AND c.relname LIKE 'ledger\\_%'
"""


@dataclass
class Place:
    """One database with a book in it."""

    database: str
    cast: Cast
    bulk: Bulk

    def enter(self) -> None:
        """Point Django here by a new connection, and let it plan on the tables as they are."""
        point_at(self.database)
        self.bulk.post_entries(1)


def settle(database: str) -> None:
    """Bring the statistics up to date and drop the connection: a trigger's plan outlives a table's growth."""
    with owner_connection(database) as owner:
        tables = ", ".join(str(name) for (name,) in owner.execute(_MEASURED).fetchall())
        owner.execute(f"VACUUM (ANALYZE) {tables}")
    connection.close()


def with_history(*, database: str, cast: Cast, plan: Plan) -> Place:
    """Load the plan into a database that has its cast already, and leave the next day open."""
    point_at(database)
    with (
        owner_connection(database) as reading,
        owner_connection(database) as writing,
        tqdm(
            total=plan.postings,
            unit="posting",
            unit_scale=True,
            desc="history",
            file=sys.stderr,
            disable=None,
        ) as bar,
    ):
        history = History(cast=cast, plan=plan, reading=reading, writing=writing)
        history.load(told=bar.update)
    settle(database)
    return Place(database, cast, Bulk(cast, history.open_day))


@contextmanager
def floor_of(place: Place) -> Iterator[Floor]:
    """The floor tables of a place, as large as the ledger's; dropped afterwards."""
    with owner_connection(place.database) as owner:
        floor = Floor(owner)
        floor.build()
        try:
            yield floor
        finally:
            owner.execute("DROP SCHEMA floor CASCADE")
