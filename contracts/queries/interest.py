"""Interest computed anew from the first posting on, beside what the runs have carried from day to day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from contracts.domain.day_count import DayCount
from contracts.domain.interest import interest_denominator


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
        c.terms_id,
        c.principal_account_id AS account_id,
        1 AS sign,
        t.client_rate_ppm AS rate_ppm,
        t.day_count
    FROM contracts_financingcontract AS c
    INNER JOIN contracts_termsversion AS t ON t.id = c.terms_id
    WHERE c.id = ANY(%(contract_ids)s)
    UNION ALL
    SELECT f.contract_id, f.id, NULL, f.funded_account_id, -1, f.rate_ppm, t.day_count
    FROM contracts_fundingtranche AS f
    INNER JOIN contracts_financingcontract AS c ON c.id = f.contract_id
    INNER JOIN contracts_termsversion AS t ON t.id = c.terms_id
    WHERE f.contract_id = ANY(%(contract_ids)s) AND f.funder_id IS NOT NULL
), counted AS (
    SELECT
        side.contract_id,
        side.tranche_id,
        CASE side.day_count WHEN 'ACT_360' THEN %(act_360)s ELSE %(act_365f)s END::numeric AS denominator,
        coalesce(
            sum(
                side.sign * p.amount_minor * (
                    side.rate_ppm::numeric * greatest(%(until)s::date - p.value_date, 0)
                    + coalesce((
                        SELECT sum(
                            step.delta_ppm
                            * greatest(%(until)s::date - greatest(p.value_date, step.from_date), 0)
                        )
                        FROM contracts_ratestep AS step
                        WHERE step.terms_id = side.terms_id OR step.tranche_id = side.tranche_id
                    ), 0)
                )
            ),
            0
        ) AS numerator
    FROM side
    LEFT JOIN ledger_posting AS p ON p.account_id = side.account_id AND p.booking_date <= %(until)s
    GROUP BY side.contract_id, side.tranche_id, side.day_count
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
        "act_360": interest_denominator(DayCount.ACT_360),
        "act_365f": interest_denominator(DayCount.ACT_365F),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECOMPUTE, params)
        return [
            CumulativeInterest(contract_id, tranche_id, int(numerator), int(cumulative_minor))
            for contract_id, tranche_id, numerator, cumulative_minor in cursor.fetchall()
        ]
