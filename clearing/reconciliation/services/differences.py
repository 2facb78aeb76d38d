"""Keep the open breaks of a kind as a run finds them: open the new, restate the changed, close the gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from clearing.reconciliation.services.runs import RunPlace, Scope


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference as found today; `subject` tells it from all others of the book."""

    subject: str
    custody_account_id: int | None = None
    unit_id: int | None = None
    statement_id: int | None = None
    ledger_minor: int = 0
    external_minor: int = 0
    cause: str = ""


@dataclass(frozen=True, slots=True)
class BreakChanges:
    opened: int
    closed: int

    def __add__(self, other: "BreakChanges") -> "BreakChanges":
        return BreakChanges(self.opened + other.opened, self.closed + other.closed)


_SYNC = """
WITH found AS MATERIALIZED (
    SELECT * FROM unnest(
        %(subject)s::text[], %(custody_account_id)s::bigint[], %(unit_id)s::int[], %(statement_id)s::bigint[],
        %(ledger_minor)s::bigint[], %(external_minor)s::bigint[], %(cause)s::text[]
    ) AS f(
        subject, custody_account_id, unit_id, statement_id, ledger_minor, external_minor, cause
    )
), settled AS (
    UPDATE reconciliation_reconciliationbreak AS b
    SET
        status = 'closed', closed_on = %(business_date)s, closing_run_id = %(run_id)s,
        cause = CASE WHEN b.cause = '' THEN 'no longer found' ELSE b.cause END
    WHERE b.book_id = %(book_id)s AND b.kind = %(kind)s AND b.status <> 'closed'
        AND starts_with(b.subject, %(prefix)s)
        AND NOT EXISTS (SELECT FROM found AS f WHERE f.subject = b.subject)
    RETURNING b.id
), restated AS (
    UPDATE reconciliation_reconciliationbreak AS b
    SET
        ledger_minor = f.ledger_minor, external_minor = f.external_minor,
        difference_minor = f.ledger_minor - f.external_minor
    FROM found AS f
    WHERE b.book_id = %(book_id)s AND b.kind = %(kind)s AND b.status <> 'closed' AND b.subject = f.subject
        AND (b.ledger_minor, b.external_minor) <> (f.ledger_minor, f.external_minor)
), opened AS (
    INSERT INTO reconciliation_reconciliationbreak (
        book_id, kind, subject, custodian_id, custody_account_id, unit_id, statement_id, ledger_minor,
        external_minor, difference_minor, first_seen_on, first_run_id, status, cause
    )
    SELECT
        %(book_id)s, %(kind)s, f.subject, %(custodian_id)s, f.custody_account_id, f.unit_id, f.statement_id,
        f.ledger_minor, f.external_minor, f.ledger_minor - f.external_minor, %(business_date)s, %(run_id)s,
        'open', f.cause
    FROM found AS f
    ORDER BY f.subject
    ON CONFLICT (book_id, subject) WHERE status <> 'closed' DO NOTHING
    RETURNING id
)
SELECT (SELECT count(*) FROM opened), (SELECT count(*) FROM settled)
"""


def sync_differences(
    *, scope: Scope, place: RunPlace, kind: str, prefix: str, differences: Sequence[Difference]
) -> BreakChanges:
    """Make the open breaks of `kind` whose subject starts with `prefix` exactly the differences given.

    Requires the caller's `acting()` block: history is written. First-seen dates stay. One statement.
    """
    arguments: dict[str, Any] = {
        column: [getattr(difference, column) for difference in differences] for column in Difference.__slots__
    }
    arguments |= {
        "book_id": scope.book_id,
        "custodian_id": scope.custodian_id,
        "business_date": scope.business_date,
        "run_id": place.run_id,
        "kind": kind,
        "prefix": prefix,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SYNC, arguments)
        opened, closed = cursor.fetchone()
    return BreakChanges(opened, closed)
