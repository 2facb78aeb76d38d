"""An account's postings on either axis of time, newest first, each with the balance that it left, in pages.

The snapshots by value date say on which days the account was booked, and to which value dates: a page reads
the postings of as many of these days as it needs, and of the open day.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from django.db import connection

from ledger.domain.axes import Axis, Valuation, valuation_of
from ledger.queries.as_of import PointInTime, point_in_time, point_of_account
from ledger.queries.balances import balance_at, book_of
from ledger.queries.months import months_away

DAY = dt.timedelta(days=1)
_LAST = 2**63 - 1
"""Past every entry of a day: where a page starts that has nothing above it on its day."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: a posting, by its date on the axis. The next page holds what came before it."""

    day: dt.date
    entry_id: int
    posting_no: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One posting, and the account's balance after it. Signed minor units, debit positive."""

    entry_id: int
    posting_no: int
    booking_date: dt.date
    value_date: dt.date
    kind: str
    narration: str
    source_reference: str
    amount_minor: int
    balance_minor: int

    @property
    def valuation(self) -> Valuation:
        """Whether the posting is valued on its day, back or forward."""
        return valuation_of(booking_date=self.booking_date, value_date=self.value_date)


@dataclass(frozen=True, slots=True)
class StatementPage:
    """One page of a span, with the balances before and after the whole span."""

    lines: Sequence[StatementLine]
    older: Place | None
    """Where the next page goes on; None at the first posting of the span."""
    opening_minor: int
    closing_minor: int
    away: dt.date | None = None
    """The first day of a month whose postings would come next and are detached; `older` goes on below."""


@dataclass(frozen=True, slots=True)
class DayTurnover:
    """What one day moved on an account, and the balance at its end. Credits are negative."""

    day: dt.date
    debit_minor: int
    credit_minor: int
    balance_minor: int


# Where the account was booked: {day} is the date on the axis. A close that was superseded is left out. On the
# day of the place itself the page may find nothing more, so as many cells as it can need lie before it.
_CELLS = """
WITH cell AS NOT MATERIALIZED (
    SELECT v.closed_date, v.{day} AS day, v.posting_count
    FROM ledger_valuesnapshot AS v
    WHERE v.account_id = %(account_id)s AND v.posting_count > 0 AND v.closed_date <= %(as_of_closed)s::date
        AND v.close_no = (
            SELECT n.close_no
            FROM ledger_valuesnapshot AS n
            WHERE n.account_id = v.account_id AND n.closed_date = v.closed_date
            ORDER BY n.close_no DESC
            LIMIT 1
        )
)
(
    SELECT c.closed_date, c.day, 0 AS posting_count
    FROM cell AS c
    WHERE c.day = %(top)s::date AND c.day >= %(since)s::date
)
UNION ALL
(
    SELECT c.closed_date, c.day, c.posting_count
    FROM cell AS c
    WHERE c.day >= %(since)s::date AND c.day < %(top)s::date AND c.day <= {newest}
    ORDER BY c.day DESC
    FETCH FIRST %(cells)s ROWS WITH TIES
)
"""

# What is known at an early close may lie long before a late day: go there at once.
_NEWEST_VALUE_DATE = """coalesce((
    SELECT k.value_date
    FROM ledger_valuesnapshot AS k
    WHERE k.account_id = %(account_id)s AND k.closed_date <= %(as_of_closed)s::date
    ORDER BY k.closed_date DESC, k.close_no DESC, k.value_date DESC
    LIMIT 1
), 'infinity')"""

_LINES = """
SELECT
    p.entry_id, p.posting_no, p.booking_date, p.value_date, e.kind_id, e.narration, e.source_reference,
    p.amount_minor
FROM (
    SELECT p.entry_id, p.posting_no, p.booking_date, p.value_date, p.amount_minor
    FROM ledger_posting AS p
    WHERE p.account_id = %(account_id)s AND p.booking_date = ANY(%(booked)s::date[])
        AND p.{day} BETWEEN %(lowest)s::date AND %(top)s::date
        AND (p.{day}, p.entry_id, p.posting_no) < (%(top)s::date, %(entry_id)s::bigint, %(posting_no)s::int)
    ORDER BY p.{day} DESC, p.entry_id DESC, p.posting_no DESC
    LIMIT %(limit)s
) AS p
LEFT JOIN ledger_journalentry AS e ON e.id = p.entry_id
ORDER BY p.{day} DESC, p.entry_id DESC, p.posting_no DESC
"""

_NOT_BEFORE = """
SELECT coalesce(sum(p.amount_minor), 0)
FROM ledger_posting AS p
WHERE p.account_id = %(account_id)s AND p.booking_date = ANY(%(booked)s::date[]) AND p.{day} = %(top)s::date
    AND (p.entry_id, p.posting_no) >= (%(entry_id)s::bigint, %(posting_no)s::int)
"""

_TURNOVERS = """
SELECT moved.day, sum(moved.debit_minor), sum(moved.credit_minor)
FROM (
    SELECT v.{snapshot_day} AS day, v.debit_minor, v.credit_minor
    FROM ledger_valuesnapshot AS v
    WHERE v.account_id = %(account_id)s AND v.posting_count > 0 AND v.closed_date <= %(as_of_closed)s::date
        AND v.{snapshot_day} BETWEEN %(since)s::date AND %(until)s::date
        AND v.close_no = (
            SELECT n.close_no
            FROM ledger_valuesnapshot AS n
            WHERE n.account_id = v.account_id AND n.closed_date = v.closed_date
            ORDER BY n.close_no DESC
            LIMIT 1
        )
    UNION ALL
    SELECT p.{day}, greatest(p.amount_minor, 0), least(p.amount_minor, 0)
    FROM ledger_posting AS p
    WHERE p.account_id = %(account_id)s AND p.booking_date = ANY(%(as_of_open)s::date[])
        AND p.{day} BETWEEN %(since)s::date AND %(until)s::date
) AS moved
GROUP BY moved.day
ORDER BY moved.day
"""

