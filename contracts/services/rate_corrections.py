"""Correct a rate back to a day: one entry of what interest would have been more or less, and only that.

The exact difference before the newest accrual of each side is kept as an adjustment of it; the next accrual
goes on from both, so that nothing is posted twice. Rates: parts per million; amounts: minor units.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from contracts.domain.day_count import DayCount
from contracts.domain.interest import interest_denominator
from contracts.domain.states import ACCRUING
from contracts.models import RateCorrection
from contracts.services.entries import CALLER
from contracts.services.interest import INTEREST_LOCK
from contracts.services.refusals import named_contract_refusals
from ledger.services.posting import EntryHeader, post_journal_entries_from_select


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChange:
    """From a day on a rate was that much higher than what was counted with, until the next change."""

    from_date: dt.date
    delta_ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectRate:
    """Which side, since when, to what; `changes` are the steps from what was counted to what is right."""

    book_id: int
    terms_id: int | None
    tranche_id: int | None
    from_date: dt.date
    rate_ppm: int
    changes: Sequence[RateChange]
    approval_id: int


# One row per side: the newest accrual, and what the changes add to it, exactly.
_DIFFERENCES = """
WITH change AS (
    SELECT * FROM unnest(%(dates)s::date[], %(deltas)s::bigint[]) AS c(from_date, delta_ppm)
), side AS (
    SELECT
        c.id AS contract_id, NULL::bigint AS tranche_id, c.principal_account_id AS account_id, 1 AS sign,
        c.terms_id, c.interest_account_id
    FROM contracts_financingcontract AS c
    WHERE c.book_id = %(book_id)s AND c.terms_id = %(terms_id)s AND c.state = ANY(%(states)s)
    UNION ALL
    SELECT
        c.id, t.id, t.funded_account_id, -1, c.terms_id, NULL
    FROM contracts_fundingtranche AS t
    INNER JOIN contracts_financingcontract AS c ON c.id = t.contract_id
    WHERE t.id = %(tranche_id)s AND c.state = ANY(%(states)s)
), counted AS (
    SELECT
        side.*, a.accrual_date,
        a.cumulative_numerator + coalesce(late.cumulative_numerator, 0) AS numerator,
        a.cumulative_posted_minor + coalesce(late.posted_minor, 0) AS posted_minor,
        coalesce(more.closed_numerator, 0) AS closed_more, coalesce(more.numerator, 0) AS more,
        CASE terms.day_count WHEN 'ACT_360' THEN %(act_360)s ELSE %(act_365f)s END::numeric AS denominator,
        -receivable.balance_minor AS least_minor
    FROM side
    INNER JOIN contracts_termsversion AS terms ON terms.id = side.terms_id
    CROSS JOIN LATERAL (
        SELECT row.accrual_date, row.cumulative_numerator, row.cumulative_posted_minor
        FROM contracts_interestaccrual AS row
        WHERE row.contract_id = side.contract_id AND row.tranche_id IS NOT DISTINCT FROM side.tranche_id
        ORDER BY row.accrual_date DESC
        LIMIT 1
    ) AS a
    LEFT JOIN LATERAL (
        SELECT sum(j.cumulative_numerator) AS cumulative_numerator, sum(j.posted_minor) AS posted_minor
        FROM contracts_interestadjustment AS j
        WHERE j.contract_id = side.contract_id AND j.accrual_date = a.accrual_date
            AND j.tranche_id IS NOT DISTINCT FROM side.tranche_id
    ) AS late ON true
    LEFT JOIN LATERAL (
        SELECT
            sum(d.minor_days) AS numerator,
            sum(d.minor_days) FILTER (WHERE d.booking_date < a.accrual_date) AS closed_numerator
        FROM (
            SELECT
                p.booking_date,
                side.sign * change.delta_ppm::numeric * p.amount_minor
                * greatest(a.accrual_date - greatest(p.value_date, change.from_date), 0) AS minor_days
            FROM ledger_posting AS p
            CROSS JOIN change
            WHERE p.account_id = side.account_id AND p.booking_date <= a.accrual_date
        ) AS d
    ) AS more ON true
    LEFT JOIN ledger_balance AS receivable ON receivable.account_id = side.interest_account_id
), rounded AS (
    SELECT
        counted.*,
        sign(counted.numerator + counted.more) * div(
            2 * abs(counted.numerator + counted.more) + counted.denominator, 2 * counted.denominator
        ) - counted.posted_minor AS wanted_minor
    FROM counted
    WHERE counted.more <> 0
)
SELECT
    rounded.contract_id, rounded.tranche_id, rounded.accrual_date, rounded.closed_more, rounded.more,
    greatest(rounded.wanted_minor, rounded.least_minor)::bigint AS posted_minor
