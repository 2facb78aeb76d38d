"""The pages of this room."""

from clearing.corrections.admin import corrections, reviews

__all__ = ["corrections", "reviews"]
