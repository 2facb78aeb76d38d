"""A point on one of the two axes of time, and the SQL that gives every account's balance there.

Representation: what was booked on days that are closed comes out of snapshots, by probes whose number depends
neither on the length of the history nor on how far back the point lies; what was booked since comes out of
the postings of the days that are not closed. Decision 25.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from ledger.domain.axes import Axis
from ledger.queries.accounts import NoSuchAccount

_DAYS = """
SELECT closed.business_date, ARRAY(
    SELECT d.business_date
    FROM ledger_businessday AS d
    WHERE d.book_id = named.book_id AND d.business_date > coalesce(closed.business_date, '-infinity')
    ORDER BY d.business_date
)
FROM ({book}) AS named
LEFT JOIN LATERAL (
    SELECT d.business_date
    FROM ledger_businessday AS d
    WHERE d.book_id = named.book_id AND d.status = 'closed' AND d.business_date <= %(known_at)s
    ORDER BY d.business_date DESC
    LIMIT 1
) AS closed ON true
"""

_BOOK_ITSELF = "SELECT %(book_id)s::integer AS book_id"
_BOOK_OF_ACCOUNT = "SELECT a.book_id FROM ledger_account AS a WHERE a.id = %(account_id)s"

_NOW = "INNER JOIN ledger_currentbalance AS b ON b.account_id = a.id"

_BOOKED = """
LEFT JOIN LATERAL (
    SELECT s.balance_minor
    FROM ledger_dailysnapshot AS s
    WHERE s.account_id = a.id AND s.business_date <= least(%(as_of_closed)s::date, %(as_of_day)s::date)
    ORDER BY s.business_date DESC, s.close_no DESC
    LIMIT 1
) AS known ON true
"""

# The last close of the account wrote every value date that it touched and all later ones: nearly always the
# answer is among its rows. Only where it touched nothing so early is the newest row of any close looked for.
_VALUED = """
LEFT JOIN LATERAL (
    SELECT coalesce(direct.balance_minor, earlier.balance_minor) AS balance_minor
    FROM (
        SELECT v.closed_date, v.close_no
        FROM ledger_valuesnapshot AS v
        WHERE v.account_id = a.id AND v.closed_date <= %(as_of_closed)s::date
        ORDER BY v.closed_date DESC, v.close_no DESC
        LIMIT 1
    ) AS last
    LEFT JOIN LATERAL (
        SELECT v.balance_minor
        FROM ledger_valuesnapshot AS v
        WHERE v.account_id = a.id AND v.closed_date = last.closed_date AND v.close_no = last.close_no
            AND v.value_date <= %(as_of_day)s::date
        ORDER BY v.value_date DESC
        LIMIT 1
    ) AS direct ON true
    LEFT JOIN LATERAL (
        SELECT v.balance_minor
        FROM ledger_valuesnapshot AS v
        WHERE direct.balance_minor IS NULL AND v.account_id = a.id AND v.value_date <= %(as_of_day)s::date
            AND v.closed_date <= %(as_of_closed)s::date
        ORDER BY v.value_date DESC, v.closed_date DESC, v.close_no DESC
        LIMIT 1
    ) AS earlier ON true
) AS known ON true
"""

# What is booked is what the account holds, and fits; what is valued till a day has no bound: numeric.
_TAIL = """
LEFT JOIN LATERAL (
    SELECT sum(p.amount_minor){cast} AS amount_minor
    FROM ledger_posting AS p
    WHERE p.account_id = a.id AND p.booking_date = ANY(%(as_of_open)s::date[])
        AND p.{axis}_date <= %(as_of_day)s::date
) AS tail ON true
"""

_SUM = """
CROSS JOIN LATERAL (
    SELECT coalesce(known.balance_minor, 0) + coalesce({tail}, 0) AS balance_minor
) AS b
"""


@dataclass(frozen=True, slots=True)
class PointInTime:
    """The end of a day on an axis, and which bookings are known there. Made by `point_in_time`."""

    axis: Axis
    day: dt.date
    closed_date: dt.date
    """The last closed day whose snapshots count; `date.min`: none."""
    open_days: tuple[dt.date, ...]
    """Days that are not closed and whose postings count; none as known at a close."""

    def at(self, day: dt.date) -> "PointInTime":
        """The end of another day, with the same bookings known."""
        return replace(self, day=day)

    @property
    def is_now(self) -> bool:
        """Whether every booking counts, so that the running balance is the answer."""
        return self.axis is Axis.BOOKING and bool(self.open_days) and self.day >= self.open_days[-1]

    @property
    def joins(self) -> str:
        """Joins that give each account `a` its balance as `b.balance_minor`, 0 without postings."""
        if self.is_now:
            return _NOW
        known = _BOOKED if self.axis is Axis.BOOKING else _VALUED
        if not self.open_days or (self.axis is Axis.BOOKING and self.day < self.open_days[0]):
            return known + _SUM.format(tail="0")
        cast = "::bigint" if self.axis is Axis.BOOKING else ""
        return known + _TAIL.format(axis=self.axis.value, cast=cast) + _SUM.format(tail="tail.amount_minor")

    @property
    def arguments(self) -> Mapping[str, Any]:
        """The parameters of `joins`."""
        return {
            "as_of_day": self.day,
            "as_of_closed": self.closed_date,
            "as_of_open": list(self.open_days),
        }


def point_in_time(
    *, book_id: int, day: dt.date, axis: Axis = Axis.BOOKING, known_at: dt.date | None = None
) -> PointInTime:
    """Return the end of a day on an axis, with every booking known or those up to the close of `known_at`.

    A day that is open counts as not yet closed, also if it was closed before and reopened. One statement.
    """
    return _point(_BOOK_ITSELF, {"book_id": book_id}, day=day, axis=axis, known_at=known_at)


def point_of_account(
    *, account_id: int, day: dt.date, axis: Axis = Axis.BOOKING, known_at: dt.date | None = None
) -> PointInTime:
    """As `point_in_time`, of the book of an account, in the same one statement.

    :raises NoSuchAccount: there is no such account.
    """
    return _point(_BOOK_OF_ACCOUNT, {"account_id": account_id}, day=day, axis=axis, known_at=known_at)


def _point(
    book: str, whose: Mapping[str, int], *, day: dt.date, axis: Axis, known_at: dt.date | None
) -> PointInTime:
    with connection.cursor() as cursor:
        cursor.execute(_DAYS.format(book=book), {**whose, "known_at": known_at or dt.date.max})
        row = cursor.fetchone()
    if row is None:
        raise NoSuchAccount(str(whose.get("account_id")))
    closed, later = row
    return PointInTime(
        axis=axis,
        day=day,
        closed_date=closed or dt.date.min,
        open_days=tuple(later) if known_at is None else (),
    )
