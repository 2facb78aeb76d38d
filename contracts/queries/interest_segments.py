"""A contract's interest as segments: from, to, principal, rate, days, interest, as a statement shows it.

A segment is a span over which principal, rate and day count stay the same, by value date as it is known now.
Its interest is the difference of the rounded cumulative figures at its ends, so that the segments of any span
add up to what has been posted for it. Amounts in minor units, rates in parts per million.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from contracts.domain.interest import EVERY_DENOMINATOR


@dataclass(frozen=True, slots=True)
class InterestSegment:
    """One line; `until_date` does not count. No rate and no interest where a fixing is missing."""

    from_date: dt.date
    until_date: dt.date
    principal_minor: int
    rate_ppm: int | None
    day_count: str
    days: int
    interest_minor: int | None


_SEGMENTS = """
WITH change AS (
    SELECT p.value_date AS day, sum(p.amount_minor) AS amount_minor
    FROM contracts_financingcontract AS c
    INNER JOIN ledger_posting AS p ON p.account_id = c.principal_account_id
    WHERE c.id = %(contract_id)s AND p.value_date < %(until)s AND p.booking_date <= %(known_on)s
    GROUP BY p.value_date
    UNION ALL
    SELECT %(since)s::date, 0
), day AS (
    SELECT change.day, sum(change.amount_minor) AS amount_minor FROM change GROUP BY change.day
), span AS (
    SELECT
        day.day AS from_date,
        lead(day.day, 1, %(until)s::date) OVER (ORDER BY day.day) AS until_date,
        sum(day.amount_minor) OVER (ORDER BY day.day) AS principal_minor
    FROM day
), piece AS (
    SELECT
        s.from_date, s.until_date, span.principal_minor, s.rate_ppm, s.day_count, s.parts,
        coalesce(
            sum(span.principal_minor * s.rate_ppm * s.parts) OVER (ORDER BY s.from_date), 0
        ) AS numerator,
        coalesce(sum(span.principal_minor * s.rate_ppm * s.parts) OVER (
            ORDER BY s.from_date ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS before
    FROM span
    CROSS JOIN LATERAL contracts_interest_segments(%(contract_id)s, span.from_date, span.until_date) AS s
)
SELECT
    piece.from_date,
    piece.until_date,
    piece.principal_minor,
    piece.rate_ppm,
    piece.day_count,
    CASE
        WHEN piece.day_count LIKE 'THIRTY%%' THEN piece.parts / 4453
        ELSE piece.until_date - piece.from_date
    END,
    CASE WHEN piece.rate_ppm IS NOT NULL THEN
        div(2 * piece.numerator + %(denominator)s::numeric, 2 * %(denominator)s::numeric)
        - div(2 * piece.before + %(denominator)s::numeric, 2 * %(denominator)s::numeric)
    END
FROM piece
WHERE piece.from_date >= %(since)s AND piece.principal_minor <> 0
ORDER BY piece.from_date
"""


def interest_segments(
    *, contract_id: int, since: dt.date, until: dt.date, known_on: dt.date | None = None
) -> list[InterestSegment]:
    """Return the client's segments from `since`, counted, to `until`, not counted; none without principal.

    `known_on` leaves out what was booked later; empty takes all. Loans of one day, where the terms count
    them, stay no night and are no segment.

    Source: DESIGN 5 (client statement with interest segments).
    """
    params: dict[str, int | dt.date] = {
        "contract_id": contract_id,
        "since": since,
        "until": until,
        "known_on": known_on or dt.date.max,
        "denominator": EVERY_DENOMINATOR,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SEGMENTS, params)
        return [
            InterestSegment(
                from_date, until_date, int(principal), rate, day_count, int(days),
                None if interest is None else int(interest),
            )
            for from_date, until_date, principal, rate, day_count, days, interest in cursor.fetchall()
        ]  # fmt: skip
