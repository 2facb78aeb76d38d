"""Pages of accounts, and what every page of the admin is made of."""

from accounts.admin import access_reviews, approvals, delegations, parties, staff

__all__ = ["access_reviews", "approvals", "delegations", "parties", "staff"]
