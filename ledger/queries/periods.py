"""Periods of a book with their state, what was reopened, and what a year has left to carry. Reads only."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from ledger.domain.months import month_of
from ledger.models import DayReopening, Hardness, MonthClose, MonthReopening


@dataclass(frozen=True, slots=True)
class MonthState:
    """A month in which the book has days. `hardness` empty: it is open."""

    month: dt.date
    days: int
    closed_days: int
    hardness: str
    reopenings: int
    """Of its days and of the month itself."""

    @property
    def can_be_closed(self) -> bool:
        return self.days == self.closed_days and self.hardness != Hardness.HARD


@dataclass(frozen=True, slots=True)
class Reopening:
    """A day or a month that was opened again: what, why, by whom."""

    period: str
    """`2008-09-15`, or `2008-09` for a month."""
    reason: str
    maker: str
    checker: str
    recorded_at: dt.datetime
    last_position: int


@dataclass(frozen=True, slots=True)
class YearResult:
    """What income and expense of a year leave in one unit, not yet carried to equity. Debit positive."""

    unit_id: int
    unit_code: str
    unit_exponent: int
    accounts: int
    income_minor: int
    expense_minor: int

    @property
    def result_minor(self) -> int:
        """A profit stands in credit and is negative here, as the accounts are."""
        return self.income_minor + self.expense_minor


_MONTHS = """
SELECT
    d.month, d.days, d.closed_days, coalesce(c.hardness, ''),
    d.reopenings + (
        SELECT count(*) FROM ledger_monthreopening AS r
        INNER JOIN ledger_monthclose AS m ON m.id = r.close_id
        WHERE m.book_id = %(book)s AND m.month = d.month
    )
FROM (
    SELECT
        date_trunc('month', d.business_date)::date AS month,
        count(*) AS days,
        count(*) FILTER (WHERE d.status = 'closed') AS closed_days,
        sum((SELECT count(*) FROM ledger_dayreopening AS r WHERE r.day_id = d.id))::integer AS reopenings
    FROM ledger_businessday AS d
    WHERE d.book_id = %(book)s
    GROUP BY date_trunc('month', d.business_date)
) AS d
LEFT JOIN LATERAL (
    SELECT m.hardness
    FROM ledger_monthclose AS m
    WHERE m.book_id = %(book)s AND m.month = d.month
        AND NOT EXISTS (SELECT FROM ledger_monthreopening AS r WHERE r.close_id = m.id)
    ORDER BY m.hardness
    LIMIT 1
) AS c ON true
ORDER BY d.month DESC
"""

_RESULT = """
SELECT
    u.id, u.code, u.exponent, count(DISTINCT a.account_id),
    coalesce(sum(a.amount_minor) FILTER (WHERE a.type = 'income'), 0),
    coalesce(sum(a.amount_minor) FILTER (WHERE a.type = 'expense'), 0)
FROM (
    SELECT a.id AS account_id, a.unit_id, c.type, sum(p.amount_minor) AS amount_minor
    FROM ledger_account AS a
    INNER JOIN ledger_accountcategory AS c ON c.number = a.category_id AND c.type IN ('income', 'expense')
    INNER JOIN ledger_posting AS p
        ON p.account_id = a.id
        AND p.value_date BETWEEN make_date(%(year)s, 1, 1) AND make_date(%(year)s, 12, 31)
    WHERE a.book_id = %(book)s
    GROUP BY a.id, a.unit_id, c.type
    HAVING sum(p.amount_minor) <> 0
) AS a
INNER JOIN ledger_unit AS u ON u.id = a.unit_id
GROUP BY u.id, u.code, u.exponent
ORDER BY u.code
"""


def months(*, book_id: int) -> list[MonthState]:
    """Return the months in which the book has days, the newest first, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, {"book": book_id})
        return [MonthState(*row) for row in cursor.fetchall()]


def month_close_in_force(*, book_id: int, month: dt.date) -> MonthClose | None:
    """Return the close of the month of a date that was not taken back, hard before soft."""
    return (
        MonthClose.objects.filter(book_id=book_id, month=month_of(month), reopenings__isnull=True)
        .order_by("hardness")
        .first()
    )


def reopenings(*, book_id: int, until: dt.date | None = None) -> list[Reopening]:
    """Return every reopening of a day or month that begins up to a day (None: all), the oldest first.

    Every report shows these: what was closed once and opened again is no secret. DESIGN 3 (periods).
    """
    days = DayReopening.objects.filter(day__book_id=book_id).select_related("day", "maker", "checker")
    closes = MonthReopening.objects.filter(close__book_id=book_id).select_related("close", "maker", "checker")
    if until is not None:
        days = days.filter(day__business_date__lte=until)
        closes = closes.filter(close__month__lte=until)
    found = [_shown(one, one.day.business_date.isoformat()) for one in days]
    found += [_shown(one, f"{one.close.month:%Y-%m}") for one in closes]
    return sorted(found, key=lambda one: one.recorded_at)


def year_results(*, book_id: int, year: int) -> Sequence[YearResult]:
    """Return per unit what the year's income and expense leave by value date, transfers counted.

    Value-dated in the year, whenever booked: so a late correction of a year that was carried to equity shows
    here again. One statement over the accounts of income and expense.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RESULT, {"book": book_id, "year": year})
        rows: list[list[Any]] = [
            [int(one) if isinstance(one, Decimal) else one for one in row] for row in cursor.fetchall()
        ]
    return [YearResult(*row) for row in rows]


def _shown(row: DayReopening | MonthReopening, period: str) -> Reopening:
    return Reopening(
        period=period,
        reason=row.reason,
        maker=row.maker.get_full_name() or row.maker.get_username(),
        checker=row.checker.get_full_name() or row.checker.get_username(),
        recorded_at=row.recorded_at,
        last_position=row.last_position,
    )
