"""`manage.py run_day`."""

import io
import json

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from clearing.day.models import DayRun
from ledger.models import BusinessDay
from tests.world import SESSIONS, World

MONDAY, TUESDAY = SESSIONS[:2]


def run(world: World, *arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    base = ("--book", "MAIN", "--inbox", str(world.inbox))
    call_command("run_day", *base, *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


class TestRunDay:
    def test_runs_a_day_to_its_close(self, world: World) -> None:
        world.prepare(MONDAY)
        out, err = run(world, "--date", str(MONDAY), "--checker", "nora.checker", "--json")
        [day] = json.loads(out)
        assert (day["closed"], len(day["steps"])) == (True, 11)
        assert f"{MONDAY}: closed" in err

    def test_says_that_a_finished_day_did_not_change(self, world: World) -> None:
        world.play(MONDAY)
        _, err = run(world, "--date", str(MONDAY))
        assert f"{MONDAY}: finished before; nothing changed" in err

    def test_exits_with_3_while_the_second_person_is_awaited(self, world: World) -> None:
        world.prepare(MONDAY)
        with pytest.raises(SystemExit) as exit_:
            run(world, "--date", str(MONDAY))
        assert exit_.value.code == 3

    def test_looks_ahead_without_writing(self, world: World) -> None:
        world.prepare(MONDAY)
        _, err = run(world, "--date", str(MONDAY), "--dry-run", "--checker", "nora.checker")
        assert "would change" in err
        assert "receipts 11" in err
        assert not DayRun.objects.exists()

    def test_catches_up_with_missed_days(self, world: World) -> None:
        world.play(MONDAY)
        run(world, "--date", str(SESSIONS[3]), "--catch-up", "--checker", "nora.checker")
        assert BusinessDay.objects.filter(status="closed").count() == 4
        _, err = run(world, "--date", str(SESSIONS[3]), "--catch-up")
        assert "No day was missed" in err

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (("--date", "2008-09-08", "--book", "OTHER"), "no book"),
            (("--date", "2008-09-08", "--checker", "nobody"), "no active user"),
            (("--date", "2008-09-08", "--dry-run", "--catch-up"), "one day in one process"),
        ],
    )
    def test_exits_with_2_where_it_cannot_run(
        self, world: World, arguments: tuple[str, ...], says: str
    ) -> None:
        with pytest.raises(CommandError, match=says) as refused:
            run(world, *arguments)
        assert refused.value.returncode == 2

    def test_exits_with_2_where_no_broker_is_configured(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings, "CELERY_BROKER_URL", "")
        with pytest.raises(CommandError, match="NoBroker") as refused:
            run(world, "--date", str(MONDAY), "--celery")
        assert refused.value.returncode == 2
