"""Chunks of the day as Celery tasks, and the executor that hands them to workers and waits for them."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from celery import current_app, shared_task
from celery.exceptions import TimeoutError as NotYet
from celery.result import AsyncResult
from django.conf import settings
from kombu.exceptions import OperationalError

from clearing.day.models import DayChunk
from clearing.day.services.chunks import ChunkFailed, run_chunk
from clearing.day.services.phases import PHASES

LOOK_AGAIN_SECONDS = 10
"""How long a result may be awaited before the chunk's row and the workers are looked at."""


class NoBroker(Exception):
    """No broker is configured: set CELERY_BROKER_URL, or run the day in this process."""

    code = "day_no_broker"


class NoWorkers(Exception):
    """No worker answers. Start one with `celery -A config worker` and run the day again."""

    code = "day_no_workers"


@shared_task(name="clearing.day.run_chunk")
def run_day_chunk(chunk_id: int) -> str:
    """Run one chunk; a refusal is written on the chunk, for the runner to read. Delivered twice, run once."""
    with suppress(ChunkFailed):
        run_chunk(chunk_id=chunk_id, phases=PHASES)
        return "done"
    return "failed"


def count_workers() -> int:
    """Return how many processes the workers that answer have between them.

    :raises NoBroker: none is configured, or it does not answer.
    """
    if not settings.CELERY_BROKER_URL:
        raise NoBroker(NoBroker.__doc__)
    try:
        stats = current_app.control.inspect(timeout=2.0).stats() or {}
    except OperationalError as error:
        raise NoBroker(f"the broker does not answer: {error}") from error
    return sum(int(one["pool"].get("max-concurrency", 1)) for one in stats.values())


class OnWorkers:
    """Runs chunks as tasks on a broker's workers. `parts`: into how many chunks a phase is cut at least;
    as many as the workers have processes unless given.
    """

    def __init__(self, *, parts: int | None = None) -> None:
        """:raises NoBroker: none is configured, or it does not answer.
        :raises NoWorkers: nobody would take the tasks.
        """
        processes = count_workers()
        if not processes:
            raise NoWorkers(NoWorkers.__doc__)
        self.parts = parts or processes

    def execute(self, *, chunk_ids: Sequence[int], on_done: Callable[[int], None]) -> None:
        """Hand the chunks out and wait until each has ended.

        :raises NoWorkers: a chunk has not ended and nobody is left to run it.
        """
        results = [(chunk_id, run_day_chunk.delay(chunk_id)) for chunk_id in chunk_ids]
        for ended, (chunk_id, result) in enumerate(results, start=1):
            self._await(chunk_id, result)
            result.forget()
            on_done(ended)

    def _await(self, chunk_id: int, result: "AsyncResult[str]") -> None:
        while True:
            try:
                result.get(timeout=LOOK_AGAIN_SECONDS, propagate=False)
            except NotYet:
                # The row is the truth: a result can be lost with its worker, a committed chunk cannot.
                status = DayChunk.objects.values_list("status", flat=True).get(pk=chunk_id)
                if status != DayChunk.Status.PENDING:
                    return
                if not count_workers():
                    raise NoWorkers(NoWorkers.__doc__) from None
            else:
                return
