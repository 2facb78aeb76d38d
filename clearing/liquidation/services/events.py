"""Append to a liquidation's chain of events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from clearing.liquidation.models import LiquidationEvent, LiquidationEventKind


@dataclass(frozen=True, slots=True)
class EventDraft:
    """What happened to one liquidation; `reason` is a sentence, `payload` plain figures."""

    liquidation_id: int
    kind: LiquidationEventKind
    reason: str
    payload: Mapping[str, object] = field(default_factory=dict)


def append_events(*, drafts: Sequence[EventDraft], business_date: date, actor_id: int) -> int:
    """Append the events in the order given; the database numbers and chains them. Return how many.

    Joins the caller's transaction; locks each liquidation that it appends to.
    """
    LiquidationEvent.objects.bulk_create(
        [
            LiquidationEvent(
                liquidation_id=draft.liquidation_id,
                kind=draft.kind,
                business_date=business_date,
                actor_id=actor_id,
                reason=draft.reason,
                payload=dict(draft.payload),
            )
            for draft in drafts
        ]
    )
    return len(drafts)
