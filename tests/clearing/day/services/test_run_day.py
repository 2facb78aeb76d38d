"""The day from its opening to its close, on the small platform."""

import datetime as dt
from pathlib import Path

import pytest

from clearing.day.domain.plan import Cut, Figures, Range
from clearing.day.models import DayChunk, DayRun, DayStep, StepName
from clearing.day.services import run_day as module
from clearing.day.services.chunks import DayContext, Phase
from clearing.day.services.phases import PHASES_OF_STEP
from clearing.day.services.run_day import InProcess, run_day, run_missed_days
from clearing.day.services.steps import StepFailed, StepProgress
from clearing.reconciliation.models import ReconciliationRun
from contracts.models import InterestAccrual
from ledger.models import BusinessDay, JournalEntry
from tests.world import SESSIONS, World, balances_of

MONDAY, TUESDAY, WEDNESDAY = SESSIONS[:3]
FALL = {"XNYS:HARB": 6_600, "XNYS:LITE": 660, "XNYS:ROCK": 16_500}


class TestRunDay:
    def test_runs_every_step_in_order_and_closes(self, world: World) -> None:
        [report] = world.play(MONDAY)
        assert [step.name for step in report.steps] == [name.value for name in StepName]
        assert report.is_closed
        assert BusinessDay.objects.get(business_date=MONDAY).status == "closed"

    def test_run_again_changes_nothing_and_says_so(self, world: World) -> None:
        world.play(MONDAY, TUESDAY)
        before = balances_of(world.book.pk), JournalEntry.objects.count(), ReconciliationRun.objects.count()
        report = world.run(TUESDAY)
        after = balances_of(world.book.pk), JournalEntry.objects.count(), ReconciliationRun.objects.count()
        assert after == before
        assert (report.is_closed, report.has_changed) == (True, False)

    def test_brings_contracts_from_deposit_to_liquidation(self, world: World) -> None:
        world.play(*SESSIONS[:5])
        world.prepare(SESSIONS[5], FALL)
        report = world.run(SESSIONS[5])
        figures = {step.name: step.figures for step in report.steps}
        assert figures["levelled"]["level_changes"] == len(world.contracts)
        assert figures["calls_and_liquidations"]["calls_issued"] == len(world.contracts)
        assert figures["reported"]["calls_standing"] == len(world.contracts)

    def test_collects_interest_on_a_months_first_business_day(self, world: World) -> None:
        days = [day for day in SESSIONS if day <= dt.date(2008, 10, 1)]
        reports = world.play(*days)
        collected = {
            report.business_date: step.figures.get("collected_minor")
            for report in reports
            for step in report.steps
            if step.name == StepName.INTEREST_ACCRUED
        }
        assert {day for day, amount in collected.items() if amount} == {dt.date(2008, 10, 1)}

    def test_tells_its_progress_step_by_step(self, world: World) -> None:
        world.prepare(MONDAY)
        told: list[StepProgress] = []
        run_day(
            book_id=world.book.pk,
            business_date=MONDAY,
            maker_id=world.maker_id,
            on_progress=told.append,
        )
        done = [progress.step for progress in told if progress.status == "done"]
        assert done == [name.value for name in StepName][:-1]

    def test_leaves_the_close_to_a_second_person(self, world: World) -> None:
        world.prepare(MONDAY)
        report = run_day(book_id=world.book.pk, business_date=MONDAY, maker_id=world.maker_id)
        assert not report.is_closed
        assert (report.steps[-1].status, "second person" in report.steps[-1].message) == ("pending", True)
        assert BusinessDay.objects.get(business_date=MONDAY).status == "open"
        assert world.run(MONDAY).is_closed

    def test_ends_the_same_however_it_is_cut(self, world: World, tmp_path: Path) -> None:
        class InThree(InProcess):
            parts = 3

        world.play(MONDAY)
        world.prepare(TUESDAY)
        run_day(
            book_id=world.book.pk,
            business_date=TUESDAY,
            maker_id=world.maker_id,
            checker_id=world.checker_id,
            inbox=world.inbox,
            executor=InThree(),
        )
        accrue = DayChunk.objects.filter(step__run__business_date=TUESDAY, phase="accrue")
        assert accrue.count() == 3
        world.prepare(WEDNESDAY)
        world.run(WEDNESDAY)
        accrued = InterestAccrual.objects.filter(accrual_date=WEDNESDAY, tranche__isnull=True)
        assert {row.posted_minor for row in accrued} == {2_671}


