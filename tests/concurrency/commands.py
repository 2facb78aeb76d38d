"""Commands in processes of their own, on databases of their own, to be killed."""

import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

from tests.conftest import ROOT, point_at
from tests.databases import TestDatabases, with_database
from tests.world import World
from tools.environment import APP_URL, OWNER_URL

Process = subprocess.Popen[bytes]


def current_database() -> str:
    return str(connections["default"].settings_dict["NAME"])


def environment(database: str, **more: str) -> dict[str, str]:
    """The environment of a process that uses this database."""
    urls = {name: with_database(os.environ[name], database) for name in (APP_URL, OWNER_URL)}
    return {**os.environ, **urls, **more}


@contextmanager
def copy_of_current(databases: TestDatabases) -> Iterator[str]:
    """A copy of the database as it is now, with what the test committed; ours leaves it for the moment."""
    source = current_database()
    for connection in connections.all():
        connection.close()
    copying = cloning_from(databases, source)
    name = copying.clone()
    databases.made = copying.made
    try:
        yield name
    finally:
        copying.give_back(name)
        point_at(source)


def cloning_from(databases: TestDatabases, template: str) -> TestDatabases:
    """The same server and connection, cloning from another database."""
    other = object.__new__(TestDatabases)
    other.__dict__.update({**databases.__dict__, "template": template})
    return other


def run_day_command(database: str, day: dt.date, inbox: Path, *arguments: str, **more: str) -> Process:
    """Start `run_day`, to be waited for or killed."""
    command = [sys.executable, "manage.py", "run_day", "--book", "MAIN", "--date", str(day)]
    command += ["--checker", "nora.checker", "--inbox", str(inbox), *arguments]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(database, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(process: Process) -> str:
    """Wait for the end; a refusal fails the test with what it said."""
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said.decode()
    return said.decode()


def copy_inbox(world: World, place: Path) -> Path:
    """An inbox of its own for each run: taking in moves the files."""
    shutil.copytree(world.inbox, place)
    return place
