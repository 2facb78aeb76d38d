"""Correct a rate back to a day: one entry of what interest would have been more or less, and only that.

The exact difference before the newest accrual of each side is kept as an adjustment of it; the next accrual
goes on from both, so that nothing is posted twice. Rates: parts per million; amounts: minor units.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from contracts.domain.interest import EVERY_DENOMINATOR
from contracts.domain.states import ACCRUING
from contracts.models import RateCorrection
from contracts.services.interest import INTEREST_LOCK
from contracts.services.interest_adjustments import AdjustmentCause, keep_adjustments, post_adjustments
from contracts.services.refusals import named_contract_refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectRate:
    """Which side, since when, to what: the clients' of some terms, or one tranche's."""

    book_id: int
    terms_id: int | None
    tranche_id: int | None
    from_date: dt.date
    rate_ppm: int
    approval_id: int


_CONCERNED = """
SELECT c.id, coalesce(last.accrual_date, c.opened_on)
FROM contracts_financingcontract AS c
LEFT JOIN LATERAL (
    SELECT a.accrual_date
    FROM contracts_interestaccrual AS a
    WHERE a.contract_id = c.id AND a.tranche_id IS NULL
    ORDER BY a.accrual_date DESC
    LIMIT 1
) AS last ON true
WHERE c.book_id = %(book_id)s AND c.state = ANY(%(states)s)
    AND (
        EXISTS (
            SELECT FROM contracts_termsspan AS s WHERE s.contract_id = c.id AND s.terms_id = %(terms_id)s
        )
        OR EXISTS (
            SELECT FROM contracts_fundingtranche AS t WHERE t.contract_id = c.id AND t.id = %(tranche_id)s
        )
    )
ORDER BY c.id
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
        "first_id": 0,
        "last_id": 2**63 - 1,
        "date": booking_date,
        "denominator": EVERY_DENOMINATOR,
        "newest_run": None,
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
        cursor.execute(_CONCERNED, params)
        concerned = cursor.fetchall()
        if not concerned:
            return None
        cause = AdjustmentCause(correction_id=correction.pk, tranche_id=order.tranche_id)
        keep_adjustments(
            contract_ids=[contract_id for contract_id, _ in concerned],
            from_dates=[order.from_date] * len(concerned),
            cause=cause,
            params={**params, "since": min(since for _, since in concerned)},
        )
        posted = post_adjustments(
            book_id=order.book_id, booking_date=booking_date, cause=cause, maker_id=maker_id
        )
    return posted[0] if posted else None
