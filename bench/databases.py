"""Databases of a benchmark's own in the checkout's server: made, pointed at, dropped.

One benchmark runs at a time in a server; what a killed one left behind is dropped by the next.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from tools.environment import APP_URL, OWNER_URL
from tools.home import ROOT

PREFIX = "plimsoll_bench_"
LOCK = 5_071_991
"""Key of the advisory lock of the one benchmark that runs."""

Connection = psycopg.Connection[tuple[object, ...]]


class AnotherBenchmarkRuns(Exception):
    """A benchmark of this server is running: its figures and this one's would spoil each other."""


def address(variable: str, name: str) -> str:
    """The address that `variable` holds, for the database `name` of its server."""
    return urlunsplit(urlsplit(os.environ[variable])._replace(path=f"/{name}"))


def owner_connection(name: str) -> Connection:
    """A connection as the migrator; autocommit."""
    return psycopg.connect(address(OWNER_URL, name), autocommit=True)


def app_connection(name: str) -> Connection:
    """A connection as the application, on the settings that Django's own has; autocommit."""
    options = dict(connections["default"].get_connection_params())
    keep = {key: options[key] for key in ("prepare_threshold", "options") if key in options}
    return psycopg.connect(address(APP_URL, name), autocommit=True, **keep)


def point_at(name: str) -> None:
    """Make Django's logins use the database `name`, by new connections."""
    for connection in connections.all():
        connection.close()
        connection.settings_dict["NAME"] = name


class Databases:
    """Those that this run makes, by their short names."""

    def __init__(self, maintenance: Connection, *, prefix: str = PREFIX) -> None:
        self.maintenance, self.prefix = maintenance, prefix

    def make(self, short: str, *, template: str | None = None) -> str:
        """Make a database, empty or a copy of another of this run, and return its name."""
        name = self.prefix + short
        source = self.prefix + template if template else "template0"
        self.drop(name)
        self.execute("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'", name, source)
        self.prepare(name)
        return name

    def prepare(self, name: str) -> None:
        """Grant and withhold as in every database of ours: these rights are not copied with a template."""
        with owner_connection(name) as inside:
            inside.execute((ROOT / "tools" / "database.sql").read_bytes())

    def make_migrated(self, short: str) -> str:
        """Make a database with the product's migrations, and point Django at it."""
        name = self.make(short)
        point_at(name)
        call_command("migrate", database="migrator", verbosity=0, interactive=False)
        connections["migrator"].close()
        return name

    def drop(self, name: str) -> None:
        self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def drop_all(self) -> None:
        for connection in connections.all():
            connection.close()
        found = self.maintenance.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [self.prefix]
        ).fetchall()
        for (name,) in found:
            self.drop(str(name))

    def execute(self, statement: str, *names: str) -> None:
        self.maintenance.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def databases() -> Iterator[Databases]:
    """The databases of one run; dropped before and after, whatever happens in between.

    :raises AnotherBenchmarkRuns: in this server, now.
    """
    home = settings.DATABASES["default"]["NAME"]
    with psycopg.connect(os.environ[OWNER_URL], autocommit=True) as maintenance:
        row = maintenance.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
        if not row or not row[0]:
            raise AnotherBenchmarkRuns
        made = Databases(maintenance)
        made.drop_all()
        try:
            yield made
        finally:
            made.drop_all()
            point_at(home)


def sql_file(name: str) -> str:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text()
