"""Run one chunk: its effects and its `done` in one transaction, its failure named in another."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from clearing.day.domain.plan import Cut, Figures, Range
from clearing.day.models import DayChunk

LONGEST_MESSAGE = 2000


@dataclass(frozen=True, slots=True)
class DayContext:
    """What every phase is told. ``inbox`` and ``checker_id`` only reach phases that run here."""

    book_id: int
    business_date: dt.date
    maker_id: int
    checker_id: int | None = None
    inbox: Path | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """A named part of a step: one service call over a range (None: everything). Returns counts by name."""

    name: str
    cut: Cut
    run: Callable[[DayContext, Range | None], Figures]


class ChunkFailed(Exception):
    """A part of the day was refused; the message says why. Mend the cause and run the day again."""

    code = "day_chunk_failed"


class NeedsSecondPerson(Exception):
    """The day waits for somebody else than its maker; nothing is wrong."""

    code = "day_needs_second_person"


def run_chunk(*, chunk_id: int, phases: Mapping[str, Phase], context: DayContext | None = None) -> Figures:
    """Run a chunk unless it is done, and check it off in the same transaction, which it owns.

    Of two processes that run one chunk at the same time the second waits and finds it done. Without a
    context the day's row says book, date and maker.

    :raises ChunkFailed: the service refused; nothing of the chunk remains but its failure.
    :raises NeedsSecondPerson: it waits; the chunk stays pending.
    Source: DESIGN 9 (checkpointed, resumable at any instruction, a failed chunk named).
    """
    try:
        with transaction.atomic():
            chunk = (
                DayChunk.objects.select_for_update(of=("self",)).select_related("step__run").get(pk=chunk_id)
            )
            if chunk.status == DayChunk.Status.DONE:
                return dict(chunk.figures)
            figures = phases[chunk.phase].run(context or _context_of(chunk), span_of(chunk=chunk))
            DayChunk.objects.filter(pk=chunk_id).update(
                status=DayChunk.Status.DONE, figures=figures, message=""
            )
            return figures
    except NeedsSecondPerson:
        raise
    except Exception as error:
        failure = name_failure(error=error)
        DayChunk.objects.filter(pk=chunk_id).exclude(status=DayChunk.Status.DONE).update(
            status=DayChunk.Status.FAILED, message=failure
        )
        raise ChunkFailed(failure) from error


def span_of(*, chunk: DayChunk) -> Range | None:
    """Return the range that a chunk covers; None is everything."""
    if chunk.first_id is None or chunk.last_id is None:
        return None
    return chunk.first_id, chunk.last_id


def name_failure(*, error: BaseException) -> str:
    """Name the refusal and say its sentence, cut to what a row can show."""
    return f"{type(error).__name__}: {error}"[:LONGEST_MESSAGE]


def _context_of(chunk: DayChunk) -> DayContext:
    run = chunk.step.run
    return DayContext(book_id=run.book_id, business_date=run.business_date, maker_id=run.maker_id)
