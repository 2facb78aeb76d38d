"""Pages of accounts, and what every page of the admin is made of."""

from accounts.admin import approvals, parties, staff

__all__ = ["approvals", "parties", "staff"]
