"""A crash under load: writers are killed, then the server itself, and what was acknowledged is there, once.

The server is a throw-away cluster with the settings that are shipped (fsync, synchronous_commit), never the
checkout's own.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from tests.databases import TestDatabases, with_database
from tools.environment import APP_URL, OWNER_URL
from tools.home import ROOT, find_home
from tools.postgres import ADMIN, APP, OWNER, Cluster, find_binaries
from tools.processes import works_in

WRITERS, ROUNDS, WAIT_S = 3, 2, 120.0
DATABASE = "crash"


@dataclass
class Server:
    """A cluster of its own, with a copy of the migrated template in it."""

    cluster: Cluster
    programs: Path
    environment: dict[str, str] = field(default_factory=dict)

    def address(self) -> None:
        """The port may be another after a start."""
        urls = {APP_URL: self.cluster.url(APP, DATABASE), OWNER_URL: self.cluster.url(OWNER, DATABASE)}
        self.environment = {**os.environ, **urls}

    def fill(self, template_url: str) -> None:
        admin = self.cluster.url(ADMIN, DATABASE)
        with psycopg.connect(with_database(admin, "postgres"), autocommit=True) as login:
            login.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0 OWNER {OWNER} ENCODING 'UTF8'")
            login.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO {APP}")
        with subprocess.Popen(
            [self.programs / "pg_dump", "-Fc", template_url], stdout=subprocess.PIPE
        ) as dump:
            restore = [str(self.programs / "pg_restore"), "--exit-on-error", "-d", admin]
            subprocess.run(restore, stdin=dump.stdout, check=True)
        assert dump.returncode == 0

    def kill(self) -> None:
        """As a power cut: the postmaster at once, its children when they notice."""
        pid = self.cluster.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        until(lambda: not any(works_in(int(name), self.cluster.data) for name in processes()))

    def start(self) -> None:
        self.cluster.start(self.programs)
        self.address()


def processes() -> list[str]:
    return [place.name for place in Path("/proc").iterdir() if place.name.isdigit()]


def until(is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < give_up
        time.sleep(0.05)


@pytest.fixture
def server(databases: TestDatabases) -> Iterator[Server]:
    home = find_home()
    binaries = find_binaries(os.environ.get("PLIMSOLL_POSTGRES") or "wheel")
    cluster = Cluster(home, f"crash-{os.getpid()}")
    with home.locked():
        cluster.up(binaries)
    made = Server(cluster, cluster.programs(binaries))
    try:
        with psycopg.connect(cluster.url(ADMIN, "postgres")) as login:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                assert login.execute(f"SHOW {setting}").fetchone() == ("on",)
        made.fill(with_database(os.environ[OWNER_URL], databases.template))
        made.address()
        yield made
    finally:
        if cluster.running():
            cluster.stop(made.programs)
        subprocess.run(["rm", "-rf", str(cluster.place)], check=True)


@dataclass
class Writers:
    """Processes that post; every run of one has a name and a file of its own."""

    server: Server
    place: Path
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    started: int = 0

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tests.concurrency.crash_writer", *words]

    def start(self) -> None:
        self.started += 1
        words = self.command("write", f"run{self.started}", str(self.place / f"run{self.started}"))
        self.running.append(subprocess.Popen(words, cwd=ROOT, env=self.server.environment))

    def said(self) -> str:
        """What all said; a line that the kill cut off was not said."""
        texts = [file.read_text() for file in sorted(self.place.glob("run*"))]
        return "".join(text[: text.rfind("\n") + 1] for text in texts)

    def write_on(self, entries: int) -> None:
        """Wait until so many more were acknowledged."""
        before = self.said().count("acknowledged")
        until(lambda: self.said().count("acknowledged") >= before + entries)

    def kill(self, one: "subprocess.Popen[bytes]") -> None:
        one.kill()
        one.wait()
        self.running.remove(one)


def test_what_was_acknowledged_is_there_once(server: Server, tmp_path: Path) -> None:
    dice = random.Random(1858)
    writers = Writers(server, tmp_path)
    subprocess.run(writers.command("seed"), cwd=ROOT, env=server.environment, check=True)
    try:
        for _ in range(ROUNDS):
            for _ in range(WRITERS - len(writers.running)):
                writers.start()
            writers.write_on(10)
            writers.kill(dice.choice(writers.running))
            writers.start()
            writers.write_on(10)
            server.kill()
            codes = [one.wait(WAIT_S) for one in writers.running]
            assert codes == [75] * WRITERS
            writers.running.clear()
            server.start()
    finally:
        for one in list(writers.running):
            writers.kill(one)

    (tmp_path / "all").write_text(writers.said())
    checking = subprocess.run(
        writers.command("check", str(tmp_path / "all")),
        cwd=ROOT,
        env=server.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert json.loads(checking.stdout) == {
        "doubled": 0,
        "lost": [],
        "half": [],
        "unasked": [],
        "postings_astray": 0,
        "last_position": 0,
        "verdict": "clean",
        "asked_again_otherwise": [],
        "gaps": False,
        "verdict_at_last": "clean",
    }
    assert writers.said().count("acknowledged") >= 20 * ROUNDS
