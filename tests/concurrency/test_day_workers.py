"""The day on a broker's workers ends with the same balances as the day in one process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.concurrency.commands import copy_inbox, copy_of_current, environment, finish, run_day_command
from tests.concurrency.test_day_killed import FALL, balances, counts
from tests.conftest import ROOT
from tests.databases import TestDatabases
from tests.world import SESSIONS, World, build_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = build_world(tmp_path)
    made.play(*SESSIONS[:5])
    made.prepare(SESSIONS[5], FALL)
    made.close()
    return made


@contextmanager
def worker_of(database: str, broker_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker with two processes; ended by its own number."""
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency", "2"]
    process = subprocess.Popen(
        [*command, "--loglevel", "WARNING", "--without-gossip", "--without-mingle"],
        cwd=ROOT,
        env=environment(database, CELERY_BROKER_URL=broker_url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def ready(database: str, broker_url: str) -> None:
    """Wait until a worker answers."""
    command = [sys.executable, "-m", "celery", "-A", "config", "inspect", "ping", "--timeout", "1"]
    env = environment(database, CELERY_BROKER_URL=broker_url)
    for _ in range(20):
        if subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.2)
    pytest.fail("the worker did not come up")


class TestRunDayOnWorkers:
    def test_ends_with_the_balances_of_one_process(
        self, world: World, databases: TestDatabases, broker_url: str, tmp_path: Path
    ) -> None:
        day = SESSIONS[5]
        with copy_of_current(databases) as alone:
            finish(run_day_command(alone, day, copy_inbox(world, tmp_path / "alone")))
            wanted, wanted_counts = balances(alone), counts(alone)
        with copy_of_current(databases) as shared, worker_of(shared, broker_url):
            ready(shared, broker_url)
            inbox = copy_inbox(world, tmp_path / "shared")
            finish(run_day_command(shared, day, inbox, "--workers", "4", CELERY_BROKER_URL=broker_url))
            assert balances(shared) == wanted
            found = counts(shared)
        # Interest is one entry a chunk; all else is the same to the row.
        for table in ("ledger_journalentry", "ledger_posting"):
            del wanted_counts[table], found[table]
        assert found == wanted_counts

    def test_refuses_where_nobody_would_do_the_work(
        self, world: World, databases: TestDatabases, broker_url: str, tmp_path: Path
    ) -> None:
        with copy_of_current(databases) as shared:
            process = run_day_command(
                shared, SESSIONS[5], world.inbox, "--workers", "2", CELERY_BROKER_URL=broker_url
            )
            _, said = process.communicate(timeout=60)
        assert (process.returncode, b"NoWorkers" in said) == (2, True)
