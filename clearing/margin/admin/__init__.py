"""Pages of margin: valuations, levels, calls."""

from clearing.margin.admin import calls, levels, valuations

__all__ = ["calls", "levels", "valuations"]
