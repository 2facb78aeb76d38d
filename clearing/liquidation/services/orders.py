"""Place the orders of released liquidations, record what a session filled, plan the rest anew."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from accounts.services.actor import acting
from clearing.domain.sale_sizing import SaleOrder, SaleState
from clearing.liquidation.domain.simulation import LiquidationInputs, plan_session
from clearing.liquidation.models import (
    Liquidation,
    LiquidationEvent,
    LiquidationEventKind,
    LiquidationOrder,
    LiquidationOrderState,
    LiquidationState,
)
from clearing.liquidation.queries.inputs import load_liquidation_inputs
from clearing.liquidation.services.events import EventDraft, append_events

_OF_ROW = Q(liquidation=OuterRef("pk"))

_RECORD_FILLS = """
WITH fill AS (
    SELECT
        placed.id, coalesce(sum(trade.quantity), 0)::bigint AS quantity,
        coalesce(sum(trade.gross_minor), 0)::bigint AS gross_minor, coalesce(sum(trade.net_minor), 0)::bigint
            AS net_minor
    FROM liquidation_liquidationorder AS placed
    INNER JOIN liquidation_liquidation AS liquidation ON liquidation.id = placed.liquidation_id
    LEFT JOIN settlement_trade AS trade
        ON trade.book_id = liquidation.book_id AND trade.liquidation_order_reference = placed.reference
            AND trade.liquidation_order_reference <> '' AND trade.side = 'sell'
    WHERE liquidation.book_id = %(book_id)s AND placed.state = 'open' AND placed.placed_on < %(business_date)s
    GROUP BY placed.id
)
UPDATE liquidation_liquidationorder AS placed
SET
    filled_quantity = fill.quantity,
    closed_on = %(business_date)s,
    state = CASE
        WHEN fill.quantity >= placed.quantity THEN 'filled' WHEN fill.quantity > 0
            THEN 'part_filled' ELSE 'cancelled'
    END
FROM fill
WHERE placed.id = fill.id
RETURNING placed.liquidation_id, placed.reference, placed.quantity, fill.quantity, fill.gross_minor,
    fill.net_minor
"""


@dataclass(frozen=True, slots=True)
class PlacedOrders:
    """What a placing did: orders out, liquidations with nothing left to sell, and those that must wait."""

    orders: int
    executed: int
    postponed: int


def record_fills(*, book_id: int, business_date: date, maker_id: int) -> int:
    """Close the orders that were placed before the date by what trades of their reference filled; return how
    many.

    An order lives for one session: what it left is planned anew by :func:`place_orders`. Run again, it closes
    nothing.

    Owns its transaction or joins one. Source: DESIGN 7 (fills).
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_RECORD_FILLS, {"book_id": book_id, "business_date": business_date})
            rows = sorted(cursor.fetchall())
        closed: dict[int, list[dict[str, object]]] = defaultdict(list)
        for liquidation_id, reference, quantity, filled, gross_minor, net_minor in rows:
            closed[liquidation_id].append(
                {
                    "order": reference,
                    "quantity": quantity,
                    "filled": filled,
                    "gross_minor": gross_minor,
                    "net_minor": net_minor,
                }
            )
        append_events(
            drafts=[
                EventDraft(
                    liquidation_id,
                    LiquidationEventKind.FILLED,
                    "the session of the orders is over",
                    {"orders": orders},
                )
                for liquidation_id, orders in closed.items()
            ],
            business_date=business_date,
            actor_id=maker_id,
        )
    return len(rows)


