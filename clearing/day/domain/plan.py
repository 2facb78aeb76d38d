"""How a step is cut: phases one after the other, each over ranges of row numbers that can run side by side.

Representation: a range is a pair of identifiers, both included. Cuts never change a result: every phase's
effect on one contract depends on that contract alone, or the phase is not cut.

Source: DESIGN 9 (chunked; any number of workers).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

LARGEST_CHUNK = 25_000
"""Contracts a transaction: long enough to be set-based, short enough to be lost to a kill without regret."""

Range = tuple[int, int]
Figures = dict[str, int]


class Cut(Enum):
    """What a phase is cut by, and so whether another process may run it."""

    HERE = "here"
    """Not cut, and run where the day is run: it reads that process's files, or asks for people."""
    WHOLE = "whole"
    """Not cut: one chunk, for any worker."""
    CONTRACTS = "contracts"
    INSTRUMENTS = "instruments"
    CUSTODIANS = "custodians"
    """One chunk a custodian."""


@dataclass(frozen=True, slots=True)
class PlannedChunk:
    """A phase over a range, or over everything where there is none."""

    phase: str
    span: Range | None


def ranges(ids: Sequence[int], *, parts: int, largest: int = LARGEST_CHUNK) -> list[Range]:
    """Cut ascending identifiers into at least ``parts`` contiguous ranges of nearly equal size, none above
    ``largest``; fewer where there are fewer identifiers.
    """
    if not ids:
        return []
    count = min(len(ids), max(parts, -(-len(ids) // largest)))
    edges = [len(ids) * number // count for number in range(count + 1)]
    return [(ids[first], ids[last - 1]) for first, last in pairwise(edges)]


def add_figures(parts: Sequence[Mapping[str, int]]) -> Figures:
    """Return the sums by name, in the order in which the names appear."""
    total: Figures = {}
    for part in parts:
        for name, figure in part.items():
            total[name] = total.get(name, 0) + figure
    return total
