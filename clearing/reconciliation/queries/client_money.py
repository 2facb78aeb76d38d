"""Requirement and resource of client money out of the ledger, by currency. Reads only."""

import datetime as dt
from collections import defaultdict

from django.db import connection

from clearing.domain.client_money import ClientMoneyReconciliation, NegativeBalance
from ledger.models import BusinessDay

# On the book's last day the running balance is the balance of the day; before it, snapshot and tail.
_RUNNING = "LEFT JOIN ledger_currentbalance AS c ON c.account_id = a.id"
_AS_OF = """
LEFT JOIN LATERAL (
    SELECT coalesce(s.balance_minor, 0) + coalesce(p.moved_minor, 0) AS balance_minor
    FROM (SELECT 1) AS one
    LEFT JOIN LATERAL (
        SELECT d.balance_minor, d.business_date
        FROM ledger_dailysnapshot AS d
        WHERE d.account_id = a.id AND d.business_date <= %(business_date)s
        ORDER BY d.business_date DESC
        LIMIT 1
    ) AS s ON true
    LEFT JOIN LATERAL (
        SELECT sum(p.amount_minor)::bigint AS moved_minor
        FROM ledger_posting AS p
        WHERE p.account_id = a.id AND p.booking_date <= %(business_date)s
            AND p.booking_date > coalesce(s.business_date, '-infinity'::date)
    ) AS p ON true
) AS c ON true"""

# Credit positive. What is pending of sales adds up to nothing: proceeds, costs and unsettled cash.
_CLIENT_MONEY = """
WITH held AS MATERIALIZED (
    SELECT a.address, a.role, u.code AS unit_code, -coalesce(c.balance_minor, 0) AS credit_minor
    FROM ledger_account AS a
    INNER JOIN ledger_unit AS u ON u.id = a.unit_id AND u.kind = 'currency'
    {balance}
    WHERE a.book_id = %(book_id)s AND a.ring = 'client'
)
SELECT
    h.unit_code,
    CASE
        WHEN h.role = 'entitlement' AND h.credit_minor < 0 THEN 'negative'
        WHEN h.role IN ('entitlement', 'unallocated', 'prudent_segregation') THEN h.role
        WHEN h.role IN ('custody', 'transit', 'payments') THEN 'resource'
        WHEN h.role IN ('due_from_house', 'cover') THEN 'aside'
        ELSE 'obligations'
    END AS part,
    CASE WHEN h.role = 'entitlement' AND h.credit_minor < 0 THEN h.address ELSE '' END AS account,
    sum(h.credit_minor)::bigint
FROM held AS h
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
"""


def client_money(*, book_id: int, business_date: dt.date) -> dict[str, ClientMoneyReconciliation]:
    """Return the internal reconciliation of the book's client money by currency code, at the end of a day.

    Resource is the money at banks, on its way between rings included; what the house owes clients is none.
    Source: DESIGN 8, run 1.
    """
    is_past = BusinessDay.objects.filter(book_id=book_id, business_date__gt=business_date).exists()
    statement = _CLIENT_MONEY.format(balance=_AS_OF if is_past else _RUNNING)
    with connection.cursor() as cursor:
        cursor.execute(statement, {"book_id": book_id, "business_date": business_date})
        rows = cursor.fetchall()
    sums: dict[str, dict[str, int]] = defaultdict(dict)
    negative: dict[str, list[NegativeBalance]] = defaultdict(list)
    for unit_code, part, account, credit_minor in rows:
        if part == "negative":
            negative[unit_code].append(NegativeBalance(account=account, balance_minor=credit_minor))
        sums[unit_code][part] = sums[unit_code].get(part, 0) + credit_minor
    return {
        unit_code: ClientMoneyReconciliation(
            positive_minor=parts.get("entitlement", 0),
            negative=tuple(negative[unit_code]),
            unallocated_minor=parts.get("unallocated", 0),
            prudent_segregation_minor=parts.get("prudent_segregation", 0),
            obligations_minor=parts.get("obligations", 0),
            resource_minor=-parts.get("resource", 0),
        )
        for unit_code, parts in sums.items()
    }
