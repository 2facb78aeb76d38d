"""Sessions that race: works in threads, each on a connection of its own, started together."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from ledger.services.refusals import LedgerRefusal


def in_thread(work: Callable[[], object]) -> object:
    """What the work returns, or the rule that refused it; anything else, a deadlock say, is raised."""
    try:
        return work()
    except LedgerRefusal as refusal:
        return refusal.code
    finally:
        connection.close()


def at_once(*works: Callable[[], object]) -> list[object]:
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        barrier.wait()
        return in_thread(work)

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))
