"""What the admin, the demo and the reports ask: what is to be released, open orders, a liquidation's file and
review.
"""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum

from accounts.models import Approval, ApprovalKind
from clearing.liquidation.models import (
    Liquidation,
    LiquidationEvent,
    LiquidationOrder,
    LiquidationOrderState,
    LiquidationState,
)
from clearing.settlement.models import Trade

_BROKEN_LINKS = """
SELECT event.sequence
FROM (
    SELECT
        event.*,
        lag(event.event_hash, 1, decode(repeat('00', 32), 'hex')) OVER (ORDER BY event.sequence)
            AS expected_previous,
        row_number() OVER (ORDER BY event.sequence) AS expected_sequence
    FROM liquidation_liquidationevent AS event
    WHERE event.liquidation_id = %s
) AS event
WHERE event.sequence <> event.expected_sequence OR event.previous_hash <> event.expected_previous
    OR event.event_hash <> liquidation_event_digest(
        event.previous_hash, event.liquidation_id, event.sequence, event.kind, event.business_date,
            event.actor_id,
        event.reason, event.payload
    )
ORDER BY event.sequence
"""


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """A sale that is out for the next session. `security` and `contract` by code; price in minor units a
    share.
    """

    reference: str
    liquidation_id: int
    contract_id: int
    contract: str
    instrument_id: int
    security: str
    quantity: int
    expected_price_minor: int
    placed_on: date


@dataclass(frozen=True, slots=True)
class Review:
    """What was simulated beside what happened, so far; minor units, debts and losses positive."""

    simulated_gross_minor: int
    actual_gross_minor: int
    simulated_cost_minor: int
    actual_cost_minor: int
    orders: int
    fills: int

    @property
    def slippage_minor(self) -> int:
        """What the sales brought less than simulated; negative where they brought more."""
        return self.simulated_gross_minor - self.actual_gross_minor


def liquidations_to_release(*, book_id: int) -> QuerySet[Liquidation]:
    """Return the proposals that await a second person, the gravest first; `open_approval_id` is theirs to
    decide.
    """
    approval = Approval.objects.filter(
        kind=ApprovalKind.RELEASE_LIQUIDATION,
        subject=OuterRef("reference"),
        book_code=OuterRef("book__code"),
        status__in=("proposed", "approved"),
    ).order_by("-id")
    return (
        Liquidation.objects.filter(book_id=book_id, state=LiquidationState.PROPOSED)
        .select_related("contract", "contract__client", "valuation")
        .annotate(open_approval_id=Subquery(approval.values("id")[:1]))
        .order_by("-level", "reference")
    )


def liquidations_under_way(*, book_id: int) -> QuerySet[Liquidation]:
    """Return the liquidations that have not ended, oldest first."""
    return (
        Liquidation.objects.filter(book_id=book_id, ended_on__isnull=True)
        .select_related("contract", "contract__client", "valuation", "approval")
        .order_by("proposed_on", "reference")
    )


def open_orders(*, book_id: int) -> list[OpenOrder]:
    """Return the orders for the next session, by reference: what a broker executes."""
    rows = (
        LiquidationOrder.objects.filter(liquidation__book_id=book_id, state=LiquidationOrderState.OPEN)
        .order_by("reference")
        .values_list(
            "reference",
            "liquidation_id",
            "liquidation__contract_id",
            "liquidation__contract__code",
            "instrument_id",
            "instrument__unit__code",
            "quantity",
            "expected_price_minor",
            "placed_on",
        )
    )
    return [OpenOrder(*row) for row in rows]


def events_of(*, liquidation_id: int) -> QuerySet[LiquidationEvent]:
    """Return a liquidation's file in its order."""
    return (
        LiquidationEvent.objects.filter(liquidation_id=liquidation_id)
        .select_related("actor")
        .order_by("sequence")
    )


def broken_links(*, liquidation_id: int) -> list[int]:
    """Return the numbers of events whose hash or place does not follow from the one before; none when
    whole.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BROKEN_LINKS, [liquidation_id])
        return [sequence for (sequence,) in cursor.fetchall()]


def review_liquidation(*, liquidation: Liquidation) -> Review:
    """Compare the simulation of the proposal with the trades of its orders."""
    references = liquidation.orders.values("reference")
    actual = Trade.objects.filter(
        book_id=liquidation.book_id, liquidation_order_reference__in=references
    ).aggregate(
        gross=Sum("gross_minor"),
        external=Sum("external_cost_minor"),
        commission=Sum("commission_minor"),
        fills=Count("id"),
    )
    return Review(
        simulated_gross_minor=int(liquidation.simulation["gross_minor"]),
        actual_gross_minor=int(actual["gross"] or 0),
        simulated_cost_minor=int(liquidation.simulation["cost_minor"]),
        actual_cost_minor=int((actual["external"] or 0) + (actual["commission"] or 0)),
        orders=liquidation.orders.count(),
        fills=actual["fills"],
    )