FROM rounded
"""

_KEEP = """
INSERT INTO contracts_interestadjustment (
    correction_id, contract_id, tranche_id, accrual_date, booking_date, closed_numerator,
    cumulative_numerator, posted_minor
)
SELECT
    %(correction_id)s, d.contract_id, d.tranche_id, d.accrual_date, %(booking_date)s, d.closed_more, d.more,
    d.posted_minor
FROM ({differences}) AS d
ORDER BY d.contract_id
"""

_POSTINGS = """
SELECT 0 AS entry_no, leg.account_id, sum(leg.amount_minor)::bigint AS amount_minor
FROM contracts_interestadjustment AS j
INNER JOIN contracts_financingcontract AS c ON c.id = j.contract_id
LEFT JOIN contracts_fundingtranche AS t ON t.id = j.tranche_id
LEFT JOIN ledger_account AS spread
    ON spread.book_id = c.book_id AND spread.address = 'house/income/spread' AND spread.unit_id = c.unit_id
CROSS JOIN LATERAL (
    VALUES
    (CASE WHEN t.id IS NULL THEN c.interest_account_id ELSE t.interest_account_id END, 1),
    (coalesce(spread.id, 0), -1)
) AS leg0 (account_id, way)
CROSS JOIN LATERAL (
    SELECT
        leg0.account_id,
        leg0.way * j.posted_minor * CASE WHEN t.id IS NULL THEN 1 ELSE -1 END AS amount_minor
) AS leg
WHERE j.correction_id = %(correction_id)s
GROUP BY leg.account_id
HAVING sum(leg.amount_minor) <> 0
"""

_LAST_ENTRY = """
SELECT max(r.entry_id)
FROM contracts_interestrun AS r
WHERE r.book_id = %(book_id)s AND r.entry_id IS NOT NULL
"""


def correct_rate(*, order: CorrectRate, booking_date: dt.date, maker_id: int) -> int | None:
    """Keep the corrected rate and post ONE value-dated adjustment of all contracts concerned.

    Requires the caller's transaction, with the approval used up in it. The entry is the recomputed cumulative
    interest less what was posted, per side, valued on the day from which the rate was wrong; a client's
    interest that was collected already is not taken back below nought, the rest waits for later interest.
    Contracts that have ended are left alone. Later accruals count with the corrected rate.

    :returns: the entry, None where nothing is to be posted.
    :raises ContractRefusal: the rate was not approved by two people, or is out of range.
    :raises LedgerRefusal: the day is not open.
    Source: DESIGN 5 (a back-dated rate posts ONE value-dated adjustment).
    """
    params: dict[str, Any] = {
        "book_id": order.book_id,
        "terms_id": order.terms_id,
        "tranche_id": order.tranche_id,
        "states": sorted(ACCRUING),
        "dates": [change.from_date for change in order.changes],
        "deltas": [change.delta_ppm for change in order.changes],
        "act_360": interest_denominator(DayCount.ACT_360),
        "act_365f": interest_denominator(DayCount.ACT_365F),
    }
    with named_contract_refusals(), transaction.atomic(), connection.cursor() as cursor:
        # No accrual starts from a row that is being adjusted: each takes the same lock, shared.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [INTEREST_LOCK, order.book_id])
        correction = RateCorrection.objects.create(
            terms_id=order.terms_id,
            tranche_id=order.tranche_id,
            from_date=order.from_date,
            rate_ppm=order.rate_ppm,
            approval_id=order.approval_id,
        )
        cursor.execute(
            _KEEP.format(differences=_DIFFERENCES),
            {**params, "correction_id": correction.pk, "booking_date": booking_date},
        )
        cursor.execute(_LAST_ENTRY, {"book_id": order.book_id})
        (adjusted_id,) = cursor.fetchone()
        posted = post_journal_entries_from_select(
            book_id=order.book_id,
            booking_date=booking_date,
            headers=[
                EntryHeader(
                    entry_no=0,
                    kind="interest_adjusted",
                    value_date=order.from_date,
                    narration=f"Interest at the corrected rate from {order.from_date}",
                    source_reference=f"contracts.ratecorrection:{correction.pk}",
                    idempotency_key=f"interest-adjusted:{correction.pk}",
                    adjusts_id=adjusted_id,
                )
            ],
            postings_sql=_POSTINGS,
            params={"correction_id": correction.pk},
            caller=CALLER,
            maker_id=maker_id,
        )
    return posted[0].entry_id if posted else None
