"""A correction run killed with kill -9 leaves nothing and is run again; two runs at once are one."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest

from accounts.services.approvals import approve
from clearing.corrections.models import Correction, PositionAdjustment
from clearing.corrections.services.run import CorrectionResult, run_correction
from tests.clearing.corrections.rates_cast import checker, correct_rate
from tests.concurrency.commands import Process, copy_of_current, environment
from tests.concurrency.sessions import at_once
from tests.conftest import ROOT
from tests.databases import TestDatabases, with_database
from tests.ledger.exchange_cast import MONDAY, ExchangeBook, exchange_book
from tools.environment import APP_URL, OWNER_URL

pytestmark = pytest.mark.django_db(transaction=True)
WRITTEN = (
    "corrections_correctionrun",
    "corrections_correctionfinding",
    "corrections_correctionentry",
    "corrections_positionadjustment",
    "ledger_officialrate",
    "ledger_journalentry",
    "ledger_posting",
)
STOPS = ("corrections_correctionfinding", "ledger_officialrate", "corrections_positionadjustment")
"""Where the run is held and killed: when it has said what it found, before the rate, after the entries."""


@pytest.fixture
def fx() -> ExchangeBook:
    """A correction of Monday's rate is approved; two days have been revalued since."""
    made = exchange_book()
    made.exchange(("CNY", 700_000), ("USD", 98_000))
    for rate in ("7.20", "7.10", "7.11"):
        made.earn("USD", 10_000)
        made.rate(USD=rate)
        made.revalue()
        made.next_day()
    correction = correct_rate(made, "7.02", on=MONDAY)
    approve(approval_id=correction.approval_id, checker_id=checker().pk)
    return made


def start(database: str, reference: str) -> Process:
    return subprocess.Popen(
        [sys.executable, "manage.py", "correct", "run", reference, "--book", "FX", "--json"],
        cwd=ROOT,
        env=environment(database),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def told(process: Process) -> dict[str, object]:
    out, said = process.communicate(timeout=120)
    assert process.returncode == 0, said.decode()
    document: dict[str, object] = json.loads(out)
    return document


def state(database: str) -> dict[str, object]:
    """How many rows there are of what a run writes, the approval's state, and every balance."""
    with psycopg.connect(with_database(os.environ[APP_URL], database)) as connection:
        found: dict[str, object] = {}
        for table in WRITTEN:
            [found[table]] = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or [0]
        [found["approval"]] = connection.execute(
            "SELECT a.status FROM accounts_approval AS a"
            " JOIN corrections_correction AS c ON c.approval_id = a.id"
        ).fetchone() or [""]
        found["balances"] = connection.execute(
            "SELECT a.address, a.unit_id, b.balance_minor FROM ledger_currentbalance AS b"
            " JOIN ledger_account AS a ON a.id = b.account_id WHERE b.balance_minor <> 0 ORDER BY 1, 2"
        ).fetchall()
        return found


def kill_at(database: str, reference: str, table: str) -> None:
    """Let nobody write a table, wait until the run waits for it, and kill the run."""
    url = with_database(os.environ[OWNER_URL], database)
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
    runs = "SELECT count(*) FROM pg_locks WHERE relation = 'corrections_correctionrun'::regclass"
    with psycopg.connect(url, autocommit=True) as watching:
        with psycopg.connect(url) as holding:
            holding.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
            process = start(database, reference)
            while watching.execute(waits, [table]).fetchone() == (0,):
                assert process.poll() is None, process.communicate()[1].decode()
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
        # Its session ends when it reads that nobody is there any more.
        while watching.execute(runs).fetchone() != (0,):
            time.sleep(0.01)


class TestCorrectionRunKilled:
    def test_leaves_nothing_and_is_run_again(self, fx: ExchangeBook, databases: TestDatabases) -> None:
        reference = Correction.objects.get().reference
        with copy_of_current(databases) as undisturbed:
            result = told(start(undisturbed, reference))
            wanted = state(undisturbed)
        with copy_of_current(databases) as victim:
            before = state(victim)
            assert (before["approval"], before["corrections_correctionrun"]) == ("approved", 0)
            for table in STOPS:
                kill_at(victim, reference, table)
                assert state(victim) == before
            again = told(start(victim, reference))
            assert (again["findings"], again["replay"]) == (result["findings"], False)
            assert state(victim) == wanted
            assert wanted["corrections_positionadjustment"] == 2
            assert told(start(victim, reference))["replay"] is True
            assert state(victim) == wanted


class TestTwoRunsAtOnce:
    def test_are_one(self, fx: ExchangeBook) -> None:
        correction = Correction.objects.get()

        def run() -> CorrectionResult:
            return run_correction(correction_id=correction.pk, maker_id=fx.maker.pk)

        results = [one for one in at_once(run, run) if isinstance(one, CorrectionResult)]
        assert sorted(one.is_replay for one in results) == [False, True]
        assert results[0].run_id == results[1].run_id
        assert results[0].entry_ids == results[1].entry_ids
        assert PositionAdjustment.objects.count() == 2
        assert fx.day - dt.timedelta(3) == MONDAY
