"""Contracts in default whose debts nobody works on: what waits for a person, and for how long."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection

_WAITING = """
SELECT c.id, c.code, p.display_name, since.day, owed.amount_minor, u.code, u.exponent
FROM contracts_financingcontract AS c
INNER JOIN accounts_party AS p ON p.id = c.client_id
INNER JOIN ledger_unit AS u ON u.id = c.unit_id
LEFT JOIN contracts_amended_terms(%(date)s) AS amended ON amended.contract_id = c.id
INNER JOIN contracts_termsversion AS t ON t.id = coalesce(amended.terms_id, c.terms_id)
CROSS JOIN LATERAL (
    SELECT sum(b.balance_minor)::bigint AS amount_minor
    FROM ledger_currentbalance AS b
    WHERE b.account_id IN (
        c.principal_account_id, c.interest_account_id, c.penalty_account_id, c.fee_account_id
    )
) AS owed
-- In default from the day after the grace at its maturity.
CROSS JOIN LATERAL (SELECT c.matures_on + t.maturity_grace_days + 1 AS day) AS since
WHERE c.book_id = %(book_id)s AND c.state = 'defaulted' AND owed.amount_minor > 0
ORDER BY since.day, c.id
"""


@dataclass(frozen=True, slots=True)
class WaitingDefault:
    """A contract in default that still owes; minor units of its currency."""

    contract_id: int
    contract_code: str
    client_name: str
    since: dt.date | None
    owed_minor: int
    unit_code: str
    exponent: int

    def age_days(self, on: dt.date) -> int:
        """Return for how many days it has waited."""
        return 0 if self.since is None else (on - self.since).days


def waiting_defaults(*, book_id: int, on: dt.date) -> list[WaitingDefault]:
    """Return the contracts in default at their maturity that still owe, the oldest first.

    Above their liquidation line nothing is sold of itself: a person has the client pay, or repays from cash.
    Those below it are liquidated without a call, and stand here until that is done. Source: decision 44.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"book_id": book_id, "date": on})
        return [WaitingDefault(*row) for row in cursor.fetchall()]
