"""Work interest out again from the first posting on, and keep what that changes as adjustments.

An adjustment amends the newest accrual of a side: the next accrual goes on from both, so that nothing is
posted twice. Each contract gets one, valued on the day from which it was counted wrong.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from contracts.services.entries import CALLER
from contracts.services.interest_statements import CONCERNED, DUE, FRESH, ONE_DAY, SIDES, rounded
from ledger.services.posting import EntryHeader, post_journal_entries_from_select


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentCause:
    """Why interest is worked out again: a corrected rate of one side, or a change that a run has found."""

    correction_id: int | None = None
    run_id: int | None = None
    tranche_id: int | None = None
    """The side that a corrected rate is of; the client's where empty."""


_KEEP = """
WITH fresh AS MATERIALIZED ({fresh}), due AS MATERIALIZED ({due}), {sides}, moved AS MATERIALIZED (
    SELECT
        side.contract_id, side.tranche_id, side.path_id, side.origin, side.terminates, side.rate_ppm,
        side.counts_same_day, side.account_id, side.sign, side.accrual_date, p.booking_date, p.value_date,
        side.sign * p.amount_minor AS amount_minor
    FROM side
    INNER JOIN ledger_posting AS p
        ON p.account_id = side.account_id AND p.booking_date <= %(date)s AND p.value_date <= side.accrual_date
    WHERE side.accrual_date IS NOT NULL
        AND (
            %(correction_id)s::bigint IS NULL
            OR side.tranche_id IS NOT DISTINCT FROM %(tranche_id)s::bigint
        )
), span AS MATERIALIZED (
    SELECT asked.*, w.parts, w.rate_parts, w.is_fixed
    FROM (
        SELECT
            m.path_id, m.origin, m.terminates, m.value_date, m.accrual_date, min(m.contract_id) AS contract_id
        FROM moved AS m
        GROUP BY m.path_id, m.origin, m.terminates, m.value_date, m.accrual_date
    ) AS asked
    CROSS JOIN LATERAL contracts_interest_weigh(
        asked.contract_id, asked.value_date, asked.accrual_date
    ) AS w
), step AS MATERIALIZED (
    SELECT s.tranche_id, s.from_date, s.delta_ppm::numeric AS delta_ppm
    FROM contracts_ratestep AS s
    WHERE s.tranche_id IS NOT NULL
), whole AS MATERIALIZED (
    SELECT
        m.contract_id,
        m.tranche_id,
        sum(m.amount_minor * u.rate_parts) AS numerator,
        coalesce(sum(m.amount_minor * u.rate_parts) FILTER (WHERE m.booking_date < m.accrual_date), 0)
            AS closed_numerator,
        bool_and(span.is_fixed OR m.tranche_id IS NOT NULL) AS is_fixed
    FROM moved AS m
    INNER JOIN span
        ON span.path_id = m.path_id AND span.origin = m.origin AND span.terminates = m.terminates
            AND span.value_date = m.value_date AND span.accrual_date = m.accrual_date
    LEFT JOIN LATERAL (
        SELECT sum(step.delta_ppm * own.parts) AS rate_parts
        FROM step
        CROSS JOIN LATERAL contracts_interest_weigh(
            m.contract_id, greatest(m.value_date, step.from_date), m.accrual_date
        ) AS own
        WHERE step.tranche_id = m.tranche_id
    ) AS stepped ON true
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN m.tranche_id IS NULL THEN span.rate_parts
            ELSE m.rate_ppm * span.parts + coalesce(stepped.rate_parts, 0)
        END AS rate_parts
    ) AS u
    GROUP BY m.contract_id, m.tranche_id
), one_day AS MATERIALIZED ({one_day}), compared AS (
    SELECT
        side.contract_id,
        side.tranche_id,
        side.accrual_date,
        side.least_minor,
        wrong.from_date AS value_date,
        whole.closed_numerator - side.closed_numerator - coalesce(late.closed_numerator, 0) AS closed_more,
        coalesce(one_day.numerator, 0) - side.same_day_numerator - coalesce(late.same_day_numerator, 0)
            AS same_day_more,
        whole.numerator + coalesce(one_day.numerator, 0) AS numerator,
        side.cumulative_numerator + coalesce(late.cumulative_numerator, 0) AS known_numerator,
        side.cumulative_posted_minor + coalesce(late.posted_minor, 0) AS posted_minor
    FROM side
    INNER JOIN whole
        ON whole.contract_id = side.contract_id AND whole.tranche_id IS NOT DISTINCT FROM side.tranche_id
    INNER JOIN unnest(%(contract_ids)s::bigint[], %(from_dates)s::date[]) AS wrong (contract_id, from_date)
        ON wrong.contract_id = side.contract_id
    LEFT JOIN late
        ON late.contract_id = side.contract_id AND late.accrual_date = side.accrual_date
            AND late.tranche_id IS NOT DISTINCT FROM side.tranche_id
    LEFT JOIN one_day
        ON one_day.contract_id = side.contract_id AND one_day.tranche_id IS NOT DISTINCT FROM side.tranche_id
    WHERE whole.is_fixed
), kept AS (
    INSERT INTO contracts_interestadjustment (
        correction_id, run_id, contract_id, tranche_id, accrual_date, booking_date, value_date,
        closed_numerator, same_day_numerator, cumulative_numerator, posted_minor
    )
    SELECT
        %(correction_id)s, %(run_id)s, c.contract_id, c.tranche_id, c.accrual_date, %(date)s,
        c.value_date, c.closed_more, c.same_day_more,
        c.numerator - c.known_numerator,
        greatest({round_numerator} - c.posted_minor, c.least_minor)::bigint
    FROM compared AS c
    WHERE (c.closed_more, c.same_day_more, c.numerator) IS DISTINCT FROM (0, 0, c.known_numerator)
    RETURNING tranche_id, posted_minor
)
SELECT coalesce(sum(k.posted_minor) FILTER (WHERE k.tranche_id IS NULL), 0) FROM kept AS k
"""

