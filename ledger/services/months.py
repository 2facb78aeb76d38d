"""Detach a month of postings and attach it again: the owner's work, which stops no writer."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from ledger.services.month_refusals import (
    MonthMoveOutOfOrder,
    MonthMoveUnderWay,
    MonthNotThere,
    OwnerLoginMissing,
)
from ledger.services.refusals import named_refusals

OWNER = "migrator"
"""The alias of the login that owns the tables; the application's own may not detach anything."""


@dataclass(frozen=True, slots=True)
class MonthContent:
    """What a month's table holds: postings, their debits and credits (minor units, summed over all units)."""

    postings: int
    debit_minor: int
    credit_minor: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class _State:
    """Where a month stands. `last_move` is empty where it never moved."""

    is_there: bool
    is_attached: bool
    is_pending: bool
    other_pending: str
    last_move: str


_STATE = """
SELECT
    to_regclass('public.' || %(table)s) IS NOT NULL,
    EXISTS (SELECT FROM part WHERE part.relname = %(table)s AND NOT part.inhdetachpending),
    EXISTS (SELECT FROM part WHERE part.relname = %(table)s AND part.inhdetachpending),
    coalesce((SELECT part.relname FROM part WHERE part.relname <> %(table)s AND part.inhdetachpending), ''),
    coalesce((
        SELECT m.move FROM ledger_monthmove AS m WHERE m.month = %(month)s ORDER BY m.id DESC LIMIT 1
    ), '')
"""

_PARTITIONS = """
WITH part AS (
    SELECT c.relname::text AS relname, i.inhdetachpending
    FROM pg_inherits AS i
    INNER JOIN pg_class AS c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'public.ledger_posting'::regclass
)
"""

_PROTECT = """
CREATE OR REPLACE TRIGGER ledger_posting_month_frozen BEFORE INSERT OR UPDATE OR DELETE ON public.{table}
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_posting_append_only');
CREATE OR REPLACE TRIGGER ledger_posting_never_emptied BEFORE TRUNCATE ON public.{table}
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change('ledger_posting_append_only');
"""


def detach_month(*, month: dt.date) -> MonthContent:
    """Take a month's postings out of the table and record what they were. `month` is any day of it.

    Several transactions of the owner's login, none of which stops readers or writers of other months; outside
    any transaction of the caller's. Killed anywhere, it is finished by calling it again; a month that is away
    stays so. Days of the month can't be opened from the first step on.

    :returns: what was recorded, and must come back.
    :raises OwnerLoginMissing: there is no connection of the owner.
    :raises MonthNotThere: the month has no table.
    :raises MonthMoveUnderWay: another month is being moved, or was left half detached.
    :raises MonthNotClosed: a day of it is not closed or is the newest of its book.
    :raises MonthMoveOutOfOrder: it was detached without a record.

    Source: DESIGN 3 (partitioned history), decision 29.
    """
    first, table = _named(month)
    with _owner() as owner:
        state = _state(owner, first, table)
        if state.last_move != "detached":
            if not state.is_attached:
                raise MonthMoveOutOfOrder(f"{table} is detached")
            if state.last_move != "frozen":
                _record(owner, first, "frozen", None)
            with transaction.atomic(using=OWNER), owner.cursor() as cursor:
                cursor.execute(_PROTECT.format(table=table))
                _record(owner, first, "detached", _content(owner, table))
        if state.is_attached:
            _alter(owner, f"DETACH PARTITION public.{table} CONCURRENTLY")
        elif state.is_pending:
            _alter(owner, f"DETACH PARTITION public.{table} FINALIZE")
        return _recorded(owner, first)


