"""Pages of prices and marks."""

from clearing.marks.admin import instruments, marks, quotes

__all__ = ["instruments", "marks", "quotes"]
