"""Test databases: one migrated template, cloned for every process and for every test that commits.

A name says what a database is for; an advisory lock, held by the process that uses it, says whether it still
is. A lock goes with its holder's connection however the process ends, so what a killed run left behind is
found and dropped.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "ledger", "custody", "contracts", "clearing")
TEMPLATE_PREFIX, CLONE_PREFIX = "plimsoll_tmpl_", "plimsoll_test_"
# Clones dropped at once. Two processes, 600 files a clone: one by one 1.1 s each, by ten 0.37 s.
BATCH = 10
BUILD_LOCK = "plimsoll: one process builds a template at a time"


def schema_digest() -> str:
    """Changes whenever a migrated database might."""
    files = [ROOT / "requirements.txt", ROOT / "tools" / "database.sql"]
    for app in APPS:
        for pattern in ("**/migrations/*.py", "**/sql/*.sql", "*.py"):
            files += sorted((ROOT / app).glob(pattern))
    digest = hashlib.sha256(repr(settings.INSTALLED_APPS).encode())
    for file in files:
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def lock_key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


@dataclass
class TestDatabases:
    """What one test process needs; `owner_url` is the migrator's address of any database of the server."""

    __test__ = False

    owner_url: str
    worker: str
    template: str = field(init=False)
    connection: "psycopg.Connection[tuple[object, ...]]" = field(init=False)
    made: int = 0
    finished: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.template = TEMPLATE_PREFIX + schema_digest()
        self.connection = psycopg.connect(
            self.owner_url, autocommit=True, application_name="pytest databases"
        )

    def close(self) -> None:
        self.drop_finished()
        self.connection.close()

    def prepare_template(self, migrate: Callable[[str], None]) -> None:
        """Have the template, built by this process or another; drop what nobody uses any more."""
        with self.locked(BUILD_LOCK):
            # Shared, and held to the end: nobody drops a template from which a run still clones.
            self.connection.execute("SELECT pg_advisory_lock_shared(%s)", [lock_key(self.template)])
            if self.template not in self.names(TEMPLATE_PREFIX):
                self.build_template(migrate)
            for name in self.names(TEMPLATE_PREFIX) + self.names(CLONE_PREFIX):
                if name != self.template:
                    self.drop_if_unused(name)

    def build_template(self, migrate: Callable[[str], None]) -> None:
        unfinished = f"{self.template}_unfinished"
        self.drop(unfinished)
        self.execute("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", unfinished)
        with psycopg.connect(with_database(self.owner_url, unfinished), autocommit=True) as inside:
            inside.execute((ROOT / "tools" / "database.sql").read_bytes())
        migrate(unfinished)
        self.execute("ALTER DATABASE {} RENAME TO {}", unfinished, self.template)

    def clone(self) -> str:
        """A fresh copy of the template, ours until dropped."""
        self.made += 1
        name = f"{CLONE_PREFIX}{os.getpid()}_{self.worker}_{self.made}"
        self.drop(name)
        self.connection.execute("SELECT pg_advisory_lock(%s)", [lock_key(name)])
        self.execute("CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log", name, self.template)
        # Rights on a database, unlike those inside it, are not copied.
        self.execute("REVOKE ALL ON DATABASE {} FROM PUBLIC", name)
        self.execute("GRANT CONNECT ON DATABASE {} TO plimsoll_app", name)
        return name

    def give_back(self, name: str) -> None:
        """Done with a clone. It is dropped with others: ext4 creates files slowly right after deletions."""
        self.finished.append(name)
        if len(self.finished) >= BATCH:
            self.drop_finished()

    def drop_finished(self) -> None:
        while self.finished:
            name = self.finished.pop()
            self.drop(name)
            self.unlock(name)

    def unlock(self, name: str) -> None:
        self.connection.execute("SELECT pg_advisory_unlock(%s)", [lock_key(name)])

    def drop_if_unused(self, name: str) -> None:
        row = self.connection.execute("SELECT pg_try_advisory_lock(%s)", [lock_key(name)]).fetchone()
        if row and row[0]:
            self.drop(name)
            self.unlock(name)

    def drop(self, name: str) -> None:
        try:
            self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        except psycopg.errors.InsufficientPrivilege:
            # A superuser's connection closed a moment ago, or autovacuum at work: the plain form waits up to
            # five seconds. On a busy machine that may not do; what stays is dropped by the next run.
            with suppress(psycopg.errors.ObjectInUse):
                self.execute("DROP DATABASE IF EXISTS {}", name)

    def names(self, prefix: str) -> list[str]:
        found = self.connection.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]
        )
        return [str(row[0]) for row in found]

    def execute(self, statement: str, *names: str) -> None:
        self.connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    @contextmanager
    def locked(self, purpose: str) -> Iterator[None]:
        self.connection.execute("SELECT pg_advisory_lock(%s)", [lock_key(purpose)])
        try:
            yield
        finally:
            self.connection.execute("SELECT pg_advisory_unlock(%s)", [lock_key(purpose)])
