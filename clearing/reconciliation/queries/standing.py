"""What stands open before a run has judged the day: one look at a custodian's breaks. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from clearing.reconciliation.models import BreakKind


@dataclass(frozen=True, slots=True)
class Standing:
    """The open breaks of a custodian, by kind, and what is unmatched by custody account and unit."""

    count_of_kind: Mapping[str, int]
    unmatched: Mapping[tuple[int, int], tuple[int, int]]
    """(custody account, unit) -> unmatched in the ledger and at the custodian, minor units."""

    def has(self, *kinds: str) -> bool:
        """Return whether a break of one of these kinds is open."""
        return any(self.count_of_kind.get(kind) for kind in kinds)


_STANDING = """
SELECT b.kind, b.custody_account_id, b.unit_id, count(*), sum(b.ledger_minor), sum(b.external_minor)
FROM reconciliation_reconciliationbreak AS b
WHERE b.book_id = %s AND b.custodian_id = %s AND b.status <> 'closed'
    AND (b.kind NOT IN ('statement_missing', 'statement_marked') OR split_part(b.subject, '/', 2) = %s)
GROUP BY 1, 2, 3
"""


def standing_breaks(*, book_id: int, custodian_id: int, run_kind: str) -> Standing:
    """Return what is open with a custodian; breaks about statements only of the run's kind."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [book_id, custodian_id, run_kind])
        rows = cursor.fetchall()
    count_of_kind: dict[str, int] = {}
    unmatched: dict[tuple[int, int], tuple[int, int]] = {}
    for kind, account_id, unit_id, count, ledger_minor, external_minor in rows:
        count_of_kind[kind] = count_of_kind.get(kind, 0) + count
        if kind in (BreakKind.LEDGER_UNMATCHED, BreakKind.EXTERNAL_UNMATCHED):
            before = unmatched.get((account_id, unit_id), (0, 0))
            unmatched[account_id, unit_id] = (before[0] + int(ledger_minor), before[1] + int(external_minor))
    return Standing(count_of_kind, unmatched)