_SNAPSHOT_DAY = {Axis.BOOKING: "closed_date", Axis.VALUE: "value_date"}


def account_statement(
    *,
    account_id: int,
    until: dt.date,
    since: dt.date = dt.date.min,
    axis: Axis = Axis.BOOKING,
    known_at: dt.date | None = None,
    before: Place | None = None,
    size: int = 100,
) -> StatementPage:
    """Return the newest postings of a span of days on an axis, or those before a place.

    In the order of their date on the axis, entry and number. With `known_at` only what was booked up to the
    close of that day. No page reads more than itself, the days that it reaches into and the open day. A page
    ends at a day that lacks postings of a detached month, and names it; what it shows stays right, since the
    balances come out of snapshots.

    :raises NoSuchAccount: there is no such account.
    """
    book_id = book_of(account_id=account_id)
    point = point_in_time(book_id=book_id, day=until, axis=axis, known_at=known_at)
    closing_minor = balance_at(account_id=account_id, point=point)
    opening_minor = (
        0 if since == dt.date.min else balance_at(account_id=account_id, point=point.at(since - DAY))
    )
    if before is not None and before.day > until:
        before = None
    if before is None:
        before = Place(until, _LAST, 0)
    reach = _reach(
        account_id=account_id,
        point=point,
        since=since,
        top=before.day,
        size=size,
        away=months_away(book_id=book_id),
    )
    arguments = {
        "account_id": account_id,
        "booked": reach.booked,
        "lowest": reach.lowest,
        "top": before.day,
        "entry_id": before.entry_id,
        "posting_no": before.posting_no,
        "limit": size + 1,
    }
    balance_minor = closing_minor
    if before != Place(until, _LAST, 0):
        balance_minor = balance_at(account_id=account_id, point=point.at(before.day))
        balance_minor -= int(_rows(_NOT_BEFORE.format(day=f"{axis}_date"), arguments)[0][0])
    found = _rows(_LINES.format(day=f"{axis}_date"), arguments)
    lines = []
    for row in found[:size]:
        lines.append(StatementLine(*[*row, balance_minor]))
        balance_minor -= row[-1]
    older = None
    if len(found) > size:
        last = lines[-1]
        day = last.booking_date if axis is Axis.BOOKING else last.value_date
        older = Place(day, last.entry_id, last.posting_no)
    elif reach.away is not None:
        below = reach.below
        older = None if below is None else Place(below, _LAST, 0)
        return StatementPage(lines, older, opening_minor, closing_minor, reach.away)
    return StatementPage(lines, older, opening_minor, closing_minor)


def turnovers(
    *,
    account_id: int,
    since: dt.date,
    until: dt.date,
    axis: Axis = Axis.BOOKING,
    known_at: dt.date | None = None,
) -> list[DayTurnover]:
    """Return what each day of a span moved on the account, by booking or value date, oldest first.

    Days without movement are left out. Closed days come out of snapshots, the open day out of its postings.

    :raises NoSuchAccount: there is no such account.
    """
    point = point_of_account(account_id=account_id, day=until, axis=axis, known_at=known_at)
    balance_minor = (
        0 if since == dt.date.min else balance_at(account_id=account_id, point=point.at(since - DAY))
    )
    statement = _TURNOVERS.format(day=f"{axis}_date", snapshot_day=_SNAPSHOT_DAY[axis])
    found = []
    for day, debit, credit in _rows(
        statement, {**point.arguments, "account_id": account_id, "since": since, "until": until}
    ):
        balance_minor += int(debit) + int(credit)
        found.append(DayTurnover(day, int(debit), int(credit), balance_minor))
    return found


@dataclass(frozen=True, slots=True)
class _Reach:
    """What a page has to read."""

    booked: list[dt.date]
    """The days on which its postings were booked."""
    lowest: dt.date
    """The lowest date on the axis."""
    away: dt.date | None = None
    """A detached month that holds postings of the date below."""
    below: dt.date | None = None
    """The next date down of which everything is at hand, where a month is away."""


def _reach(
    *,
    account_id: int,
    point: PointInTime,
    since: dt.date,
    top: dt.date,
    size: int,
    away: Sequence[dt.date],
) -> _Reach:
    statement = _CELLS.format(
        day=_SNAPSHOT_DAY[point.axis],
        newest="'infinity'" if point.axis is Axis.BOOKING else _NEWEST_VALUE_DATE,
    )
    arguments = {**point.arguments, "account_id": account_id, "since": since, "top": top, "cells": size + 1}
    cells = sorted(_rows(statement, arguments), key=itemgetter(1), reverse=True)
    booked, lowest, postings = set(point.open_days), top, 0
    for closed_date, day, posting_count in cells:
        if postings > size and day < lowest:
            break
        booked.add(closed_date)
        postings += posting_count
        lowest = day
    if postings <= size:
        lowest = since
    missing = {
        day: closed_date.replace(day=1) for closed_date, day, _ in cells if closed_date.replace(day=1) in away
    }
    gap = max(missing, default=dt.date.min)
    if not missing or gap < lowest:
        return _Reach(sorted(booked), lowest)
    below = next((day for _, day, _ in cells if day < gap and day not in missing), None)
    if below is None:
        below = cells[-1][1] - DAY
    return _Reach(sorted(booked), gap + DAY, missing[gap], below)


def _rows(statement: str, arguments: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return list(cursor.fetchall())
