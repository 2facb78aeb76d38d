"""Which statements a run has to read. Reads only."""

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from custody.models import Statement
from custody.queries.statements import READ_STATES, is_usable


@dataclass(frozen=True, slots=True)
class StatementToRead:
    """A statement that no earlier day's run has read."""

    statement_id: int
    statement_date: dt.date
    sha256: bytes
    finding_codes: tuple[str, ...]
    is_usable: bool


@dataclass(frozen=True, slots=True)
class StatementsToRead:
    """Usable ones that no earlier run has read, one a day; the day's own; all new ones with a finding."""

    unread: tuple[StatementToRead, ...]
    of_day: StatementToRead | None
    marked: tuple[StatementToRead, ...]


# Of several usable statements for a day the first counts, and none where an earlier run has read one; what
# was superseded counts no more. What could not be read is of either kind and is told once, with cash.
_UNREAD = """
SELECT
    s.id, s.statement_date, s.sha256, s.findings::text,
    s.state <> 'unreadable' AND NOT jsonb_path_exists(s.findings, '$[*] ? (@.stops == true)') AS is_usable,
    s.statement_date < %(business_date)s AND EXISTS (
        SELECT
        FROM custody_statement AS o
        INNER JOIN reconciliation_runstatement AS t ON t.statement_id = o.id
        INNER JOIN reconciliation_reconciliationrun AS r ON r.id = t.run_id
        WHERE o.book_id = s.book_id AND o.custodian_id = s.custodian_id AND o.kind = s.kind
            AND o.statement_date = s.statement_date AND r.business_date < %(business_date)s
            AND NOT EXISTS (SELECT FROM custody_statementreplacement AS p WHERE p.replaced_id = o.id)
    ) AS is_day_read
FROM custody_statement AS s
WHERE s.book_id = %(book_id)s AND s.custodian_id = %(custodian_id)s
    AND s.statement_date <= %(business_date)s
    AND (s.kind = %(kind)s OR (%(kind)s = 'cash' AND s.kind = 'unknown'))
    AND NOT EXISTS (
        SELECT
        FROM reconciliation_runstatement AS t
        INNER JOIN reconciliation_reconciliationrun AS r ON r.id = t.run_id
        WHERE t.statement_id = s.id AND r.business_date < %(business_date)s
    )
    AND NOT EXISTS (SELECT FROM custody_statementreplacement AS p WHERE p.replaced_id = s.id)
ORDER BY s.statement_date, s.id
"""


def statements_to_read(
    *, book_id: int, custodian_id: int, kind: str, business_date: dt.date
) -> StatementsToRead:
    """Return what the run of a day reads of one kind of statements; of several for a day the first."""
    with connection.cursor() as cursor:
        cursor.execute(
            _UNREAD,
            {
                "book_id": book_id,
                "custodian_id": custodian_id,
                "kind": kind,
                "business_date": business_date,
            },
        )
        rows = cursor.fetchall()
    first_of_day: dict[dt.date, StatementToRead] = {}
    marked = []
    for statement_id, day, sha256, findings, usable, is_day_read in rows:
        codes = tuple(sorted({finding["code"] for finding in json.loads(findings)}))
        statement = StatementToRead(statement_id, day, bytes(sha256), codes, usable)
        if codes:
            marked.append(statement)
        if usable and not is_day_read:
            first_of_day.setdefault(day, statement)
    return StatementsToRead(
        unread=tuple(first_of_day.values()),
        of_day=first_of_day.get(business_date),
        marked=tuple(marked),
    )


def days_stated(
    *, book_id: int, custodian_id: int, kind: str, days: Collection[dt.date]
) -> dict[dt.date, int]:
    """Return those of the days for which a usable statement is there, and the newest one's number."""
    if not days:
        return {}
    found = Statement.objects.filter(
        book_id=book_id,
        custodian_id=custodian_id,
        kind=kind,
        state__in=READ_STATES,
        statement_date__in=days,
        superseded_by__isnull=True,
    ).order_by("id")
    return {one.statement_date: one.pk for one in found.defer("original") if is_usable(one)}
