"""What the database refuses of the day's steps and chunks, whoever asks."""

import pytest
from django.db import connection

from accounts.queries.staff import day_runner_id
from clearing.day.models import DayChunk, DayRun, DayStep, StepName
from ledger.services.books import UnitDraft, create_book, create_units
from tests.invariants.rows import change_row, copy_row, not_permitted, refused
from tests.world import FIRST_DAY

RUN, STEP, CHUNK = "day_dayrun", "day_daystep", "day_daychunk"


@pytest.fixture
def run(db: None) -> DayRun:
    """A day with its first two steps, the second cut in two."""
    create_units(drafts=[UnitDraft("USD", "currency", 2, "US dollar")])
    book = create_book(code="MAIN", name="Main pool", base_unit_code="USD")
    made = DayRun.objects.create(book=book, business_date=FIRST_DAY, maker_id=day_runner_id())
    for ordinal, name in ((1, StepName.OPEN), (2, StepName.VALUED)):
        DayStep.objects.create(run=made, ordinal=ordinal, name=name)
    for ordinal, span in ((1, (1, 5)), (2, (6, 9))):
        DayChunk.objects.create(
            step=made.steps.get(ordinal=2),
            ordinal=ordinal,
            phase="value",
            first_id=span[0],
            last_id=span[1],
        )
    return made


def finish(run: DayRun, ordinal: int) -> None:
    change_row(STEP, run.steps.get(ordinal=ordinal).pk, status="done", finished_at="2008-09-08T22:00Z")


def finish_chunks(run: DayRun) -> None:
    for chunk in DayChunk.objects.filter(step__run=run):
        change_row(CHUNK, chunk.pk, status="done")


class TestDayRun:
    def test_is_one_a_day(self, run: DayRun) -> None:
        with refused("day_dayrun_one_per_day"):
            copy_row(RUN, run.pk)

    @pytest.mark.parametrize("verb", ["UPDATE day_dayrun SET id = id", "DELETE FROM day_dayrun"])
    def test_stays(self, run: DayRun, verb: str) -> None:
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute(verb)


class TestDayStep:
    def test_has_a_number_and_a_name_of_its_own(self, run: DayRun) -> None:
        first = run.steps.get(ordinal=1)
        with refused("day_daystep_ordinal_unique"):
            copy_row(STEP, first.pk, name="reported")
        with refused("day_daystep_name_unique"):
            copy_row(STEP, first.pk, ordinal=9)

    def test_is_a_known_step_in_a_known_state(self, run: DayRun) -> None:
        first = run.steps.get(ordinal=1)
        with refused("day_daystep_name_known"):
            copy_row(STEP, first.pk, ordinal=9, name="slept")
        with refused("day_daystep_status_known"):
            change_row(STEP, first.pk, status="asleep")

    def test_is_done_at_an_instant_and_failed_for_a_reason(self, run: DayRun) -> None:
        first = run.steps.get(ordinal=1)
        with refused("day_daystep_done_has_instant"):
            change_row(STEP, first.pk, status="done")
        with refused("day_daystep_failure_says_why"):
            change_row(STEP, first.pk, status="failed")

    def test_is_done_only_after_the_steps_before_it(self, run: DayRun) -> None:
        finish_chunks(run)
        with refused("day_daystep_follows_order"):
            finish(run, 2)

    def test_is_done_only_with_all_its_chunks(self, run: DayRun) -> None:
        finish(run, 1)
        with refused("day_daystep_chunks_done"):
            finish(run, 2)

    def test_stays_done(self, run: DayRun) -> None:
        finish(run, 1)
        with refused("day_daystep_done_is_final"):
            change_row(STEP, run.steps.get(ordinal=1).pk, status="pending", finished_at=None)

    def test_stays_the_step_it_is(self, run: DayRun) -> None:
        with refused("day_daystep_identity_unchanged"):
            change_row(STEP, run.steps.get(ordinal=1).pk, ordinal=9)

    def test_is_never_deleted(self, run: DayRun) -> None:
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM day_daystep")


class TestDayChunk:
    def first(self, run: DayRun) -> int:
        return DayChunk.objects.get(step__run=run, ordinal=1).pk

    def test_has_a_number_of_its_own(self, run: DayRun) -> None:
        with refused("day_daychunk_ordinal_unique"):
            copy_row(CHUNK, self.first(run))

    def test_is_in_a_known_state_and_fails_for_a_reason(self, run: DayRun) -> None:
        with refused("day_daychunk_status_known"):
            change_row(CHUNK, self.first(run), status="asleep")
        with refused("day_daychunk_failure_says_why"):
            change_row(CHUNK, self.first(run), status="failed")

    def test_covers_a_range_in_order(self, run: DayRun) -> None:
        with refused("day_daychunk_range_in_order"):
            copy_row(CHUNK, self.first(run), ordinal=9, first_id=7, last_id=6)
        with refused("day_daychunk_range_in_order"):
            copy_row(CHUNK, self.first(run), ordinal=9, last_id=None)

    def test_covers_what_it_was_planned_for(self, run: DayRun) -> None:
        with refused("day_daychunk_plan_unchanged"):
            change_row(CHUNK, self.first(run), last_id=99)

    def test_stays_done(self, run: DayRun) -> None:
        change_row(CHUNK, self.first(run), status="done")
        with refused("day_daychunk_done_is_final"):
            change_row(CHUNK, self.first(run), status="pending")

    def test_is_not_added_to_a_step_that_is_done(self, run: DayRun) -> None:
        finish(run, 1)
        done = run.steps.get(ordinal=1)
        with refused("day_daychunk_step_not_done"):
            copy_row(CHUNK, self.first(run), step_id=done.pk)

    def test_is_never_deleted(self, run: DayRun) -> None:
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM day_daychunk")