def attach_month(*, month: dt.date) -> MonthContent:
    """Bring a detached month back, once its content is proved to be what went. `month` is any day of it.

    One transaction of the owner's login; the table is not scanned to prove its dates, which its own CHECK
    holds. Outside any transaction of the caller's. A month that never wholly left is released again.

    :returns: what was found, equal to what was recorded.
    :raises OwnerLoginMissing: there is no connection of the owner.
    :raises MonthNotThere: the month has no table.
    :raises MonthMoveUnderWay: another month is being moved, or was left half detached.
    :raises MonthContentChanged: a posting is missing, new or altered; nothing is attached.
    :raises MonthMoveOutOfOrder: it is attached already, or left without a record.

    Source: DESIGN 3 (partitioned history), decision 29.
    """
    first, table = _named(month)
    with _owner() as owner:
        state = _state(owner, first, table)
        if state.is_pending:
            _alter(owner, f"DETACH PARTITION public.{table} FINALIZE")
        with transaction.atomic(using=OWNER), owner.cursor() as cursor:
            cursor.execute(f"LOCK TABLE public.{table} IN SHARE ROW EXCLUSIVE MODE")
            content = _content(owner, table)
            # As at the opening of a day: the parent first, then the lock of the record; else both wait.
            cursor.execute("LOCK TABLE ONLY public.ledger_posting IN SHARE UPDATE EXCLUSIVE MODE")
            _record(owner, first, "attached", content)
            cursor.execute(f"DROP TRIGGER IF EXISTS ledger_posting_month_frozen ON public.{table}")
            if not state.is_attached:
                following = (first + dt.timedelta(32)).replace(day=1)
                _alter(
                    owner,
                    f"ATTACH PARTITION public.{table} FOR VALUES FROM ('{first}') TO ('{following}')",
                )
    return content


def _named(month: dt.date) -> tuple[dt.date, str]:
    return month.replace(day=1), f"ledger_posting_{month:%Y%m}"


@contextmanager
def _owner() -> Iterator[BaseDatabaseWrapper]:
    """The owner's connection, with the one right to move months."""
    if OWNER not in connections.databases:
        raise OwnerLoginMissing
    owner = connections[OWNER]
    with owner.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('ledger_month_command'))")
        (locked,) = cursor.fetchone()
    if not locked:
        raise MonthMoveUnderWay
    try:
        yield owner
    finally:
        if owner.is_usable():
            with owner.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('ledger_month_command'))")


def _state(owner: BaseDatabaseWrapper, first: dt.date, table: str) -> _State:
    with owner.cursor() as cursor:
        cursor.execute(_PARTITIONS + _STATE, {"table": table, "month": first})
        state = _State(*cursor.fetchone())
    if state.other_pending:
        raise MonthMoveUnderWay(state.other_pending)
    if not state.is_there:
        raise MonthNotThere(table)
    return state


def _content(owner: BaseDatabaseWrapper, table: str) -> MonthContent:
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT postings, debit_minor, credit_minor, digest FROM ledger_month_content(%s::regclass)",
            [f"public.{table}"],
        )
        return _as_content(cursor.fetchone())


def _recorded(owner: BaseDatabaseWrapper, first: dt.date) -> MonthContent:
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT postings, debit_minor, credit_minor, digest FROM ledger_monthmove"
            " WHERE month = %s AND move = 'detached' ORDER BY id DESC LIMIT 1",
            [first],
        )
        return _as_content(cursor.fetchone())


def _as_content(row: tuple[Any, ...]) -> MonthContent:
    postings, debit_minor, credit_minor, digest = row
    return MonthContent(postings, int(debit_minor), int(credit_minor), bytes(digest))


def _record(owner: BaseDatabaseWrapper, first: dt.date, move: str, content: MonthContent | None) -> None:
    figures = (
        [None] * 4
        if content is None
        else [content.postings, Decimal(content.debit_minor), Decimal(content.credit_minor), content.digest]
    )
    with named_refusals(), owner.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_monthmove (month, move, postings, debit_minor, credit_minor, digest)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [first, move, *figures],
        )


def _alter(owner: BaseDatabaseWrapper, action: str) -> None:
    """Only names and dates that this module made are in the text."""
    with owner.cursor() as cursor:
        cursor.execute(f"ALTER TABLE public.ledger_posting {action}")
