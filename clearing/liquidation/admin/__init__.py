"""Pages of liquidations."""

from clearing.liquidation.admin import liquidations

__all__ = ["liquidations"]
