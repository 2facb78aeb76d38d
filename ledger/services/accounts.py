"""Open ledger accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from ledger.services.refusals import AccountDiffers, named_refusals


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """An account to be opened; see `ledger.models.Account` for what each attribute means."""

    address: str
    unit_id: int
    ring: str
    role: str
    category_number: int
    owner_id: int | None = None
    contract_code: str = ""
    limit: str = "none"
    is_hot: bool = False
    expected_age_days: int | None = None


_OPEN = """
WITH draft AS MATERIALIZED (
    SELECT * FROM unnest(
        %(address)s::text[], %(unit_id)s::int[], %(ring)s::text[], %(role)s::text[],
        %(category_number)s::int[], %(owner_id)s::bigint[], %(contract_code)s::text[],
        %(limit)s::text[], %(is_hot)s::boolean[],
        %(expected_age_days)s::int[]
    ) AS d(
        address, unit_id, ring, role, category_number, owner_id, contract_code, "limit", is_hot,
        expected_age_days
    )
), opened AS (
    INSERT INTO ledger_account (
        book_id, address, unit_id, ring, role, category_id, owner_id, contract_code, "limit", is_hot,
        expected_age_days
    )
    SELECT
        %(book_id)s, d.address, d.unit_id, d.ring, d.role, d.category_number, d.owner_id, d.contract_code,
        d."limit", d.is_hot, d.expected_age_days
    FROM draft AS d
    ON CONFLICT (book_id, address, unit_id) DO NOTHING
    RETURNING id, address, unit_id
)
SELECT d.address, d.unit_id, o.id
FROM draft AS d
LEFT JOIN opened AS o ON o.address = d.address AND o.unit_id = d.unit_id
"""

_EXISTING = """
SELECT
    d.address,
    d.unit_id,
    a.id,
    (a.ring, a.role, a.category_id, a.owner_id, a.contract_code, a."limit", a.is_hot, a.expected_age_days)
    IS NOT DISTINCT FROM
    (
        d.ring, d.role, d.category_number, d.owner_id, d.contract_code, d."limit", d.is_hot,
        d.expected_age_days
    ) AS same
FROM unnest(
    %(address)s::text[], %(unit_id)s::int[], %(ring)s::text[], %(role)s::text[], %(category_number)s::int[],
    %(owner_id)s::bigint[], %(contract_code)s::text[], %(limit)s::text[], %(is_hot)s::boolean[],
    %(expected_age_days)s::int[]
) AS d(
    address, unit_id, ring, role, category_number, owner_id, contract_code, "limit", is_hot, expected_age_days
)
INNER JOIN ledger_account AS a
    ON a.book_id = %(book_id)s AND a.address = d.address AND a.unit_id = d.unit_id
"""


def open_accounts(*, book_id: int, drafts: Sequence[AccountDraft]) -> dict[tuple[str, int], int]:
    """Open accounts, any number in one statement; an identical account that exists is returned as it is.

    Joins the caller's transaction, else is its own.

    :returns: account id by (address, unit id).
    :raises AccountDiffers: an address is taken by an account with other attributes.
    """
    distinct = list(dict.fromkeys(drafts))
    if not distinct:
        return {}
    arguments: dict[str, Any] = {
        column: [getattr(draft, column) for draft in distinct] for column in AccountDraft.__slots__
    }
    arguments["book_id"] = book_id
    with named_refusals(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OPEN, arguments)
        rows = cursor.fetchall()
        ids = {(address, unit_id): account_id for address, unit_id, account_id in rows}
        if len(ids) < len(distinct):
            raise AccountDiffers("one call names an address twice with different attributes")
        if None in ids.values():
            cursor.execute(_EXISTING, arguments)
            for address, unit_id, account_id, same in cursor.fetchall():
                if not same:
                    raise AccountDiffers(address)
                ids[address, unit_id] = account_id
    return ids
