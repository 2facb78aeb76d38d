"""Raw rows, round Python: a copy of a row with other values, and the name of the rule that refuses it."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction


def columns_of(table: str) -> list[str]:
    """The columns of a table that a writer gives, without its identity."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND column_name <> 'id' ORDER BY ordinal_position",
            [table],
        )
        return [name for (name,) in cursor.fetchall()]


def copy_row(table: str, row_id: int, **changes: object) -> int:
    """Insert a copy of a row with these columns changed, as the application's login; return its id."""
    columns = columns_of(table)
    assert set(changes) <= set(columns)
    values = ", ".join("%s" if column in changes else column for column in columns)
    given = [changes[column] for column in columns if column in changes]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table}"
            " WHERE id = %s RETURNING id",
            [*given, row_id],  # type: ignore[list-item]
        )
        (new_id,) = cursor.fetchone()
    return int(new_id)


def change_row(table: str, row_id: int, **changes: object) -> None:
    """Update a row's columns, as the application's login."""
    assignments = ", ".join(f"{column} = %s" for column in changes)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {assignments} WHERE id = %s",
            [*changes.values(), row_id],  # type: ignore[list-item]
        )


def end_transaction() -> None:
    """Look at what is looked at as a transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def refused(name: str) -> Iterator[None]:
    """The block violates the rule of this name, and nothing of it stays."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        yield
    cause = caught.value.__cause__
    assert isinstance(cause, psycopg.Error)
    assert cause.diag.constraint_name == name


@contextmanager
def not_permitted() -> Iterator[None]:
    """The application's login lacks the privilege."""
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        yield
