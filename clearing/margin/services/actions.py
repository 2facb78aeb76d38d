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
WITH own AS MATERIALIZED (
    SELECT
        account.id AS account_id, unit.kind,
        contract.state <> 'closed' AND (in_force.side_state <> '' OR in_force.level >= 2) AS is_restricted,
        CASE WHEN in_force.side_state <> '' THEN in_force.side_state ELSE 'margin level' END AS reason
    FROM margin_contractlevel AS in_force
    INNER JOIN contracts_financingcontract AS contract ON contract.id = in_force.contract_id
    -- OFFSET 0 keeps this a probe by contract, whatever the planner believes of a table not analysed yet.
    CROSS JOIN LATERAL (
        SELECT entitled.id, entitled.unit_id, entitled.role
        FROM ledger_account AS entitled
        WHERE entitled.book_id = %(book_id)s AND entitled.contract_code = contract.code
            AND entitled.contract_code <> ''
        OFFSET 0
    ) AS account
    INNER JOIN ledger_unit AS unit ON unit.id = account.unit_id
    WHERE account.role = 'entitlement' AND in_force.book_id = %(book_id)s
        AND in_force.contract_id BETWEEN %(first_id)s AND %(last_id)s
)
SELECT own.account_id, scope.name, CASE WHEN standing.id IS NULL THEN own.reason END
FROM own
CROSS JOIN (VALUES ('outflow'), ('financing')) AS scope (name)
LEFT JOIN ledger_restriction AS standing
    ON standing.account_id = own.account_id AND standing.scope = scope.name AND standing.source = 'margin'
        AND standing.lifted_on IS NULL
WHERE (own.is_restricted AND (scope.name = 'outflow' OR own.kind = 'currency')) <> (standing.id IS NOT NULL)
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
