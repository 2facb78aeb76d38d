"""Run one step: plan it once, run what is not done, check it off."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from django.db import transaction
from django.db.models.functions import Now

from clearing.day.domain.plan import Cut, Figures, PlannedChunk, Range, add_figures, ranges
from clearing.day.models import DayChunk, DayStep, StepStatus
from clearing.day.queries.cuts import ids_to_cut
from clearing.day.services.chunks import (
    ChunkFailed,
    DayContext,
    NeedsSecondPerson,
    Phase,
    name_failure,
    run_chunk,
)


@dataclass(frozen=True, slots=True)
class StepProgress:
    """Where a step stands; what a bar shows."""

    step: str
    done: int
    total: int
    status: str


OnProgress = Callable[[StepProgress], None]


class Executor(Protocol):
    """Runs chunks of one phase, side by side or one after the other."""

    parts: int
    """Into how many chunks a phase is cut at least."""

    def execute(self, *, chunk_ids: Sequence[int], on_done: Callable[[int], None]) -> None:
        """Run the chunks; return when each is done or has failed. `on_done` gets how many have ended."""


class StepFailed(Exception):
    """A step was refused; the message names it and what failed. Mend the cause and run the day again."""

    code = "day_step_failed"


def run_whole_step(*, step: DayStep, phases: Sequence[Phase], context: DayContext) -> Figures:
    """Run a step that nothing has been planned of yet: every phase uncut, all in one transaction, its own.

    :raises StepFailed: a service refused; nothing of the step remains but its failure.
    :raises NeedsSecondPerson: it waits; the step stays pending.
    Source: DESIGN 9.
    """
    try:
        with transaction.atomic():
            figures = add_figures([phase.run(context, None) for phase in phases])
            _check_off(step, figures)
            return figures
    except NeedsSecondPerson:
        raise
    except Exception as error:
        raise fail_step(step=step, failure=name_failure(error=error)) from error


def run_planned_step(
    *,
    step: DayStep,
    phases: Sequence[Phase],
    context: DayContext,
    executor: Executor,
    on_progress: OnProgress,
) -> Figures:
    """Run a step chunk by chunk, each in a transaction of its own; what is done already is left alone.

    The chunks are those planned when the step first started. One phase follows the other; within it the
    executor decides. Requires autocommit.

    :raises StepFailed: a chunk was refused, or not done; it is named, the others of its phase have run.
    :raises NeedsSecondPerson: it waits; its chunk stays pending.
    Source: DESIGN 9 (chunked, checkpointed; a failed chunk is named and retried alone).
    """
    _plan(step, phases, executor.parts)
    by_name = {phase.name: phase for phase in phases}
    chunks = list(step.chunks.order_by("ordinal"))
    finished = sum(chunk.status == DayChunk.Status.DONE for chunk in chunks)
    for name, group in groupby(chunks, key=lambda chunk: chunk.phase):
        pending = [chunk.pk for chunk in group if chunk.status != DayChunk.Status.DONE]
        before = finished

        def tell(ended: int, before: int = before) -> None:
            on_progress(StepProgress(step.name, before + ended, len(chunks), StepStatus.RUNNING))

        if by_name[name].cut is Cut.HERE:
            _run_here(step, pending, by_name, context, tell)
        elif pending:
            executor.execute(chunk_ids=pending, on_done=tell)
        finished += len(pending)
        _refuse_undone(step, pending)
    with transaction.atomic():
        figures = add_figures(
            [dict(one) for one in step.chunks.order_by("ordinal").values_list("figures", flat=True)]
        )
        _check_off(step, figures)
    return figures


def fail_step(*, step: DayStep, failure: str) -> StepFailed:
    """Write down that a step failed and why; return the exception to raise. Owns its statement."""
    DayStep.objects.filter(pk=step.pk).exclude(status=StepStatus.DONE).update(
        status=StepStatus.FAILED, message=failure
    )
    return StepFailed(f"{step.name}: {failure}")


def _plan(step: DayStep, phases: Sequence[Phase], parts: int) -> None:
    """Cut the step, unless that was done before; both in one transaction, or a half plan would be run."""
    with transaction.atomic():
        DayStep.objects.filter(pk=step.pk).update(status=StepStatus.RUNNING, message="")
        if step.chunks.exists():
            return
        planned: list[PlannedChunk] = []
        for phase in phases:
            ids = ids_to_cut(book_id=step.run.book_id, cut=phase.cut)
            each = len(ids) if phase.cut is Cut.CUSTODIANS else parts
            spans: Sequence[Range | None] = ranges(ids, parts=each) or [None]
            planned += [PlannedChunk(phase.name, span) for span in spans]
        DayChunk.objects.bulk_create(
            [
                DayChunk(
                    step=step,
                    ordinal=ordinal,
                    phase=chunk.phase,
                    first_id=chunk.span[0] if chunk.span else None,
                    last_id=chunk.span[1] if chunk.span else None,
                )
                for ordinal, chunk in enumerate(planned, start=1)
            ]
        )


def _run_here(
    step: DayStep,
    chunk_ids: Sequence[int],
    phases: Mapping[str, Phase],
    context: DayContext,
    tell: Callable[[int], None],
) -> None:
    for ended, chunk_id in enumerate(chunk_ids, start=1):
        try:
            run_chunk(chunk_id=chunk_id, phases=phases, context=context)
        except ChunkFailed as failed:
            raise fail_step(step=step, failure=str(failed)) from failed
        tell(ended)


def _refuse_undone(step: DayStep, chunk_ids: Sequence[int]) -> None:
    rows = DayChunk.objects.filter(pk__in=chunk_ids).exclude(status=DayChunk.Status.DONE).order_by("ordinal")
    failures = [
        f"chunk {chunk.ordinal} ({chunk.phase} {chunk.first_id}-{chunk.last_id}) "
        f"{chunk.message or 'was not done'}"
        for chunk in rows
    ]
    if failures:
        raise fail_step(step=step, failure="; ".join(failures))


def _check_off(step: DayStep, figures: Figures) -> None:
    DayStep.objects.filter(pk=step.pk).update(
        status=StepStatus.DONE, figures=figures, message="", finished_at=Now()
    )
