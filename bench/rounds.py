"""Rounds: contenders take turns in one run (A B A B ...), so that a slow minute of the machine hits both."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Stopwatch:
    """Seconds between the entry and the exit of `timed`."""

    seconds: float = 0.0


@contextmanager
def timed() -> Iterator[Stopwatch]:
    watch = Stopwatch()
    start = time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - start


@dataclass(frozen=True)
class Times:
    """What each contender took, a figure a round."""

    seconds: Mapping[str, list[float]]

    def median(self, name: str) -> float:
        return statistics.median(self.seconds[name])

    def ratio(self, name: str, other: str) -> float:
        """Median of `name` over median of `other`."""
        return self.median(name) / self.median(other)


def take_turns(
    contenders: Mapping[str, Callable[[int], float]],
    *,
    rounds: int,
    told: Callable[[str], None],
    warm_up: int = 1,
) -> Times:
    """Run every contender in each round, after rounds of warming up, and return what they measured.

    A contender gets the number of its round and returns seconds, so that what it prepares is not counted.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(warm_up + rounds):
        for name, run in contenders.items():
            told(f"{name} {'warming up' if number < warm_up else f'{number - warm_up + 1}/{rounds}'}")
            took = run(number)
            if number >= warm_up:
                seconds[name].append(took)
    return Times(seconds)
