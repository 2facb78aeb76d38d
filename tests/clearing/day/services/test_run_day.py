"""The day from its opening to its close, on the small platform."""

from clearing.day.models import DayStep, StepName
from tests.world import SESSIONS, World


class TestRunDay:
    def test_runs_every_step_and_closes(self, world: World) -> None:
        [report] = world.play(SESSIONS[0])
        assert [step.name for step in report.steps] == [name.value for name in StepName]
        assert report.is_closed
        assert not DayStep.objects.exclude(status="done").exists()
