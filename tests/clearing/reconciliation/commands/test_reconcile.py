"""`manage.py reconcile`."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.clearing.reconciliation.bookings import pay_in
from tests.world import SESSIONS, World

MONDAY, TUESDAY = SESSIONS[:2]


def run(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("reconcile", "--book", "MAIN", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


class TestReconcile:
    def test_prints_every_run_with_its_digest(self, world: World) -> None:
        world.play(MONDAY)
        out, err = run("--date", str(MONDAY), "--json")
        document = json.loads(out)
        kinds = [(one["custodian"], one["kind"]) for one in document["runs"]]
        assert kinds == [
            ("ANCHOR", "cash"),
            ("ANCHOR", "holdings"),
            ("BASTION", "cash"),
            ("BASTION", "holdings"),
            (None, "client_money"),
        ]
        assert document["breaks"] == []
        assert document["runs"][0]["digest"][:16] in err

    def test_gives_the_same_digest_again(self, world: World) -> None:
        world.play(MONDAY)
        assert run("--date", str(MONDAY), "--json") == run("--date", str(MONDAY), "--json")

    def test_exits_with_1_while_breaks_are_open(self, world: World) -> None:
        world.play(MONDAY)
        pay_in(world, TUESDAY, 800_00, "WHOSE")
        world.play(TUESDAY)
        with pytest.raises(SystemExit) as exit_:
            run("--date", str(TUESDAY), "--custodian", "ANCHOR")
        assert exit_.value.code == 1

    @pytest.mark.parametrize(
        "arguments",
        [
            ("--date", str(MONDAY), "--custodian", "NOWHERE"),
            ("--date", "2008-01-02"),
            ("--date", str(MONDAY), "--book", "OTHER"),
        ],
    )
    def test_exits_with_2_where_it_cannot(self, world: World, arguments: tuple[str, ...]) -> None:
        world.play(MONDAY)
        with pytest.raises(CommandError) as refused:
            run(*arguments)
        assert refused.value.returncode == 2
