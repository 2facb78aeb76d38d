"""Pages of trades and their settlement."""

from clearing.settlement.admin import trades

__all__ = ["trades"]
