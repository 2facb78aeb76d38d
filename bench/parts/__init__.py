"""The parts of the benchmark of the ledger, each of which adds its figures to the result."""

from collections.abc import Callable

from bench.parts.bulk_part import bulk
from bench.parts.run import Run
from bench.parts.verify_part import verify

PARTS: dict[str, Callable[[Run], None]] = {"verify": verify, "bulk": bulk}

__all__ = ["PARTS", "Run"]
