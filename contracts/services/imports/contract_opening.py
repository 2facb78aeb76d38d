"""Open what an import has staged: accounts, contracts and tranches, each by one statement a chunk.

What is written to the ledger and to contracts comes from the staging table alone: the joins are done before,
by hash, so that no plan depends on statistics that nobody has.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection

from contracts.queries.balances import HOUSE
from contracts.services.contracts import house_drafts
from contracts.services.imports.contract_file import count_contracts, joining_by_hash
from ledger.services.accounts import AccountDraft, open_accounts

CHUNK = 10_000
"""Contracts opened by one set of statements; between two the progress is told."""

_HOUSE = """
-- Capitalised spread becomes principal of the house: it has a tranche of every contract.
INSERT INTO contracts_importstage (
    line_no, contract, client, custodian, product, version, opened_on, matures_on, source, funder, share_ppm,
    rate_ppm, seniority, contract_no, ordinal, unit_id
)
SELECT
    -s.contract_no, s.contract, '', '', '', 0, min(s.opened_on), NULL, 'own', '', 0, 0, 1, s.contract_no,
    max(s.ordinal) + 1, min(s.unit_id)
FROM contracts_importstage AS s
GROUP BY s.contract, s.contract_no
HAVING bool_and(s.funder <> '')
"""
_FUNDERS = """
SELECT DISTINCT funder, funder_id, unit_id FROM contracts_importstage WHERE funder <> '' ORDER BY 1, 3
"""
_UNITS = "SELECT DISTINCT unit_id FROM contracts_importstage ORDER BY 1"
_ACCOUNTS = """
WITH opened AS (
INSERT INTO ledger_account (
    book_id, address, unit_id, ring, role, category_id, owner_id, contract_code, "limit", is_hot
)
SELECT %(book_id)s, a.address, s.unit_id, a.ring, a.role, a.category, a.owner_id, s.contract, a.most, false
FROM contracts_importstage AS s
CROSS JOIN LATERAL (
    VALUES
    (
        'client/' || s.client || '/' || s.contract || '/cash', 'client', 'entitlement', 2010, s.client_id,
        'no_debit_balance', 'contract'
    ),
    (
        'client/' || s.client || '/' || s.contract || '/cash/unsettled', 'client', 'unsettled', 2030,
        s.client_id, 'none', 'contract'
    ),
    (
        'contract/' || s.contract || '/principal', 'principal', 'loan_principal', 1210, NULL,
        'no_credit_balance', 'contract'
    ),
    (
        'contract/' || s.contract || '/interest-receivable', 'house', 'interest_receivable', 1310, NULL,
        'no_credit_balance', 'contract'
    ),
    (
        'contract/' || s.contract || '/penalty-receivable', 'house', 'penalty_receivable', 1320, NULL,
        'no_credit_balance', 'contract'
    ),
    (
        'contract/' || s.contract || '/fee-receivable', 'house', 'fee_receivable', 1330, NULL,
        'no_credit_balance', 'contract'
    ),
    (
        'contract/' || s.contract || '/funded/' || coalesce(nullif(s.funder, ''), %(house)s), 'principal',
        'funded_principal', 2220, s.funder_id, 'no_debit_balance', 'tranche'
    ),
    (
        'contract/' || s.contract || '/interest-payable/' || s.funder, 'house', 'funder_interest', 2230,
        s.funder_id, 'none', 'funder'
    )
) AS a (address, ring, role, category, owner_id, most, of)
WHERE s.contract_no BETWEEN %(first)s AND %(last)s
    AND CASE a.of WHEN 'contract' THEN s.ordinal = 1 WHEN 'funder' THEN s.funder <> '' ELSE true END
RETURNING id, contract_code, role, owner_id
)
INSERT INTO contracts_importmade (id, contract, role, owner_id)
SELECT id, contract_code, role, owner_id FROM opened
"""
_FIND_ACCOUNTS = """
UPDATE contracts_importstage AS s
SET cash_id = own.cash, unsettled_id = own.unsettled, principal_id = own.principal,
    interest_id = own.interest, penalty_id = own.penalty, fee_id = own.fee, funded_id = funded.id,
    payable_id = payable.id, available_id = available.id
FROM contracts_importstage AS n
INNER JOIN (
    SELECT
        contract,
        min(id) FILTER (WHERE role = 'entitlement') AS cash,
        min(id) FILTER (WHERE role = 'unsettled') AS unsettled,
        min(id) FILTER (WHERE role = 'loan_principal') AS principal,
        min(id) FILTER (WHERE role = 'interest_receivable') AS interest,
        min(id) FILTER (WHERE role = 'penalty_receivable') AS penalty,
        min(id) FILTER (WHERE role = 'fee_receivable') AS fee
    FROM contracts_importmade
    GROUP BY contract
) AS own ON own.contract = n.contract
INNER JOIN contracts_importmade AS funded
    ON funded.contract = n.contract AND funded.role = 'funded_principal'
        AND coalesce(funded.owner_id, 0) = coalesce(n.funder_id, 0)
