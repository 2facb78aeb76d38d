"""What a level does below: restrictions on the contract's accounts, and the contract's state.

Both are found as the difference between what the levels in force ask for and what is in force already, so
that they are right whatever was interrupted before, and touch nothing that is right.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import cast

from django.db import connection

from contracts.services.states import StateMove, move_states
from ledger.services.restrictions import RestrictionDraft, impose_restrictions, lift_restrictions

SOURCE = "margin"

_RESTRICTION_DIFFERENCE = """
WITH wanted AS (
    SELECT
        account.id AS account_id, scope.name AS scope,
        CASE WHEN in_force.side_state <> '' THEN in_force.side_state ELSE 'margin level' END AS reason
    FROM margin_contractlevel AS in_force
    INNER JOIN contracts_financingcontract AS contract ON contract.id = in_force.contract_id
    INNER JOIN ledger_account AS account
        ON account.book_id = %(book_id)s AND account.contract_code = contract.code
            AND account.contract_code <> '' AND account.role = 'entitlement'
    INNER JOIN ledger_unit AS unit ON unit.id = account.unit_id
    CROSS JOIN (VALUES ('outflow'), ('financing')) AS scope (name)
    WHERE in_force.book_id = %(book_id)s AND in_force.contract_id BETWEEN %(first_id)s AND %(last_id)s
        AND contract.state <> 'closed'
        AND (in_force.side_state <> '' OR in_force.level >= 2)
        AND (scope.name = 'outflow' OR unit.kind = 'currency')
), standing AS (
    SELECT restriction.account_id, restriction.scope
    FROM ledger_restriction AS restriction
    INNER JOIN ledger_account AS account ON account.id = restriction.account_id
        AND account.book_id = %(book_id)s
    INNER JOIN contracts_financingcontract AS contract
        ON contract.book_id = account.book_id AND contract.code = account.contract_code
            AND contract.id BETWEEN %(first_id)s AND %(last_id)s
    WHERE restriction.source = 'margin' AND restriction.lifted_on IS NULL
)
SELECT coalesce(wanted.account_id, standing.account_id), coalesce(wanted.scope, standing.scope), wanted.reason
FROM wanted
FULL JOIN standing ON standing.account_id = wanted.account_id AND standing.scope = wanted.scope
WHERE wanted.account_id IS NULL OR standing.account_id IS NULL
ORDER BY 1, 2
"""

_STATE_DIFFERENCE = """
SELECT wanted.state, wanted.contract_id
FROM (
    SELECT
        contract.id AS contract_id, contract.state AS state_now,
        CASE
            WHEN in_force.known_level >= 3 THEN 'in_call'
            WHEN in_force.known_level = 2 OR in_force.side_state <> '' THEN 'restricted'
            ELSE 'active'
        END AS state
    FROM margin_contractlevel AS in_force
    INNER JOIN contracts_financingcontract AS contract ON contract.id = in_force.contract_id
    WHERE in_force.book_id = %(book_id)s AND in_force.contract_id BETWEEN %(first_id)s AND %(last_id)s
        AND contract.state IN ('active', 'restricted', 'in_call')
) AS wanted
WHERE wanted.state <> wanted.state_now
ORDER BY wanted.contract_id
"""


def apply_restrictions(*, scope: Mapping[str, int | date]) -> tuple[int, int]:
    """Impose and lift so that exactly the contracts on hold or from RESTRICT on are restricted; return both
    counts.

    Joins the caller's transaction. `scope`: book_id, business_date, first_id and last_id of contracts.
    `outflow` lies on cash and securities, `financing` on cash.

    :raises LedgerRefusal: as the ledger's service.
    """
    business_date = cast(date, scope["business_date"])
    with connection.cursor() as cursor:
        cursor.execute(_RESTRICTION_DIFFERENCE, scope)
        rows = cursor.fetchall()
    drafts = [
        RestrictionDraft(account_id=account_id, scope=name, reason=reason, source=SOURCE)
        for account_id, name, reason in rows
        if reason is not None
    ]
    if drafts:
        impose_restrictions(drafts=drafts, business_date=business_date)
    lifted: dict[str, list[int]] = defaultdict(list)
    for account_id, name, reason in rows:
        if reason is None:
            lifted[name].append(account_id)
    for name, account_ids in sorted(lifted.items()):
        lift_restrictions(account_ids=account_ids, scope=name, source=SOURCE, business_date=business_date)
    return len(drafts), len(rows) - len(drafts)


def move_contract_states(*, scope: Mapping[str, int | date], maker_id: int) -> int:
    """Move each running contract to the state that its level asks for; return how many moved.

    Joins the caller's transaction. `scope` as of :func:`apply_restrictions`.

    :raises ContractRefusal: as the contracts' service.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STATE_DIFFERENCE, scope)
        rows = cursor.fetchall()
    if not rows:
        return 0
    return move_states(
        moves=[StateMove(contract_id=contract_id, to_state=state) for state, contract_id in rows],
        business_date=cast(date, scope["business_date"]),
        actor_id=maker_id,
        reason="the margin level changed",
    )
