"""Months of a book whose postings are not at hand."""

import datetime as dt

from django.db import connection

_AWAY = """
SELECT m.month::date
FROM (
    SELECT generate_series(
        date_trunc('month', min(business_date)::timestamp), max(business_date), interval '1 month'
    ) AS month
    FROM ledger_businessday
    WHERE book_id = %(book_id)s
) AS m
WHERE NOT EXISTS (
        SELECT FROM pg_inherits AS i
        INNER JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'ledger_posting'::regclass AND NOT i.inhdetachpending
            AND c.relname = 'ledger_posting_' || to_char(m.month, 'YYYYMM')
    )
    AND EXISTS (
        SELECT FROM ledger_businessday AS d
        WHERE d.book_id = %(book_id)s AND d.business_date >= m.month
            AND d.business_date < m.month + interval '1 month'
    )
ORDER BY m.month
"""


def months_away(*, book_id: int) -> list[dt.date]:
    """The first days of the book's months whose postings are detached, or being detached; oldest first.

    By their absence from the table, not by the record of moves: a month taken away by hand counts too.
    """
    with connection.cursor() as cursor:
        cursor.execute(_AWAY, {"book_id": book_id})
        return [month for (month,) in cursor.fetchall()]
