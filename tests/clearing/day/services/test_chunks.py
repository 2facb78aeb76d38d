"""One chunk: done once, or failed with a name."""

import pytest

from accounts.queries.staff import day_runner_id
from clearing.day.domain.plan import Cut, Figures, Range
from clearing.day.models import DayChunk, DayRun, DayStep, StepName
from clearing.day.services.chunks import ChunkFailed, DayContext, Phase, run_chunk
from ledger.services.books import UnitDraft, create_book, create_units
from tests.world import FIRST_DAY

seen: list[tuple[DayContext, Range | None]] = []


def watch(day: DayContext, span: Range | None) -> Figures:
    seen.append((day, span))
    create_units(drafts=[UnitDraft(f"XNYS:SEEN{len(seen)}", "security", 0)])
    return {"seen": 1}


def refuse(day: DayContext, span: Range | None) -> Figures:
    create_units(drafts=[UnitDraft("XNYS:TRACE", "security", 0)])
    raise ValueError("no such thing")


PHASES = {name: Phase(name, Cut.CONTRACTS, run) for name, run in (("watch", watch), ("refuse", refuse))}


@pytest.fixture
def step(db: None) -> DayStep:
    seen.clear()
    create_units(drafts=[UnitDraft("USD", "currency", 2)])
    book = create_book(code="MAIN", name="Main pool", base_unit_code="USD")
    run = DayRun.objects.create(book=book, business_date=FIRST_DAY, maker_id=day_runner_id())
    return DayStep.objects.create(run=run, ordinal=1, name=StepName.VALUED)


def chunk_of(step: DayStep, phase: str) -> DayChunk:
    return DayChunk.objects.create(step=step, ordinal=1, phase=phase, first_id=3, last_id=8)


class TestRunChunk:
    def test_tells_the_phase_day_and_range_and_keeps_its_figures(self, step: DayStep) -> None:
        chunk = chunk_of(step, "watch")
        run_chunk(chunk_id=chunk.pk, phases=PHASES)
        chunk.refresh_from_db()
        [(day, span)] = seen
        assert (day.book_id, day.business_date, span) == (step.run.book_id, FIRST_DAY, (3, 8))
        assert (chunk.status, chunk.figures) == ("done", {"seen": 1})

    def test_runs_once_however_often_it_is_delivered(self, step: DayStep) -> None:
        chunk = chunk_of(step, "watch")
        assert run_chunk(chunk_id=chunk.pk, phases=PHASES) == run_chunk(chunk_id=chunk.pk, phases=PHASES)
        assert len(seen) == 1

    def test_leaves_nothing_of_a_failure_but_its_name(self, step: DayStep) -> None:
        chunk = chunk_of(step, "refuse")
        with pytest.raises(ChunkFailed, match="ValueError: no such thing"):
            run_chunk(chunk_id=chunk.pk, phases=PHASES)
        chunk.refresh_from_db()
        assert (chunk.status, chunk.message) == ("failed", "ValueError: no such thing")
        units = create_units(drafts=[UnitDraft("XNYS:TRACE", "security", 2)])
        assert "XNYS:TRACE" in units
