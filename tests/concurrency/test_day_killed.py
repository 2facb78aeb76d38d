"""A day killed with kill -9 and run again ends as an undisturbed one: the same balances, nothing twice."""

import datetime as dt
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from clearing.day.models import StepName
from tests.concurrency.commands import copy_inbox, copy_of_current, finish, run_day_command
from tests.databases import TestDatabases, with_database
from tests.world import SESSIONS, World, balances_of, build_world
from tools.environment import APP_URL

pytestmark = pytest.mark.django_db(transaction=True)
FALL = {"XNYS:HARB": 7_700, "XNYS:LITE": 760, "XNYS:ROCK": 19_000}

# What a second effect would show in, besides balances.
COUNTED = (
    "ledger_journalentry",
    "ledger_posting",
    "custody_transferinstruction",
    "contracts_interestaccrual",
    "margin_valuation",
    "margin_margincall",
    "liquidation_liquidation",
    "liquidation_liquidationevent",
    "reconciliation_match",
    "reconciliation_reconciliationrun",
    "reconciliation_reconciliationbreak",
    "accounts_outboxmessage",
    "ledger_dayclose",
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A week has been run; on the day itself trades have settled, prices fall and contracts are called."""
    made = build_world(tmp_path)
    made.play(*SESSIONS[:5])
    made.prepare(SESSIONS[5], FALL)
    made.close()
    return made


def counts(database: str) -> dict[str, int]:
    found = {}
    with psycopg.connect(with_database(os.environ[APP_URL], database)) as connection:
        for table in COUNTED:
            [found[table]] = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or [0]
    return found


def steps_done(database: str) -> int:
    with (
        suppress(psycopg.OperationalError),
        psycopg.connect(with_database(os.environ[APP_URL], database)) as connection,
    ):
        row = connection.execute(
            "SELECT count(*) FROM day_daystep AS s JOIN day_dayrun AS r ON r.id = s.run_id"
            " WHERE r.business_date = %s AND s.status = 'done'",
            [SESSIONS[5]],
        ).fetchone()
        return int(row[0]) if row else 0
    return 0


def balances(database: str) -> dict[str, int]:
    with psycopg.connect(with_database(os.environ[APP_URL], database)) as connection:
        rows = connection.execute(
            "SELECT a.address || ' ' || u.code, c.balance_minor FROM ledger_currentbalance AS c"
            " JOIN ledger_account AS a ON a.id = c.account_id JOIN ledger_unit AS u ON u.id = a.unit_id"
            " WHERE c.balance_minor <> 0"
        ).fetchall()
    return dict(rows)


def kill_once_done(database: str, day: dt.date, inbox: Path, steps: int, delay: float) -> None:
    """Run the day and kill it some milliseconds after so many steps are done."""
    process = run_day_command(database, day, inbox)
    while process.poll() is None and steps_done(database) < steps:
        time.sleep(0.001)
    time.sleep(delay)
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)


class TestRunDayKilled:
    def test_ends_as_an_undisturbed_run(self, world: World, databases: TestDatabases, tmp_path: Path) -> None:
        day = SESSIONS[5]
        before = balances_of(world.book.pk)
        with copy_of_current(databases) as undisturbed:
            finish(run_day_command(undisturbed, day, copy_inbox(world, tmp_path / "undisturbed")))
            wanted, wanted_counts = balances(undisturbed), counts(undisturbed)
        assert wanted != before
        with copy_of_current(databases) as victim:
            inbox = copy_inbox(world, tmp_path / "victim")
            reached = []
            for number, steps in enumerate((0, 1, 3, 5, 7, 8)):
                kill_once_done(victim, day, inbox, steps, delay=0.003 * number)
                reached.append(steps_done(victim))
            assert len(set(reached)) > 3, f"hardly ever in the middle: {reached}"
            said = finish(run_day_command(victim, day, inbox))
            assert balances(victim) == wanted
            assert counts(victim) == wanted_counts
            assert steps_done(victim) == len(StepName), said
            again = finish(run_day_command(victim, day, inbox))
            assert "nothing changed" in again
            assert counts(victim) == wanted_counts
