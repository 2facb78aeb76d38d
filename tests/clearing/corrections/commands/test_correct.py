"""The command: proposing, looking, running, and what it exits with."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.services.approvals import approve
from clearing.corrections.models import Correction, CorrectionRun
from tests.clearing.margin.harbour import HARBOUR, TUESDAY, Harbour


@pytest.fixture
def called(world: Harbour) -> Harbour:
    world.contract(owes=10_000_000, harbour=1_000)
    world.evening(harbour=13_900)
    world.morning(TUESDAY)
    return world


def correct(*arguments: str) -> dict[str, object]:
    out = StringIO()
    call_command("correct", *arguments, "--book", "MAIN", "--json", stdout=out, stderr=StringIO())
    told: dict[str, object] = json.loads(out.getvalue())
    return told


def propose(price: str = "145.00") -> dict[str, object]:
    return correct(
        "propose", "mark", "--security", HARBOUR, "--session", "2008-09-15", "--price", price,
        "--reason", "a wrong close", "--evidence", "exchange notice 17",
    )  # fmt: skip


class TestCorrect:
    def test_proposes(self, called: Harbour) -> None:
        told = propose()
        assert (told["subject"], told["status"]) == (f"mark/{HARBOUR}/2008-09-15", "proposed")
        assert told["reference"] == Correction.objects.get().reference
        assert propose()["reference"] == told["reference"]

    def test_looks_without_a_row(self, called: Harbour) -> None:
        told = correct("run", str(propose()["reference"]), "--dry-run")
        assert (told["run"], told["reviews"]) == (None, {"level_change": 1, "margin_call": 1})
        assert not CorrectionRun.objects.exists()

    def test_runs_once(self, called: Harbour) -> None:
        reference = str(propose()["reference"])
        approve(approval_id=Correction.objects.get().approval_id, checker_id=called.ines.pk)
        first, again = correct("run", reference), correct("run", reference)
        assert (first["replay"], again["replay"]) == (False, True)
        assert again == {**first, "replay": True}

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["run", "nothing"], "no correction"),
            (["run", "nothing", "--maker", "nobody"], "no active user"),
        ],
    )
    def test_exits_with_2_when_refused(self, called: Harbour, arguments: list[str], said: str) -> None:
        with pytest.raises(CommandError, match=said) as refused:
            correct(*arguments)
        assert refused.value.returncode == 2

    def test_exits_with_2_before_the_approval(self, called: Harbour) -> None:
        with pytest.raises(CommandError, match="corrections_correctionrun_approved_by_two") as refused:
            correct("run", str(propose()["reference"]))
        assert refused.value.returncode == 2

    def test_refuses_a_price_that_cannot_be_read(self, called: Harbour) -> None:
        with pytest.raises(CommandError, match="decimals"):
            propose("145.001")

    def test_proposes_a_rate(self, called: Harbour) -> None:
        told = correct(
            "propose", "rate", "--terms", "MARGIN/v1", "--from", "2008-09-15", "--rate", "7.3",
            "--reason", "typed wrong", "--evidence", "term sheet 4",
        )  # fmt: skip
        assert (told["subject"], told["corrected"]) == ("rate/MARGIN/v1", {"rate_ppm": 73_000})

    def test_refuses_a_trade_that_is_not_there(self, called: Harbour) -> None:
        with pytest.raises(CommandError, match="corrections_subject_exists"):
            correct("propose", "trade", "--trade", "B9", "--reason", "cancelled", "--evidence", "note 9")
