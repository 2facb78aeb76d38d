"""The book of the accrual: active contracts, each drawn once from one funder, loaded as the migrator.

Only what the accrual reads is loaded: contract, tranche, the accounts of principal, funding and both
interests with their balances, and the drawdown. Rules and references are left out while loading: rows come
from one statement each, and every figure that the service makes of them is compared with the floor's.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from accounts.models import User
from accounts.services.approvals import approve
from accounts.services.parties import register_party
from accounts.services.staff import register_staff
from bench.databases import Connection
from contracts.services.terms import (
    TermsDraft,
    activate_terms,
    create_product,
    propose_activation,
    propose_terms,
)
from custody.services.custodians import register_custodian
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.books import UnitDraft, create_book, create_units
from ledger.services.days import open_business_day

FIRST_DAY = dt.date(2026, 1, 5)
REASON = "book of the benchmark"
_LOADED = (
    "ledger_account",
    "ledger_balance",
    "ledger_journalentry",
    "ledger_posting",
    "ledger_businessday",
    "contracts_financingcontract",
    "contracts_fundingtranche",
)

_REFERENCES = """
SELECT conrelid::regclass::text, conname
FROM pg_constraint
WHERE contype = 'f' AND conparentid = 0
    AND (conrelid = ANY(%(tables)s::regclass[]) AND conrelid <> 'ledger_posting'::regclass)
"""

_ACCOUNTS = """
INSERT INTO ledger_account (
    id, book_id, address, unit_id, ring, role, category_id, owner_id, contract_code, "limit", is_hot
)
SELECT
    %(base)s + 4 * n::bigint + own.place, %(book)s, 'contract/F' || n || '/' || own.name, %(unit)s, own.ring,
    own.role, own.category, own.owner_id, 'F' || n, own.lim, false
FROM generate_series(1, %(contracts)s) AS n
CROSS JOIN LATERAL (
    VALUES
    (0, 'principal', 'principal', 'loan_principal', 1210, NULL::bigint, 'no_credit_balance'),
    (1, 'interest-receivable', 'house', 'interest_receivable', 1310, NULL, 'no_credit_balance'),
    (2, 'funded/FUNDER', 'principal', 'funded_principal', 2220, %(funder)s, 'no_debit_balance'),
    (3, 'interest-payable/FUNDER', 'house', 'funder_interest', 2230, %(funder)s, 'none')
) AS own (place, name, ring, role, category, owner_id, lim)
"""

# The principal of contract n, in minor units: 100,000.00 and up.
_PRINCIPAL = "(10000000 + (n::bigint * 7919 %% 100000000))"

_BALANCES = f"""
INSERT INTO ledger_balance (account_id, balance_minor, "limit", is_hot)
SELECT a.id, CASE a.role WHEN 'loan_principal' THEN p.minor WHEN 'funded_principal' THEN -p.minor ELSE 0 END,
    a."limit", false
FROM ledger_account AS a
CROSS JOIN LATERAL (SELECT (a.id - %(base)s) / 4 AS n) AS number
CROSS JOIN LATERAL (SELECT {_PRINCIPAL} AS minor) AS p
WHERE a.id >= %(base)s + 4
"""

_CONTRACTS = """
INSERT INTO contracts_financingcontract (
    id, book_id, code, client_id, custodian_id, terms_id, unit_id, state, opened_on, cash_account_id,
    unsettled_cash_account_id, principal_account_id, interest_account_id, penalty_account_id, fee_account_id
)
SELECT
    n, %(book)s, 'F' || n, %(client)s, %(custodian)s, (%(terms)s::bigint[])[1 + n %% 2], %(unit)s, 'active',
    %(day)s, %(shared)s, %(shared)s, %(base)s + 4 * n::bigint, %(base)s + 4 * n::bigint + 1, %(shared)s,
    %(shared)s
FROM generate_series(1, %(contracts)s) AS n
"""

_TRANCHES = """
INSERT INTO contracts_fundingtranche (
    contract_id, ordinal, funder_id, share_ppm, rate_ppm, seniority, source, funded_account_id,
    interest_account_id, available_account_id
)
SELECT
    n, 1, %(funder)s, 1000000, 55000, 1, 'third_party', %(base)s + 4 * n::bigint + 2,
    %(base)s + 4 * n::bigint + 3, %(shared)s
