"""The benchmark's cast in a test's own database."""

import os
from collections.abc import Iterator

import pytest
from django.db import connections

from bench.cast import Cast, prepare_cast
from bench.databases import Connection, owner_connection
from bench.history import History
from bench.place import Place, with_history
from tests.bench.tiny import TINY, ClonedDatabases
from tests.databases import TestDatabases


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return prepare_cast(clients=TINY.accounts, writers=TINY.writers)


@pytest.fixture
def owner(transactional_db: None) -> Iterator[Connection]:
    with owner_connection(connections["default"].settings_dict["NAME"]) as connection:
        yield connection


@pytest.fixture
def place(cast: Cast) -> Place:
    """A book of 200 postings over four days of two months, and the next day open."""
    name = connections["default"].settings_dict["NAME"]
    return with_history(database=name, cast=cast, plan=TINY.stored)


@pytest.fixture
def history(cast: Cast, owner: Connection) -> Iterator[History]:
    with owner_connection(connections["default"].settings_dict["NAME"]) as reading:
        yield History(cast=cast, plan=TINY.stored, reading=reading, writing=owner)


@pytest.fixture
def made(transactional_db: None, databases: TestDatabases) -> Iterator[ClonedDatabases]:
    """Databases for a whole run, dropped afterwards."""
    cloned = ClonedDatabases(databases.connection, prefix=f"plimsoll_test_{os.getpid()}_bench_")
    cloned.template = databases.template
    yield cloned
    cloned.drop_all()
