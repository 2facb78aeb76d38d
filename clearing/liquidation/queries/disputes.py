"""Whether a client's dispute holds a liquidation back: the side state DISPUTED, read from open disputes."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from clearing.liquidation.models import Liquidation
from clearing.margin.models import MarginLevel
from contracts.models import Dispute, DisputeState, DisputeSubject


def disputes_of(*, liquidation: Liquidation) -> list[Dispute]:
    """Return the open disputes about a liquidation or the call that led to it, the oldest first."""
    about = Q(subject_kind=DisputeSubject.LIQUIDATION, subject_reference=liquidation.reference)
    if liquidation.call_id is not None:
        about |= Q(subject_kind=DisputeSubject.CALL, subject_reference=f"call:{liquidation.call_id}")
    rows = Dispute.objects.filter(about, contract_id=liquidation.contract_id, state=DisputeState.OPEN)
    return list(rows.order_by("id"))


def holding_dispute(*, disputes: Iterable[Dispute], raw_level: int | None, on: date) -> Dispute | None:
    """Return the first dispute that keeps even two people from a release on a day; None where none does.

    An emergency, or an answer that is overdue, lets two people go on; the terms' authority never does.
    Source: DESIGN 7 (dispute), decision 44.
    """
    if raw_level is not None and raw_level >= MarginLevel.EMERGENCY:
        return None
    return next((one for one in disputes if one.answer_due_on >= on), None)
