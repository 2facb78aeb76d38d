"""Balances of custody accounts as the ledger has them at the end of a day. Reads only."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from ledger.queries.as_of import point_in_time


@dataclass(frozen=True, slots=True)
class CustodyBalance:
    """One custody account in one unit: the ledger's balance and the custodian's (None: not stated).

    Minor units or quantity, debit positive; the ledger counts what was booked up to the day.
    """

    custody_account_id: int
    external_number: str
    unit_id: int
    unit_code: str
    ledger_minor: int
    external_minor: int | None


_LEDGER = """
WITH tied AS MATERIALIZED (
    SELECT u.ledger_account_id AS account_id, c.id AS custody_account_id, u.unit_id
    FROM custody_custodyaccountunit AS u
    INNER JOIN custody_custodyaccount AS c ON c.id = u.custody_account_id
    INNER JOIN ledger_unit AS n ON n.id = u.unit_id AND n.kind = %(unit_kind)s
    WHERE c.book_id = %(book_id)s AND c.custodian_id = %(custodian_id)s
), ledger AS MATERIALIZED (
    SELECT t.custody_account_id, t.unit_id, b.balance_minor
    FROM tied AS t
    INNER JOIN ledger_account AS a ON a.id = t.account_id
    {{balances}}
), stated AS MATERIALIZED (
    {stated}
)
SELECT c.id, c.external_number, n.id, n.code, coalesce(l.balance_minor, 0), s.balance_minor
FROM ledger AS l
FULL JOIN stated AS s USING (custody_account_id, unit_id)
INNER JOIN custody_custodyaccount AS c ON c.id = custody_account_id
INNER JOIN ledger_unit AS n ON n.id = unit_id
WHERE coalesce(l.balance_minor, 0) <> 0 OR coalesce(s.balance_minor, 0) <> 0
ORDER BY c.external_number, n.code
"""

_CASH = _LEDGER.format(
    stated="""SELECT custody_account_id, unit_id, closing_minor AS balance_minor
    FROM custody_statementbalance WHERE statement_id = %(statement_id)s"""
)
_HOLDINGS = _LEDGER.format(
    stated="""SELECT custody_account_id, unit_id, settled_quantity AS balance_minor
    FROM custody_holdingline WHERE statement_id = %(statement_id)s"""
)


def cash_balances(
    *, book_id: int, custodian_id: int, business_date: dt.date, statement_id: int | None
) -> list[CustodyBalance]:
    """Return every cash balance that is not zero on both sides, by account number and unit.

    Where there is a statement, an account and unit that it leaves out is stated as zero.
    """
    return _balances(_CASH, "currency", book_id, custodian_id, business_date, statement_id)


def holding_balances(
    *, book_id: int, custodian_id: int, business_date: dt.date, statement_id: int | None
) -> list[CustodyBalance]:
    """Return every holding that is not zero on both sides: settled quantity, by account number and unit."""
    return _balances(_HOLDINGS, "security", book_id, custodian_id, business_date, statement_id)


def _balances(
    statement: str,
    unit_kind: str,
    book_id: int,
    custodian_id: int,
    business_date: dt.date,
    statement_id: int | None,
) -> list[CustodyBalance]:
    point = point_in_time(book_id=book_id, day=business_date)
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(balances=point.joins),
            {
                **point.arguments,
                "book_id": book_id,
                "custodian_id": custodian_id,
                "unit_kind": unit_kind,
                "statement_id": statement_id,
            },
        )
        rows = cursor.fetchall()
    none_stated = None if statement_id is None else 0
    return [
        CustodyBalance(account_id, number, unit_id, code, ledger, none_stated if stated is None else stated)
        for account_id, number, unit_id, code, ledger, stated in rows
    ]


_CORRECTED = """
SELECT u.custody_account_id, u.unit_id, sum(p.amount_minor)::bigint
FROM custody_replacementeffect AS f
INNER JOIN ledger_journalentry AS e ON e.id = f.entry_id
INNER JOIN ledger_posting AS p ON p.entry_id = f.entry_id AND p.booking_date = e.booking_date
INNER JOIN custody_custodyaccountunit AS u ON u.ledger_account_id = p.account_id
INNER JOIN custody_custodyaccount AS c ON c.id = u.custody_account_id
WHERE c.book_id = %s AND c.custodian_id = %s AND e.booking_date > %s
GROUP BY 1, 2
"""


def corrected_since(*, book_id: int, custodian_id: int, business_date: dt.date) -> dict[tuple[int, int], int]:
    """Return what corrected statements booked after a day, by custody account and unit, plus is in.

    The statement of the day tells it already; the ledger as of the day does not have it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CORRECTED, [book_id, custodian_id, business_date])
        return {(account_id, unit_id): minor for account_id, unit_id, minor in cursor.fetchall()}