_KEEP_STATEMENT = _KEEP.format(
    fresh=FRESH.strip(),
    due=DUE.format(which=CONCERNED),
    sides=SIDES.strip(),
    one_day=ONE_DAY.format(until="own.accrual_date"),
    round_numerator=rounded(numerator="c.numerator"),
)

_POSTINGS = """
SELECT h.entry_no, leg.account_id, sum(leg.amount_minor)::bigint AS amount_minor
FROM contracts_interestadjustment AS j
INNER JOIN unnest(%(entry_nos)s::int[], %(value_dates)s::date[]) AS h (entry_no, value_date)
    ON h.value_date = j.value_date
INNER JOIN contracts_financingcontract AS c ON c.id = j.contract_id
LEFT JOIN contracts_fundingtranche AS t ON t.id = j.tranche_id
LEFT JOIN ledger_account AS spread
    ON spread.book_id = c.book_id AND spread.address = 'house/income/spread' AND spread.unit_id = c.unit_id
CROSS JOIN LATERAL (
    VALUES
    (
        CASE WHEN t.id IS NULL THEN c.interest_account_id ELSE t.interest_account_id END,
        CASE WHEN t.id IS NULL THEN j.posted_minor ELSE -j.posted_minor END
    ),
    (coalesce(spread.id, 0), CASE WHEN t.id IS NULL THEN -j.posted_minor ELSE j.posted_minor END)
) AS leg (account_id, amount_minor)
WHERE j.correction_id IS NOT DISTINCT FROM %(correction_id)s AND j.run_id IS NOT DISTINCT FROM %(run_id)s
    AND j.contract_id BETWEEN %(first_id)s AND %(last_id)s
GROUP BY h.entry_no, leg.account_id
HAVING sum(leg.amount_minor) <> 0
"""

_VALUE_DATES = """
SELECT j.value_date, min(j.contract_id), max(j.contract_id)
FROM contracts_interestadjustment AS j
WHERE j.correction_id IS NOT DISTINCT FROM %(correction_id)s AND j.run_id IS NOT DISTINCT FROM %(run_id)s
GROUP BY j.value_date
ORDER BY j.value_date
"""

_LAST_ENTRY = """
SELECT max(r.entry_id)
FROM contracts_interestrun AS r
WHERE r.book_id = %(book_id)s AND r.entry_id IS NOT NULL
"""


def keep_adjustments(
    *,
    contract_ids: Sequence[int],
    from_dates: Sequence[dt.date],
    cause: AdjustmentCause,
    params: Mapping[str, Any],
) -> int:
    """Work these contracts' interest out again up to their newest accrual, and keep what differs.

    Requires the caller's transaction and its lock on accruals; posts nothing. `from_dates` are the days from
    which the contracts were counted wrong. A client's interest that was collected already is not taken back
    below nought.

    :returns: what the clients owe more by it, in minor units of every currency.
    Source: DESIGN 5 (a back-dated rate, principal or calendar change posts ONE value-dated adjustment).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP_STATEMENT,
            {
                **params,
                "contract_ids": list(contract_ids),
                "from_dates": list(from_dates),
                "correction_id": cause.correction_id,
                "run_id": cause.run_id,
                "tranche_id": cause.tranche_id,
            },
        )
        (posted,) = cursor.fetchone()
    return int(posted)


def post_adjustments(
    *, book_id: int, booking_date: dt.date, cause: AdjustmentCause, maker_id: int
) -> list[int]:
    """Post what was kept for a cause: one entry for each day from which something had been counted wrong.

    Requires the caller's transaction.

    :returns: the entries.
    :raises LedgerRefusal: the day is not open.
    """
    of_cause = {"correction_id": cause.correction_id, "run_id": cause.run_id}
    with connection.cursor() as cursor:
        cursor.execute(_VALUE_DATES, of_cause)
        days = cursor.fetchall()
        cursor.execute(_LAST_ENTRY, {"book_id": book_id})
        (adjusted_id,) = cursor.fetchone()
    if not days:
        return []
    source = (
        f"contracts.interestrun:{cause.run_id}"
        if cause.correction_id is None
        else f"contracts.ratecorrection:{cause.correction_id}"
    )
    what = "at the corrected rate" if cause.run_id is None else "worked out again"
    posted = post_journal_entries_from_select(
        book_id=book_id,
        booking_date=booking_date,
        headers=[
            EntryHeader(
                entry_no=number,
                kind="interest_adjusted",
                value_date=day,
                narration=f"Interest {what} from {day}",
                source_reference=source,
                idempotency_key=f"interest-adjusted:{source}:{day}",
                adjusts_id=adjusted_id,
            )
            for number, (day, _, _) in enumerate(days)
        ],
        postings_sql=_POSTINGS,
        params={
            **of_cause,
            "entry_nos": list(range(len(days))),
            "value_dates": [day for day, _, _ in days],
            "first_id": min(first for _, first, _ in days),
            "last_id": max(last for _, _, last in days),
        },
        caller=CALLER,
        maker_id=maker_id,
    )
    return [entry.entry_id for entry in posted]
