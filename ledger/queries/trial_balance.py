"""The trial balance: what every category holds, per unit and ring, as of any day on either axis of time."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import connection

from ledger.domain.axes import Axis
from ledger.queries.as_of import point_in_time


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
class TrialBalanceAccount:
    """One account behind a line of the trial balance. Signed minor units, debit positive."""

    account_id: int
    address: str
    balance_minor: int


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


_LINES = """
SELECT
    u.code, u.exponent, a.ring, c.number, c.name, c.type, count(*),
    sum(greatest(b.balance_minor, 0)), sum(greatest(-b.balance_minor, 0))
FROM ledger_account AS a
{balances}
INNER JOIN ledger_unit AS u ON u.id = a.unit_id
INNER JOIN ledger_accountcategory AS c ON c.number = a.category_id
WHERE a.book_id = %(book_id)s AND b.balance_minor <> 0 {only_unit}
GROUP BY u.kind, u.code, u.exponent, a.ring, c.number, c.name, c.type
ORDER BY u.kind, u.code, array_position(%(rings)s::text[], a.ring::text), c.number
"""

_ACCOUNTS = """
SELECT a.id, a.address, b.balance_minor
FROM ledger_account AS a
{balances}
WHERE a.book_id = %(book_id)s AND a.unit_id = %(unit_id)s AND a.ring = %(ring)s
    AND a.category_id = %(category_number)s AND a.address > %(after)s AND b.balance_minor <> 0
ORDER BY a.address
LIMIT %(size)s
"""

RINGS = ("client", "funder", "reserve", "principal", "house")


def trial_balance(
    *,
    book_id: int,
    business_date: dt.date | None = None,
    unit_code: str = "",
    axis: Axis = Axis.BOOKING,
    known_at: dt.date | None = None,
) -> list[TrialBalanceSection]:
    """Return the sections of the trial balance, currencies first, then securities; without accounts at zero.

    At the end of `business_date`, closed, open or to come (None: of everything), by booking or value date;
    with `known_at` of what was booked up to the close of that day. `unit_code` empty: every unit. A probe for
    each account and the postings of the open day, whatever the history.
    """
    point = point_in_time(book_id=book_id, day=business_date or dt.date.max, axis=axis, known_at=known_at)
    # Nothing of a caller's is put into the text: only constants, and a condition.
    statement = _LINES.format(
        balances=point.joins, only_unit="AND u.code = %(unit_code)s" if unit_code else ""
    )
    arguments: dict[str, Any] = {
        **point.arguments,
        "book_id": book_id,
        "unit_code": unit_code,
        "rings": list(RINGS),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        # Sums are numeric: over many accounts they may be more than one account can hold.
        rows: list[list[Any]] = [
            [int(one) if isinstance(one, Decimal) else one for one in row] for row in cursor.fetchall()
        ]
    lines = [TrialBalanceLine(*row) for row in rows]
    return [
        TrialBalanceSection(unit, exponent, ring, tuple(group))
        for (unit, exponent, ring), group in groupby(
            lines, key=lambda line: (line.unit_code, line.unit_exponent, line.ring)
        )
    ]


def trial_balance_accounts(
    *,
    book_id: int,
    unit_id: int,
    ring: str,
    category_number: int,
    business_date: dt.date | None = None,
    axis: Axis = Axis.BOOKING,
    known_at: dt.date | None = None,
    after: str = "",
    size: int = 200,
) -> list[TrialBalanceAccount]:
    """Return the accounts behind a line by address, at most `size` after an address, none that is at zero.

    The time is given as to `trial_balance`.
    """
    point = point_in_time(book_id=book_id, day=business_date or dt.date.max, axis=axis, known_at=known_at)
    arguments: dict[str, Any] = {
        **point.arguments,
        "book_id": book_id,
        "unit_id": unit_id,
        "ring": ring,
        "category_number": category_number,
        "after": after,
        "size": size,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNTS.format(balances=point.joins), arguments)
        return [
            TrialBalanceAccount(account_id, address, int(balance_minor))
            for account_id, address, balance_minor in cursor.fetchall()
        ]