class TestRunDayRefused:
    """A step that is refused stops the day; mended, the day goes on from there."""

    def refuse(self, monkeypatch: pytest.MonkeyPatch, *, broken: str, on_range: bool = False) -> list[str]:
        """Let one phase fail, on ranges above the first only where asked; returns what ran."""
        ran: list[str] = []

        def watched(phase: Phase) -> Phase:
            def run(day: DayContext, span: Range | None) -> Figures:
                if phase.name == broken and not (on_range and span and span[0] == self.first):
                    raise RuntimeError("the disk is full")
                ran.append(phase.name)
                return phase.run(day, span)

            return Phase(phase.name, phase.cut, run)

        steps = {step: tuple(watched(one) for one in phases) for step, phases in PHASES_OF_STEP.items()}
        monkeypatch.setattr(module, "PHASES_OF_STEP", steps)
        flat = {phase.name: phase for phases in steps.values() for phase in phases}
        monkeypatch.setattr(module, "PHASES", flat)
        return ran

    first = 0

    def test_names_the_step_and_why(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        world.prepare(MONDAY)
        with monkeypatch.context() as patch:
            self.refuse(patch, broken="value")
            with pytest.raises(StepFailed, match="valued: RuntimeError: the disk is full"):
                world.run(MONDAY)
        step = DayStep.objects.get(name="valued")
        assert (step.status, step.message) == ("failed", "RuntimeError: the disk is full")
        assert DayStep.objects.get(name="interest_accrued").status == "done"

    def test_goes_on_from_there_when_it_is_run_again(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.prepare(MONDAY)
        with monkeypatch.context() as patch:
            self.refuse(patch, broken="value")
            with pytest.raises(StepFailed):
                world.run(MONDAY)
        report = world.run(MONDAY)
        new = [step.name for step in report.steps if step.is_new]
        assert new == [name.value for name in StepName][5:]

    def test_retries_a_failed_chunk_alone(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        class InThree(InProcess):
            parts = 3

        self.first = world.contracts[0].pk
        world.prepare(MONDAY)
        arguments = {
            "book_id": world.book.pk,
            "business_date": MONDAY,
            "maker_id": world.maker_id,
            "checker_id": world.checker_id,
            "inbox": world.inbox,
        }
        with monkeypatch.context() as patch:
            self.refuse(patch, broken="accrue", on_range=True)
            with pytest.raises(
                StepFailed, match=r"chunk 2 \(accrue .* RuntimeError: the disk is full; chunk 3"
            ):
                run_day(**arguments, executor=InThree())  # type: ignore[arg-type]
        chunks = DayChunk.objects.filter(phase="accrue").order_by("ordinal")
        assert [chunk.status for chunk in chunks] == ["done", "failed", "failed"]
        with monkeypatch.context() as patch:
            ran = self.refuse(patch, broken="nothing")
            run_day(**arguments)  # type: ignore[arg-type]
            assert ran.count("accrue") == 2


class TestRunMissedDays:
    def test_runs_the_open_day_and_every_session_since(self, world: World) -> None:
        world.prepare(MONDAY)
        reports = run_missed_days(
            book_id=world.book.pk,
            until=WEDNESDAY,
            maker_id=world.maker_id,
            checker_id=world.checker_id,
            inbox=world.inbox,
        )
        assert [report.business_date for report in reports] == [MONDAY, TUESDAY, WEDNESDAY]
        assert all(report.is_closed for report in reports)

    def test_stops_at_a_day_that_does_not_close(self, world: World) -> None:
        world.prepare(MONDAY)
        reports = run_missed_days(book_id=world.book.pk, until=WEDNESDAY, maker_id=world.maker_id)
        assert [report.business_date for report in reports] == [MONDAY]

    def test_has_nothing_to_do_where_nothing_was_missed(self, world: World) -> None:
        world.play(MONDAY)
        assert run_missed_days(book_id=world.book.pk, until=MONDAY, maker_id=world.maker_id) == []


class TestPhases:
    def test_are_named_once(self) -> None:
        names = [phase.name for phases in PHASES_OF_STEP.values() for phase in phases]
        assert len(names) == len(set(names))

    def test_cover_every_step(self) -> None:
        assert list(PHASES_OF_STEP) == list(StepName)

    def test_close_where_the_second_person_is_known(self) -> None:
        assert [phase.cut for phase in PHASES_OF_STEP[StepName.CLOSED]] == [Cut.HERE]

    def test_belong_to_one_run_a_day(self, world: World) -> None:
        world.play(MONDAY)
        world.run(MONDAY)
        assert DayRun.objects.count() == 1
