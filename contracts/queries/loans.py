"""What a book has lent and what capital stands behind it, for caps on all its lending together."""

from dataclasses import dataclass

from django.db import connection

_SUMS = """
SELECT
    coalesce(sum(b.balance_minor) FILTER (WHERE a.role = 'loan_principal'), 0),
    coalesce(
        -sum(b.balance_minor) FILTER (WHERE a.ring = 'house' AND c.type IN ('equity', 'income', 'expense')), 0
    )
FROM ledger_account AS a
INNER JOIN ledger_accountcategory AS c ON c.number = a.category_id
INNER JOIN ledger_currentbalance AS b ON b.account_id = a.id
WHERE a.book_id = %s AND a.unit_id = %s
"""


@dataclass(frozen=True, slots=True)
class LoansAndCapital:
    """Principal outstanding on all contracts, and the house's equity with the year's result."""

    loans_minor: int
    capital_minor: int


def loans_and_capital(*, book_id: int, unit_id: int) -> LoansAndCapital:
    """Return both of one currency of a book, in minor units, as the books stand."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [book_id, unit_id])
        loans, capital = cursor.fetchone() or (0, 0)
    return LoansAndCapital(int(loans), int(capital))
