"""Put today's valuations on the ladder: level changes, and what follows from them below and outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from clearing.margin.services.actions import apply_restrictions, move_contract_states
from clearing.margin.services.messages import queue_level_messages
from clearing.margin.services.valuation import WHOLE_BOOK
from contracts.services.interest import ContractRange

_ASSIGN = """
WITH today AS (
    SELECT
        valuation.id, valuation.contract_id, valuation.side_state,
        CASE
            WHEN valuation.side_state <> '' THEN valuation.hold_reason
            WHEN valuation.debt_minor <= 0 THEN 'nothing is owed'
            ELSE format(
                'coverage %%s %%%%%%s', trunc(valuation.coverage_ppm / 10000.0, 2),
                CASE
                    WHEN valuation.debt_minor > valuation.lending_value_minor
                        THEN ', debts above the lending value' ELSE ''
                END
            )
        END AS reason,
        in_force.contract_id IS NOT NULL AS has_level, in_force.level AS from_level,
        coalesce(in_force.side_state, '') AS from_side_state,
        CASE
            WHEN valuation.side_state = '' THEN margin_next_level(
                in_force.known_level, valuation.raw_level, margin_level(
                    valuation.collateral_minor, valuation.debt_minor, valuation.lending_value_minor,
                        terms.warn_ppm,
                    terms.restrict_ppm, terms.call_ppm, terms.liquidate_ppm, terms.emergency_ppm,
                    terms.insolvent_ppm, terms.hysteresis_ppm
                )
            )
        END AS to_level
    FROM margin_valuation AS valuation
    INNER JOIN contracts_termsversion AS terms ON terms.id = valuation.terms_id
    LEFT JOIN margin_contractlevel AS in_force ON in_force.contract_id = valuation.contract_id
    WHERE valuation.book_id = %(book_id)s AND valuation.business_date = %(business_date)s
        AND valuation.contract_id BETWEEN %(first_id)s AND %(last_id)s
        AND (in_force.since IS NULL OR in_force.since < %(business_date)s)
)
INSERT INTO margin_levelchange (
    book_id, contract_id, business_date, from_level, to_level, from_side_state, to_side_state, valuation_id,
        reason
)
SELECT
    %(book_id)s, contract_id, %(business_date)s, from_level, to_level, from_side_state, side_state, id, reason
FROM today
WHERE NOT has_level OR (from_level, from_side_state) IS DISTINCT FROM (to_level, side_state)
ORDER BY contract_id
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class LevelResult:
    """What a run did: rows of change, restrictions imposed and lifted, contracts moved, messages queued."""

    changes: int
    imposed: int
    lifted: int
    moved: int
    messages: int


def assign_levels(
    *, book_id: int, business_date: date, maker_id: int, contract_range: ContractRange | None = None
) -> LevelResult:
    """Compare the date's valuations with the lines of their terms and write what changed.

    A level rises at once and falls only past the hysteresis, counted from the last level known; a hold has
    none. From RESTRICT on, and on any hold, money may not leave and nothing may be financed: restrictions in
    the ledger, lifted again when the level falls. The contract's state follows (`active`, `restricted`,
    `in_call`; one that is being liquidated keeps its state), and each change queues one message for the
    client with actionable amounts. Run again, it changes nothing.

    Owns its transaction or joins one.

    :raises LedgerRefusal: a restriction cannot be imposed.
    :raises ContractRefusal: a contract cannot be moved.

    Source: DESIGN 6 (ladder).
    """
    chunk = contract_range or WHOLE_BOOK
    scope: Mapping[str, int | date] = {
        "book_id": book_id,
        "business_date": business_date,
        "first_id": chunk.first_id,
        "last_id": chunk.last_id,
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_ASSIGN, scope)
            change_ids = [change_id for (change_id,) in cursor.fetchall()]
        imposed, lifted = apply_restrictions(scope=scope)
        moved = move_contract_states(scope=scope, maker_id=maker_id)
        messages = queue_level_messages(change_ids=change_ids)
    return LevelResult(
        changes=len(change_ids), imposed=imposed, lifted=lifted, moved=moved, messages=messages
    )