LEFT JOIN contracts_importmade AS payable
    ON payable.contract = n.contract AND payable.role = 'funder_interest' AND payable.owner_id = n.funder_id
LEFT JOIN unnest(%(funder_ids)s::bigint[], %(unit_ids)s::bigint[], %(available_ids)s::bigint[])
    AS available (funder_id, unit_id, id)
    ON available.funder_id = n.funder_id AND available.unit_id = n.unit_id
WHERE s.line_no = n.line_no AND n.contract_no BETWEEN %(first)s AND %(last)s
"""
_CONTRACTS = """
WITH opened AS (
INSERT INTO contracts_financingcontract (
    book_id, code, client_id, custodian_id, terms_id, unit_id, state, opened_on, matures_on, cash_account_id,
    unsettled_cash_account_id, principal_account_id, interest_account_id, penalty_account_id, fee_account_id
)
SELECT
    %(book_id)s, s.contract, s.client_id, s.custodian_id, s.terms_id, s.unit_id, 'draft', s.opened_on,
    s.matures_on, s.cash_id, s.unsettled_id, s.principal_id, s.interest_id, s.penalty_id, s.fee_id
FROM contracts_importstage AS s
WHERE s.contract_no BETWEEN %(first)s AND %(last)s AND s.ordinal = 1
ORDER BY s.contract_no
RETURNING id, code
)
INSERT INTO contracts_importmade (id, contract, role)
SELECT id, code, 'contract' FROM opened
"""
_FIND_CONTRACTS = """
UPDATE contracts_importstage AS s
SET contract_id = made.id
FROM contracts_importmade AS made
WHERE made.contract = s.contract AND made.role = 'contract'
    AND s.contract_no BETWEEN %(first)s AND %(last)s
"""
_TRANCHES = """
INSERT INTO contracts_fundingtranche (
    contract_id, ordinal, funder_id, share_ppm, rate_ppm, seniority, source, funded_account_id,
    interest_account_id, available_account_id
)
SELECT
    s.contract_id, s.ordinal, s.funder_id, s.share_ppm, s.rate_ppm, s.seniority, s.source, s.funded_id,
    s.payable_id, s.available_id
FROM contracts_importstage AS s
WHERE s.contract_no BETWEEN %(first)s AND %(last)s
ORDER BY s.contract_id, s.ordinal
"""
_FORGET = "DELETE FROM contracts_importmade"
_SETTLE = "SET CONSTRAINTS ALL IMMEDIATE"
_DEFER = "SET CONSTRAINTS ALL DEFERRED"


def open_staged_contracts(*, book_id: int, progress: Callable[[int], object]) -> int:
    """Open what is staged as drafts, in the order of their codes; return how many.

    Joins the caller's transaction, which has staged and checked, and clears the stage afterwards; `progress`
    is told of each chunk. What is opened is what `open_contracts` would open (a test compares the two).
    """
    total = count_contracts()
    with connection.cursor() as cursor:
        cursor.execute(_HOUSE)
        available = _open_shared_accounts(cursor, book_id)
        for first in range(1, total + 1, CHUNK):
            last = min(first + CHUNK - 1, total)
            _open_chunk(
                cursor, {"book_id": book_id, "house": HOUSE, "first": first, "last": last, **available}
            )
            progress(last - first + 1)
        cursor.execute(_FORGET)
    return total


def _open_chunk(cursor: Any, at: dict[str, Any]) -> None:
    cursor.execute(_FORGET)
    cursor.execute(_ACCOUNTS, at)
    with joining_by_hash(cursor=cursor):
        cursor.execute(_FIND_ACCOUNTS, at)
    cursor.execute(_CONTRACTS, at)
    with joining_by_hash(cursor=cursor):
        cursor.execute(_FIND_CONTRACTS, at)
    cursor.execute(_TRANCHES, at)
    # References are looked at now, lest those of a hundred thousand contracts be remembered to the commit.
    cursor.execute(_SETTLE)
    cursor.execute(_DEFER)


def _open_shared_accounts(cursor: Any, book_id: int) -> dict[str, list[int]]:
    """The house's accounts, and where each funder's available money stands, as three lists side by side."""
    cursor.execute(_UNITS)
    units = [unit_id for (unit_id,) in cursor.fetchall()]
    cursor.execute(_FUNDERS)
    funders = [
        AccountDraft(
            f"funder/{code}/available",
            unit_id,
            "funder",
            "funder_available",
            2210,
            funder_id,
            limit="no_debit_balance",
        )
        for code, funder_id, unit_id in cursor.fetchall()
    ]
    houses = [draft for unit_id in units for draft in house_drafts(unit_id=unit_id)]
    ids = open_accounts(book_id=book_id, drafts=[*houses, *funders])
    return {
        "funder_ids": [one.owner_id or 0 for one in funders],
        "unit_ids": [one.unit_id for one in funders],
        "available_ids": [ids[one.address, one.unit_id] for one in funders],
    }
