"""The first page, the days, parties, and the approvals with what carries them out."""

from clearing.day.admin import approval_rules, approvals, home, parties, runs, stored_words

__all__ = ["approval_rules", "approvals", "home", "parties", "runs", "stored_words"]
