"""The trial balance: what every category holds, per unit and ring, now or at the close of a day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db import connection


@dataclass(frozen=True, slots=True)
class TrialBalanceLine:
    """One category in one unit and ring. Both sides positive, in the unit's minor part."""

    unit_code: str
    unit_exponent: int
    ring: str
    category_number: int
    category_name: str
    category_type: str
    accounts: int
    debit_minor: int
    """The sum of the accounts that stand in debit."""
    credit_minor: int
    """The sum of the accounts that stand in credit."""


@dataclass(frozen=True, slots=True)
class TrialBalanceSection:
    """The lines of one unit and ring, which must balance by themselves."""

    unit_code: str
    unit_exponent: int
    ring: str
    lines: Sequence[TrialBalanceLine]

    @property
    def debit_minor(self) -> int:
        return sum(line.debit_minor for line in self.lines)

    @property
    def credit_minor(self) -> int:
        return sum(line.credit_minor for line in self.lines)

    @property
    def is_balanced(self) -> bool:
        return self.debit_minor == self.credit_minor


_NOW = "SELECT account_id, balance_minor FROM ledger_currentbalance"

_AT_CLOSE = """
    SELECT DISTINCT ON (account_id) account_id, balance_minor
    FROM ledger_dailysnapshot
    WHERE book_id = %(book_id)s AND business_date <= %(business_date)s
    ORDER BY account_id, business_date DESC
"""

_LINES = """
SELECT
    u.code, u.exponent, a.ring, c.number, c.name, c.type, count(*),
    sum(greatest(b.balance_minor, 0))::bigint, sum(greatest(-b.balance_minor, 0))::bigint
FROM ({balances}) AS b
INNER JOIN ledger_account AS a ON a.id = b.account_id
INNER JOIN ledger_unit AS u ON u.id = a.unit_id
INNER JOIN ledger_accountcategory AS c ON c.number = a.category_id
WHERE a.book_id = %(book_id)s AND b.balance_minor <> 0 {only_unit}
GROUP BY u.kind, u.code, u.exponent, a.ring, c.number, c.name, c.type
ORDER BY u.kind, u.code, array_position(%(rings)s::text[], a.ring::text), c.number
"""

RINGS = ("client", "funder", "reserve", "principal", "house")


def trial_balance(
    *, book_id: int, business_date: dt.date | None = None, unit_code: str = ""
) -> list[TrialBalanceSection]:
    """Return the sections of the trial balance, currencies first, then securities; without accounts at zero.

    `business_date` is a closed day; None takes the running balances. `unit_code` empty: every unit. One
    statement.
    """
    # Nothing of a caller's is put into the text: only one of two constants, and a condition.
    statement = _LINES.format(
        balances=_NOW if business_date is None else _AT_CLOSE,
        only_unit="AND u.code = %(unit_code)s" if unit_code else "",
    )
    arguments = {
        "book_id": book_id,
        "business_date": business_date,
        "unit_code": unit_code,
        "rings": list(RINGS),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        lines = [TrialBalanceLine(*row) for row in cursor.fetchall()]
    return [
        TrialBalanceSection(unit, exponent, ring, tuple(group))
        for (unit, exponent, ring), group in groupby(
            lines, key=lambda line: (line.unit_code, line.unit_exponent, line.ring)
        )
    ]
