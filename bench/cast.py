"""The book that is measured: one custody account that everybody hits, clients with limits, income of many."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from accounts.models import User
from accounts.services.parties import register_party
from accounts.services.staff import register_staff
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.books import UnitDraft, create_book, create_units

FIRST_DAY = dt.date(2006, 1, 2)
BOOK_CODE = "BENCH"


@dataclass(frozen=True, slots=True)
class Cast:
    """Ids of the book's people and accounts. Clients, receivables and incomes are numbered without a gap."""

    book_id: int
    maker_id: int
    checker_id: int
    custody_id: int
    shared_income_id: int
    first_client_id: int
    clients: int
    receivable_ids: tuple[int, ...]
    plain_income_ids: tuple[int, ...]
    hot_income_ids: tuple[int, ...]


class GapInAccounts(Exception):
    """The clients' accounts did not get consecutive ids, on which the generated rows build."""


_OPEN_CLIENTS = """
INSERT INTO ledger_account (
    book_id, address, unit_id, ring, role, category_id, owner_id, contract_code, "limit", is_hot
)
SELECT
    %(book)s, 'client/BENCH/F' || n || '/cash', %(unit)s, 'client', 'entitlement', 2010, %(owner)s, 'F' || n,
    'no_debit_balance', false
FROM generate_series(1, %(clients)s) AS n
"""

_CLIENT_IDS = """
SELECT min(id), max(id) FROM ledger_account WHERE book_id = %(book)s AND role = 'entitlement'
"""


def prepare_cast(*, clients: int, writers: int) -> Cast:
    """Open the book with its accounts, in the database that Django points at.

    `writers` is how many sessions will post at once: each has a receivable and two incomes of its own.
    """
    runner = User.objects.get(username="day-runner")
    checker = register_staff(
        username="bench-checker",
        full_name="Second pair of eyes",
        role="finance",
        password="not a secret of anybody",  # noqa: S106 - in a database that is dropped at the end
        actor_id=runner.id,
        reason="closes the days of the benchmark",
    )
    unit = create_units(drafts=[UnitDraft("USD", "currency", 2, "US dollar")])["USD"]
    book = create_book(code=BOOK_CODE, name="Benchmark", base_unit_code="USD")
    owner = register_party(
        code="BENCHCLIENT",
        kind="client",
        display_name="Client",
        locale="en",
        actor_id=runner.id,
        reason="cast",
    )
    drafts = {
        "custody": AccountDraft("client/custody/BANKA", unit, "client", "custody", 1010, is_hot=True),
        "shared": AccountDraft("house/income/shared", unit, "house", "income", 4010, is_hot=True),
    }
    for number in range(writers):
        drafts[f"receivable {number}"] = AccountDraft(
            f"contract/W{number}/interest-receivable",
            unit,
            "house",
            "interest_receivable",
            1310,
            contract_code=f"W{number}",
            limit="no_credit_balance",
        )
        drafts[f"plain {number}"] = AccountDraft(
            f"house/income/plain/{number}", unit, "house", "income", 4010
        )
        drafts[f"hot {number}"] = AccountDraft(
            f"house/income/hot/{number}", unit, "house", "income", 4010, is_hot=True
        )
    opened = open_accounts(book_id=book.id, drafts=list(drafts.values()))
    ids = {name: opened[draft.address, unit] for name, draft in drafts.items()}
    first = _open_clients(book_id=book.id, unit_id=unit, owner_id=owner.id, clients=clients)
    return Cast(
        book_id=book.id,
        maker_id=runner.id,
        checker_id=checker.id,
        custody_id=ids["custody"],
        shared_income_id=ids["shared"],
        first_client_id=first,
        clients=clients,
        receivable_ids=tuple(ids[f"receivable {number}"] for number in range(writers)),
        plain_income_ids=tuple(ids[f"plain {number}"] for number in range(writers)),
        hot_income_ids=tuple(ids[f"hot {number}"] for number in range(writers)),
    )


def _open_clients(*, book_id: int, unit_id: int, owner_id: int, clients: int) -> int:
    arguments = {"book": book_id, "unit": unit_id, "owner": owner_id, "clients": clients}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_CLIENTS, arguments)
        cursor.execute(_CLIENT_IDS, arguments)
        first, last = cursor.fetchone()
    if last - first + 1 != clients:
        raise GapInAccounts
    return int(first)
