"""Interest computed anew from the first posting on, beside what the runs have carried from day to day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from contracts.domain.interest import EVERY_DENOMINATOR


@dataclass(frozen=True, slots=True)
class CumulativeInterest:
    """All interest of one side before a day: exact numerator, and rounded half up to the minor unit."""

    contract_id: int
    tranche_id: int | None
    numerator: int
    cumulative_minor: int


_RECOMPUTE = """
WITH side AS (
    SELECT
        c.id AS contract_id,
        NULL::bigint AS tranche_id,
        c.principal_account_id AS account_id,
        1 AS sign,
        NULL::integer AS rate_ppm
    FROM contracts_financingcontract AS c
    WHERE c.id = ANY(%(contract_ids)s)
    UNION ALL
    SELECT f.contract_id, f.id, f.funded_account_id, -1, f.rate_ppm
    FROM contracts_fundingtranche AS f
    WHERE f.contract_id = ANY(%(contract_ids)s) AND f.funder_id IS NOT NULL
), counted AS (
    SELECT
        side.contract_id,
        side.tranche_id,
        %(denominator)s::numeric AS denominator,
        coalesce(
            sum(
                side.sign * p.amount_minor * CASE
                    WHEN side.tranche_id IS NULL THEN w.rate_parts
                    ELSE side.rate_ppm * w.parts + coalesce((
                        SELECT sum(step.delta_ppm * own.parts)
                        FROM contracts_ratestep AS step
                        CROSS JOIN LATERAL contracts_interest_weigh(
                            side.contract_id, greatest(p.value_date, step.from_date), %(until)s::date
                        ) AS own
                        WHERE step.tranche_id = side.tranche_id
                    ), 0)
                END
            ),
            0
        ) AS numerator
    FROM side
    LEFT JOIN ledger_posting AS p ON p.account_id = side.account_id AND p.booking_date <= %(until)s
    LEFT JOIN LATERAL contracts_interest_weigh(side.contract_id, p.value_date, %(until)s::date) AS w ON true
    GROUP BY side.contract_id, side.tranche_id
)
SELECT
    counted.contract_id,
    counted.tranche_id,
    counted.numerator,
    sign(counted.numerator)
    * div(2 * abs(counted.numerator) + counted.denominator, 2 * counted.denominator)
FROM counted
ORDER BY counted.contract_id, counted.tranche_id NULLS FIRST
"""


def recomputed_interest(*, contract_ids: Sequence[int], until: dt.date) -> list[CumulativeInterest]:
    """Interest of each side before `until` from every posting of its principal, without what runs have
    carried.

    The client's side of a contract comes first, then its funders'. Source: DESIGN 5; DESIGN 1, rule 1 (a
    snapshot is allowed where a check proves it equal).
    """
    params: dict[str, int | dt.date | list[int]] = {
        "contract_ids": list(contract_ids),
        "until": until,
        "denominator": EVERY_DENOMINATOR,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECOMPUTE, params)
        return [
            CumulativeInterest(contract_id, tranche_id, int(numerator), int(cumulative_minor))
            for contract_id, tranche_id, numerator, cumulative_minor in cursor.fetchall()
        ]
