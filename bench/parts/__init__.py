"""The parts of the benchmark of the ledger, each of which adds its figures to the result."""

from collections.abc import Callable

from bench.parts.as_of_part import as_of
from bench.parts.bulk_part import bulk
from bench.parts.hot_part import hot
from bench.parts.peers_part import hordak, orm, pgledger
from bench.parts.run import Run
from bench.parts.single_part import single
from bench.parts.stored_part import stored
from bench.parts.verify_part import verify

# In this order: the first find the books as they were loaded.
PARTS: dict[str, Callable[[Run], None]] = {
    "verify": verify,
    "stored": stored,
    "as-of": as_of,
    "single": single,
    "hot": hot,
    "pgledger": pgledger,
    "hordak": hordak,
    "orm": orm,
    "bulk": bulk,
}

__all__ = ["PARTS", "Run"]
