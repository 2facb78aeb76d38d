"""A home of a test's own, apart from the checkout's, and the real command line on it."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tools.environment import ADMIN_URL, APP_URL, MARK, OWNER_URL
from tools.home import Home, find_home
from tools.postgres import Cluster

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, str(ROOT / "tools" / "plimsoll.py")]


@dataclass(frozen=True)
class TestHome:
    __test__ = False

    path: Path

    @property
    def environment(self) -> dict[str, str]:
        hidden = {APP_URL, OWNER_URL, ADMIN_URL, MARK}
        kept = {name: value for name, value in os.environ.items() if name not in hidden}
        return {**kept, "PLIMSOLL_HOME": str(self.path)}

    def plimsoll(self, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        environment = {**self.environment, **more}
        return subprocess.run(
            [*PROGRAM, *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """The same in the background, in a session of its own as a terminal would give it."""
        return subprocess.Popen(
            [*PROGRAM, *words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def home(self) -> Home:
        return find_home(environment=self.environment)

    def cluster(self) -> Cluster:
        (only,) = Cluster.existing(self.home())
        return only

    def addresses(self) -> Mapping[str, str]:
        shown = self.plimsoll("run", "--", "env")
        assert shown.returncode == 0, shown.stderr
        pairs = (line.partition("=") for line in shown.stdout.splitlines())
        return {name: value for name, _sign, value in pairs if name in {APP_URL, OWNER_URL, ADMIN_URL}}

    def ask(self, question: str) -> object:
        """One value, asked as superuser."""
        with psycopg.connect(self.addresses()[ADMIN_URL]) as connection:
            row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None
