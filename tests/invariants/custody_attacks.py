"""Go round Python: raw SQL as the application's login, and the name of the rule that refuses."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, models, transaction

from accounts.services.actor import acting
from tests.custody.cast import Cast

Connect = Callable[[], psycopg.Connection[tuple[object, ...]]]


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@contextmanager
def refused(name: str) -> Iterator[None]:
    """The block is refused by the constraint of this name."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        yield
    diag: Any = getattr(caught.value.__cause__, "diag", None)
    assert diag.constraint_name == name


@contextmanager
def forbidden() -> Iterator[None]:
    """The block lacks the right to do it."""
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        yield


def as_runner(cast: Cast) -> Any:
    return acting(actor_id=cast.runner, reason="attack")


def columns(model: type[models.Model], *left_to_the_database: str) -> list[str]:
    """The columns that a login gives."""
    skipped = ("id", "recorded_at", *left_to_the_database)
    found = [field.column for field in model._meta.concrete_fields]
    return [name for name in found if name is not None and name not in skipped]


def copy_row(table: str, names: list[str], condition: str, *values: Any, **changes: str) -> None:
    """Insert a row once more, changed: each change is an SQL expression."""
    given = ", ".join(changes.get(name, name) for name in names)
    sql(f"INSERT INTO {table} ({', '.join(names)}) SELECT {given} FROM {table} {condition}", *values)
