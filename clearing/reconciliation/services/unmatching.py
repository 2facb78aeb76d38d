"""Unmake matches whose statement was superseded: by further rows, which free both sides."""

import datetime as dt

from django.db import connection, transaction

_UNMATCH = """
INSERT INTO reconciliation_unmatch (match_id, replacement_id, unmatched_on, maker_id)
SELECT DISTINCT a.match_id, r.id, %(unmatched_on)s::date, %(maker_id)s::int
FROM custody_statementreplacement AS r
INNER JOIN custody_statemententry AS l ON l.statement_id = r.replaced_id
INNER JOIN reconciliation_matchallocation AS a ON a.statement_entry_id = l.id
WHERE r.id = %(replacement_id)s
    AND NOT EXISTS (SELECT FROM reconciliation_unmatch AS u WHERE u.match_id = a.match_id)
ORDER BY a.match_id
"""


def unmatch_superseded(*, replacement_id: int, unmatched_on: dt.date, maker_id: int) -> int:
    """Unmake every match with a line of the superseded statement, by one statement; return how many.

    Requires the transaction in which the corrected statement took its place. Matches and allocations stay as
    they are; nothing is updated or deleted. Breaks that they closed stay closed: what is open again is found
    by reconciling anew.

    Source: DESIGN 8 (unmatch is a reversing row).
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _UNMATCH, {"replacement_id": replacement_id, "unmatched_on": unmatched_on, "maker_id": maker_id}
        )
        return int(cursor.rowcount)
