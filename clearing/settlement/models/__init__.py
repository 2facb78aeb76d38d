"""Tables of trades, their settlement, and the booking of corporate actions."""

from clearing.settlement.models.cancellation import TradeCancellation
from clearing.settlement.models.corporate_action import CorporateActionEntry, CorporateActionStep, Stage
from clearing.settlement.models.trade import RejectedTrade, Side, Trade, TradeFile

__all__ = [
    "CorporateActionEntry",
    "CorporateActionStep",
    "RejectedTrade",
    "Side",
    "Stage",
    "Trade",
    "TradeCancellation",
    "TradeFile",
]
