"""Breaks and their age in business days. Reads only."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from clearing.reconciliation.models import BreakStatus, ReconciliationBreak

AGE_BUCKETS: tuple[tuple[str, int], ...] = (("0-1", 1), ("2-5", 5), ("6-10", 10), ("11-30", 30))
"""Label and last age of each bucket, in business days; older ones are in the last, open bucket."""

OLDEST_BUCKET = "31+"


@dataclass(frozen=True, slots=True)
class AgedBreak:
    """An open break with its age: business days of the book since the day it was first seen."""

    break_id: int
    kind: str
    age_days: int
    difference_minor: int
    unit_code: str

    @property
    def bucket(self) -> str:
        return bucket_of(self.age_days)


def bucket_of(age_days: int) -> str:
    """Return the label of the bucket of an age in business days."""
    return next((label for label, last in AGE_BUCKETS if age_days <= last), OLDEST_BUCKET)


def open_breaks(*, book_id: int) -> QuerySet[ReconciliationBreak]:
    """Return the breaks that are not closed, the oldest first."""
    return (
        ReconciliationBreak.objects.filter(book_id=book_id)
        .exclude(status=BreakStatus.CLOSED)
        .select_related("custodian", "custody_account", "unit", "owner")
        .order_by("first_seen_on", "id")
    )


_AGES = """
SELECT b.id, b.kind, count(d.id), b.difference_minor, coalesce(n.code, '')
FROM reconciliation_reconciliationbreak AS b
LEFT JOIN ledger_businessday AS d
    ON d.book_id = b.book_id AND d.business_date > b.first_seen_on AND d.business_date <= %(as_of)s
LEFT JOIN ledger_unit AS n ON n.id = b.unit_id
WHERE b.book_id = %(book_id)s AND b.status <> 'closed' AND b.first_seen_on <= %(as_of)s
GROUP BY b.id, n.code
ORDER BY count(d.id) DESC, b.id
"""


def aged_breaks(*, book_id: int, as_of: dt.date) -> Sequence[AgedBreak]:
    """Return the open breaks with their age as of a business date, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_AGES, {"book_id": book_id, "as_of": as_of})
        return [AgedBreak(*row) for row in cursor.fetchall()]
