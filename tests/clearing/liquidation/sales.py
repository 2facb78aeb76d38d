"""What happens around a liquidation in tests: its evening, its release, its fills, its settlement."""

from dataclasses import replace

from accounts.models import Approval
from accounts.services.approvals import approve
from clearing.liquidation.models import Liquidation
from clearing.liquidation.queries.liquidations import open_orders
from clearing.liquidation.services.finish import FinishedLiquidations, finish_liquidations
from clearing.liquidation.services.orders import PlacedOrders, place_orders, record_fills
from clearing.liquidation.services.proposals import (
    ProposedLiquidations,
    cancel_recovered,
    propose_liquidations,
)
from clearing.liquidation.services.release import release_liquidation
from clearing.settlement.domain.trade_lines import TradeRow
from clearing.settlement.services.settle import settle_trades
from clearing.settlement.services.trades import import_trades
from tests.clearing.margin.harbour import TERMS, Harbour

AUTHORISED = replace(TERMS, standing_liquidation_authority=True)


def propose(world: Harbour) -> ProposedLiquidations:
    return propose_liquidations(book_id=world.book.pk, business_date=world.day, maker_id=world.maker.pk)


def cancel(world: Harbour) -> int:
    return cancel_recovered(book_id=world.book.pk, business_date=world.day, maker_id=world.maker.pk)


def place(world: Harbour) -> PlacedOrders:
    return place_orders(book_id=world.book.pk, business_date=world.day, maker_id=world.maker.pk)


def record(world: Harbour) -> int:
    return record_fills(book_id=world.book.pk, business_date=world.day, maker_id=world.maker.pk)


def finish(world: Harbour) -> FinishedLiquidations:
    return finish_liquidations(book_id=world.book.pk, business_date=world.day, maker_id=world.maker.pk)


def release(world: Harbour, liquidation: Liquidation) -> Liquidation:
    """Ines approves; operations release."""
    approval = Approval.objects.get(subject=liquidation.reference)
    approve(approval_id=approval.pk, checker_id=world.ines.pk)
    return release_liquidation(
        liquidation_id=liquidation.pk,
        approval_id=approval.pk,
        actor_id=world.maker.pk,
        business_date=world.day,
    )


def fill(world: Harbour, price: int, *, quantity: int | None = None) -> None:
    """The broker fills every open order, or so many shares of each, in today's session."""
    rows = [
        TradeRow(
            contract_code=order.contract,
            instrument_code=order.security,
            side="sell",
            quantity=order.quantity if quantity is None else quantity,
            price_minor=price,
            trade_date=world.day,
            broker_reference=f"fill-{order.reference}",
            liquidation_order_reference=order.reference,
        )
        for order in open_orders(book_id=world.book.pk)
    ]
    imported = import_trades(
        book_id=world.book.pk, rows=rows, booking_date=world.day, maker_id=world.maker.pk
    )
    assert imported.rejected == ()


def settle(world: Harbour) -> None:
    settle_trades(book_id=world.book.pk, business_date=world.day, maker_id=world.maker.pk)


def liquidation(code: str = "F1") -> Liquidation:
    return Liquidation.objects.get(contract__code=code)


def kinds(of: Liquidation) -> list[str]:
    return list(of.events.order_by("sequence").values_list("kind", flat=True))
