"""Requirement and resource of client money out of the ledger, by currency. Reads only."""

import datetime as dt
from collections import defaultdict

from django.db import connection

from clearing.domain.client_money import ClientMoneyReconciliation, NegativeBalance
from ledger.queries.as_of import point_in_time

# Credit positive. What is pending of sales adds up to nothing: proceeds, costs and unsettled cash.
_CLIENT_MONEY = """
WITH held AS MATERIALIZED (
    SELECT a.address, a.role, u.code AS unit_code, -b.balance_minor AS credit_minor
    FROM ledger_account AS a
    INNER JOIN ledger_unit AS u ON u.id = a.unit_id AND u.kind = 'currency'
    {balances}
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
    point = point_in_time(book_id=book_id, day=business_date)
    with connection.cursor() as cursor:
        cursor.execute(_CLIENT_MONEY.format(balances=point.joins), {**point.arguments, "book_id": book_id})
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
