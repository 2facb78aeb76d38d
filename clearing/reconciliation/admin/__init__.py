"""Pages of the reconciliation."""

from clearing.reconciliation.admin import breaks, runs

__all__ = ["breaks", "runs"]