def place_orders(*, book_id: int, business_date: date, maker_id: int) -> PlacedOrders:
    """Plan the next session of every released liquidation without open orders, on the date's valuation, and
    order it.

    At the target, or with nothing left to sell, the liquidation is executed. What cannot be sold (unsettled,
    no volume, a hold, a mark that is not good enough) waits for the next session. Run again on the date, it
    places nothing twice.

    Owns its transaction or joins one; locks the liquidations in id order. Source: DESIGN 7 (orders,
    re-planning).
    """
    with transaction.atomic():
        due = list(
            Liquidation.objects.select_for_update(of=("self",))
            .filter(book_id=book_id, state__in=(LiquidationState.RELEASED, LiquidationState.ORDERED))
            .exclude(Exists(LiquidationOrder.objects.filter(_OF_ROW, state=LiquidationOrderState.OPEN)))
            .exclude(Exists(LiquidationOrder.objects.filter(_OF_ROW, placed_on=business_date)))
            .exclude(
                Exists(
                    LiquidationEvent.objects.filter(
                        _OF_ROW, kind=LiquidationEventKind.POSTPONED, business_date=business_date
                    )
                )
            )
            .order_by("pk")
        )
        if not due:
            return PlacedOrders(orders=0, executed=0, postponed=0)
        inputs_of = load_liquidation_inputs(
            contract_ids=[liquidation.contract_id for liquidation in due], business_date=business_date
        )
        session = _Session(business_date)
        for liquidation in due:
            session.plan(liquidation, inputs_of.get(liquidation.contract_id))
        with acting(actor_id=maker_id, reason=f"liquidation orders of {business_date}"):
            session.write(maker_id)
    return PlacedOrders(
        orders=len(session.orders), executed=len(session.executed), postponed=session.postponed
    )


class _Session:
    """What tonight's planning comes to, gathered before it is written."""

    def __init__(self, business_date: date) -> None:
        self.business_date = business_date
        self.orders: list[LiquidationOrder] = []
        self.ordered: list[int] = []
        self.executed: list[int] = []
        self.events: list[EventDraft] = []
        self.postponed = 0

    def plan(self, liquidation: Liquidation, inputs: LiquidationInputs | None) -> None:
        """Decide one liquidation: orders, executed, or wait."""
        if inputs is None:
            self._postpone(liquidation, "a hold, or a mark that is not good enough to liquidate on")
            return
        plan = plan_session(inputs)
        if plan.orders:
            self._order(liquidation, inputs, plan.orders)
        elif plan.state in (SaleState.NOTHING_TO_SELL, SaleState.EXHAUSTED):
            self.executed.append(liquidation.pk)
            self.events.append(
                EventDraft(
                    liquidation.pk,
                    LiquidationEventKind.EXECUTED,
                    "the target is reached"
                    if plan.state is SaleState.NOTHING_TO_SELL
                    else "everything is sold",
                    {"valuation": inputs.valuation_id},
                )
            )
        else:
            self._postpone(liquidation, "nothing that is left can be sold in the next session")

    def write(self, maker_id: int) -> None:
        """Write orders, states and events."""
        LiquidationOrder.objects.bulk_create(self.orders)
        Liquidation.objects.filter(pk__in=self.ordered, state=LiquidationState.RELEASED).update(
            state=LiquidationState.ORDERED
        )
        Liquidation.objects.filter(pk__in=self.executed).update(state=LiquidationState.EXECUTED)
        append_events(drafts=self.events, business_date=self.business_date, actor_id=maker_id)

    def _order(
        self, liquidation: Liquidation, inputs: LiquidationInputs, orders: Sequence[SaleOrder]
    ) -> None:
        held = {holding.security: holding for holding in inputs.holdings}
        new = [
            LiquidationOrder(
                liquidation=liquidation,
                reference=f"{liquidation.reference}-{self.business_date:%Y%m%d}-{number}",
                instrument_id=held[order.security].instrument_id,
                quantity=order.quantity,
                expected_price_minor=held[order.security].price_minor,
                placed_on=self.business_date,
            )
            for number, order in enumerate(orders, start=1)
        ]
        self.orders += new
        self.ordered.append(liquidation.pk)
        self.events.append(
            EventDraft(
                liquidation.pk,
                LiquidationEventKind.ORDERED,
                "the smallest sale that is sufficient, or all that can be sold in the session",
                {
                    "valuation": inputs.valuation_id,
                    "orders": [
                        {
                            "order": order.reference,
                            "instrument": order.instrument_id,
                            "quantity": order.quantity,
                            "expected_price_minor": order.expected_price_minor,
                        }
                        for order in new
                    ],
                },
            )
        )

    def _postpone(self, liquidation: Liquidation, reason: str) -> None:
        self.postponed += 1
        self.events.append(EventDraft(liquidation.pk, LiquidationEventKind.POSTPONED, reason))
