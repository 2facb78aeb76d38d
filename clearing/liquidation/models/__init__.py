from clearing.liquidation.models.events import LiquidationEvent, LiquidationEventKind
from clearing.liquidation.models.liquidations import (
    ENDED,
    Liquidation,
    LiquidationScope,
    LiquidationState,
    SalePolicy,
)
from clearing.liquidation.models.orders import LiquidationOrder, LiquidationOrderState

__all__ = [
    "ENDED",
    "Liquidation",
    "LiquidationEvent",
    "LiquidationEventKind",
    "LiquidationOrder",
    "LiquidationOrderState",
    "LiquidationScope",
    "LiquidationState",
    "SalePolicy",
]