FROM generate_series(1, %(contracts)s) AS n
"""

_DRAWDOWN = f"""
WITH entry AS (
    INSERT INTO ledger_journalentry (
        book_id, kind_id, booking_date, value_date, narration, source_reference, caller, idempotency_key,
        payload_hash, posting_count, maker_id
    )
    SELECT
        %(book)s, 'drawdown', %(day)s, %(day)s, 'Drawdown', 'bench:load', 'bench', 'load', '',
        %(contracts)s * 2, %(maker)s
    RETURNING id
)
INSERT INTO ledger_posting (
    entry_id, account_id, amount_minor, posting_no, unit_id, book_id, booking_date, value_date
)
SELECT
    entry.id, %(base)s + 4 * n::bigint + leg.place, leg.way * {_PRINCIPAL}, 2 * n - leg.odd, %(unit)s,
    %(book)s, %(day)s, %(day)s
FROM entry
CROSS JOIN generate_series(1, %(contracts)s) AS n
CROSS JOIN (VALUES (0, 1, 1), (2, -1, 0)) AS leg (place, way, odd)
"""


@dataclass(frozen=True, slots=True)
class AccrualBook:
    """The book that is measured, and its days."""

    book_id: int
    maker_id: int
    unit_id: int
    spread_id: int
    contracts: int

    def open_day(self, *, owner: Connection, day: dt.date) -> None:
        """Open the next day; the one before is closed without its snapshots, which are not measured here."""
        with _unchecked(owner):
            owner.execute("UPDATE ledger_businessday SET status = 'closed' WHERE status <> 'closed'")
        open_business_day(book_id=self.book_id, business_date=day, maker_id=self.maker_id)


@contextmanager
def _unchecked(owner: Connection) -> Iterator[None]:
    """The owner's own triggers are off meanwhile."""
    for way in ("DISABLE", "ENABLE"):
        for table in _LOADED:
            owner.execute(
                sql.SQL("ALTER TABLE {} {} TRIGGER USER").format(sql.Identifier(table), sql.SQL(way))
            )
        if way == "DISABLE":
            yield


def load_accrual_book(*, owner: Connection, contracts: int) -> AccrualBook:
    """Load a book with that many active contracts into the database that Django points at."""
    runner = User.objects.get(username="day-runner")
    checker = register_staff(
        username="bench-checker",
        full_name="Second pair of eyes",
        role="risk",
        password=None,
        actor_id=runner.id,
        reason=REASON,
    )
    unit = create_units(drafts=[UnitDraft("USD", "currency", 2, "US dollar")])["USD"]
    book = create_book(code="BENCH", name="Benchmark", base_unit_code="USD")
    who: dict[str, Any] = {"actor_id": runner.id, "reason": REASON}
    parties = {
        kind: register_party(code=kind.upper(), kind=kind, display_name=kind.title(), locale="en", **who).id
        for kind in ("client", "funder", "custodian")
    }
    bank = register_custodian(code="BANKA", name="Bank A", party_id=parties["custodian"], **who)
    terms = []
    for day_count in ("ACT_365F", "ACT_360"):
        product = create_product(code=day_count.replace("_", "-"), name=day_count, **who)
        draft = propose_terms(
            product_id=product.id,
            unit_id=unit,
            draft=TermsDraft(client_rate_ppm=65_000, calendar_code="XNYS", day_count=day_count),
        )
        approval = propose_activation(terms_id=draft.id, maker_id=runner.id)
        approve(approval_id=approval.id, checker_id=checker.id)
        terms.append(activate_terms(terms_id=draft.id, approval_id=approval.id).id)
    opened = open_accounts(
        book_id=book.id,
        drafts=[
            AccountDraft("house/income/spread", unit, "house", "income", 4010, is_hot=True),
            AccountDraft(
                "funder/FUNDER/available", unit, "funder", "funder_available", 2210, parties["funder"]
            ),
        ],
    )
    open_business_day(book_id=book.id, business_date=FIRST_DAY, maker_id=runner.id)
    shared = opened["funder/FUNDER/available", unit]
    arguments = {
        "base": max(opened.values()) + 1000,
        "book": book.id,
        "unit": unit,
        "client": parties["client"],
        "funder": parties["funder"],
        "custodian": bank.id,
        "terms": terms,
        "shared": shared,
        "maker": runner.id,
        "day": FIRST_DAY,
        "contracts": contracts,
    }
    _load(owner, arguments)
    return AccrualBook(book.id, runner.id, unit, opened["house/income/spread", unit], contracts)


def _load(owner: Connection, arguments: dict[str, object]) -> None:
    for table, name in owner.execute(_REFERENCES, {"tables": list(_LOADED)}).fetchall():
        owner.execute(
            sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                sql.Identifier(str(table)), sql.Identifier(str(name))
            )
        )
    with _unchecked(owner):
        for statement in (_ACCOUNTS, _BALANCES, _CONTRACTS, _TRANCHES, _DRAWDOWN):
            owner.execute(statement.encode(), arguments)
    owner.execute("ALTER TABLE contracts_financingcontract ALTER id RESTART WITH 1000000000")
    owner.execute("VACUUM (ANALYZE)")
