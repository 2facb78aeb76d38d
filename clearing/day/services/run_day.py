"""Run a business day from its first unfinished step to its close; again, and nothing changes."""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

from clearing.day.domain.plan import LARGEST_CHUNK, Figures
from clearing.day.models import DayRun, DayStep, StepName, StepStatus
from clearing.day.queries.cuts import missed_days
from clearing.day.services.chunks import ChunkFailed, DayContext, NeedsSecondPerson, run_chunk
from clearing.day.services.closing import expect_close_again, propose_close
from clearing.day.services.lock import day_lock
from clearing.day.services.phases import PHASES, PHASES_OF_STEP
from clearing.day.services.steps import (
    Executor,
    OnProgress,
    StepProgress,
    run_planned_step,
    run_whole_step,
)
from contracts.models import FinancingContract

DRY_RUN_LARGEST = 20_000
"""Contracts up to which one rolled-back transaction is a sensible way to look ahead."""


class DryRunTooLarge(Exception):
    """One rolled-back transaction over so many contracts would hold the book for minutes: clone the database
    and run the day there.
    """

    code = "day_dry_run_too_large"


@dataclass(frozen=True, slots=True)
class StepReport:
    """What became of a step in this run. `is_new`: done now; else it was done before, or waits."""

    name: str
    status: str
    figures: Figures
    message: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class DayReport:
    """What became of a day in this run."""

    business_date: dt.date
    steps: tuple[StepReport, ...]

    @property
    def is_closed(self) -> bool:
        return all(step.status == StepStatus.DONE for step in self.steps)

    @property
    def has_changed(self) -> bool:
        return any(step.is_new for step in self.steps)


class InProcess:
    """Runs chunks here, one after the other."""

    parts = 1

    def execute(self, *, chunk_ids: Sequence[int], on_done: Callable[[int], None]) -> None:
        for ended, chunk_id in enumerate(chunk_ids, start=1):
            with suppress(ChunkFailed):  # written on the chunk; the step names it when the phase is over
                run_chunk(chunk_id=chunk_id, phases=PHASES)
            on_done(ended)


def _ignore(_progress: StepProgress) -> None:
    """Show nothing."""


def run_day(
    *,
    book_id: int,
    business_date: dt.date,
    maker_id: int,
    checker_id: int | None = None,
    inbox: Path | None = None,
    executor: Executor | None = None,
    on_progress: OnProgress = _ignore,
) -> DayReport:
    """Run a day's steps in order, from where an earlier run ended, to its close.

    Without an executor everything runs in this process: a small book each step in one transaction, a larger
    one chunk by chunk. Holds the book's day lock; requires autocommit, for each chunk commits. With a checker
    the day is closed by maker and checker; without, the close is proposed and its step stays pending.

    :raises DayAlreadyRunning: another process runs a day of this book.
    :raises StepFailed: a step was refused; what was done before it stands, run the day again.
    Source: DESIGN 9.
    """
    context = DayContext(book_id, business_date, maker_id, checker_id, inbox)
    with day_lock(book_id=book_id):
        run = _ensure_run(book_id=book_id, business_date=business_date, maker_id=maker_id)
        return _run_steps(run, context, executor, on_progress)


def run_missed_days(
    *,
    book_id: int,
    until: dt.date,
    maker_id: int,
    checker_id: int | None = None,
    inbox: Path | None = None,
    executor: Executor | None = None,
    on_progress: OnProgress = _ignore,
) -> list[DayReport]:
    """Run every day that was missed up to `until`, one by one; stop at the first that does not close.

    The open day comes first. Otherwise as `run_day`. Source: DESIGN 9 (missed days caught up one by one).
    """
    reports = []
    for business_date in missed_days(book_id=book_id, until=until):
        report = run_day(
            book_id=book_id,
            business_date=business_date,
            maker_id=maker_id,
            checker_id=checker_id,
            inbox=inbox,
            executor=executor,
            on_progress=on_progress,
        )
        reports.append(report)
        if not report.is_closed:
            break
    return reports


def dry_run_day(
    *,
    book_id: int,
    business_date: dt.date,
    maker_id: int,
    checker_id: int | None = None,
    inbox: Path | None = None,
    on_progress: OnProgress = _ignore,
) -> DayReport:
    """Run what is left of a day in one transaction and roll it back: says what would change, leaves no row.

    Owns its transaction and holds the day lock. Deferred rules are checked before the rollback. Nothing is
    delivered, no file is moved.

    :raises DryRunTooLarge: the book has more contracts than one transaction should hold.
    :raises DayAlreadyRunning: another process runs a day of this book.
    :raises StepFailed: a step would be refused.
    Source: DESIGN 1, rule 10; DESIGN 9 (dry run).
    """
    if FinancingContract.objects.filter(book_id=book_id).count() > DRY_RUN_LARGEST:
        raise DryRunTooLarge(DryRunTooLarge.__doc__)
    context = DayContext(book_id, business_date, maker_id, checker_id, inbox)
    with day_lock(book_id=book_id), transaction.atomic():
        run = _ensure_run(book_id=book_id, business_date=business_date, maker_id=maker_id)
        report = _run_steps(run, context, None, on_progress)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)
    return report


def _ensure_run(*, book_id: int, business_date: dt.date, maker_id: int) -> DayRun:
    with transaction.atomic():
        run, is_new = DayRun.objects.get_or_create(
            book_id=book_id, business_date=business_date, defaults={"maker_id": maker_id}
        )
        if is_new:
            DayStep.objects.bulk_create(
                DayStep(run=run, ordinal=ordinal, name=name)
                for ordinal, name in enumerate(PHASES_OF_STEP, start=1)
            )
        else:
            expect_close_again(run=run)
    return run


def _run_steps(
    run: DayRun, context: DayContext, executor: Executor | None, on_progress: OnProgress
) -> DayReport:
    steps = list(run.steps.order_by("ordinal").select_related("run"))
    planned = set(run.steps.filter(chunks__isnull=False).values_list("pk", flat=True))
    is_small = FinancingContract.objects.filter(book_id=run.book_id).count() <= LARGEST_CHUNK
    reports = []
    for step in steps:
        if step.status == StepStatus.DONE:
            reports.append(StepReport(step.name, step.status, step.figures, "", is_new=False))
            continue
        on_progress(StepProgress(step.name, 0, 1, StepStatus.RUNNING))
        phases = PHASES_OF_STEP[StepName(step.name)]
        try:
            if executor is None and is_small and step.pk not in planned:
                figures = run_whole_step(step=step, phases=phases, context=context)
            else:
                figures = run_planned_step(
                    step=step,
                    phases=phases,
                    context=context,
                    executor=executor or InProcess(),
                    on_progress=on_progress,
                )
        except NeedsSecondPerson as waiting:
            reports.append(_ask(step, context, waiting))
            break
        on_progress(StepProgress(step.name, 1, 1, StepStatus.DONE))
        reports.append(StepReport(step.name, StepStatus.DONE, figures, "", is_new=True))
    return DayReport(context.business_date, tuple(reports))


def _ask(step: DayStep, context: DayContext, waiting: NeedsSecondPerson) -> StepReport:
    approval = propose_close(
        book_id=context.book_id, business_date=context.business_date, maker_id=context.maker_id
    )
    message = f"{waiting} (approval {approval.pk})"
    DayStep.objects.filter(pk=step.pk).update(status=StepStatus.PENDING, message=message)
    return StepReport(step.name, StepStatus.PENDING, {}, message, is_new=False)
