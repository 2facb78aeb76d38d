from clearing.margin.models.calls import MarginCall
from clearing.margin.models.choices import MarginCallStatus, MarginLevel, MarginSideState
from clearing.margin.models.levels import ContractLevel, LevelChange
from clearing.margin.models.valuations import Valuation

__all__ = [
    "ContractLevel",
    "LevelChange",
    "MarginCall",
    "MarginCallStatus",
    "MarginLevel",
    "MarginSideState",
    "Valuation",
]
