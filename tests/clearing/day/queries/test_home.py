"""The first page's figures."""

from clearing.day.queries.home import day_home, latest_runs
from clearing.day.services.run_day import run_day
from tests.world import SESSIONS, World

FALL = {"XNYS:HARB": 6_600, "XNYS:LITE": 660, "XNYS:ROCK": 16_500}


class TestDayHome:
    def test_shows_a_book_without_a_day(self, world: World) -> None:
        home = day_home(book_id=world.book.pk)
        assert (home.business_date, home.is_open, home.steps, home.current_step) == (None, False, (), None)

    def test_shows_the_open_day_and_what_it_waits_for(self, world: World) -> None:
        world.prepare(SESSIONS[0])
        run_day(
            book_id=world.book.pk,
            business_date=SESSIONS[0],
            maker_id=world.maker_id,
            inbox=world.inbox,
        )
        home = day_home(book_id=world.book.pk)
        assert (home.business_date, home.is_open, home.awaits_close) == (SESSIONS[0], True, True)
        assert home.current_step is not None
        assert home.current_step.name == "closed_and_sealed"

    def test_counts_levels_calls_and_breaks(self, world: World) -> None:
        world.play(*SESSIONS[:5])
        world.prepare(SESSIONS[5], FALL)
        world.run(SESSIONS[5])
        home = day_home(book_id=world.book.pk)
        assert sum(count.contracts for count in home.levels) == len(world.contracts)
        assert (home.calls.count, len(home.calls.first)) == (6, 6)
        assert (home.to_release.count, home.breaks.count) == (0, 0)

    def test_lists_the_last_days(self, world: World) -> None:
        world.play(*SESSIONS[:3])
        runs = latest_runs(book_id=world.book.pk, count=2)
        assert [run.business_date for run in runs] == [SESSIONS[2], SESSIONS[1]]
        assert runs[0].steps.count() == 11
