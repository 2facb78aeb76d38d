"""The first page, the days, and the approvals with what carries them out."""

from clearing.day.admin import approvals, home, runs

__all__ = ["approvals", "home", "runs"]
