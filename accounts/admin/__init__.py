"""Pages of accounts, and what every page of the admin is made of."""

from accounts.admin import (
    access_reviews,
    approvals,
    credit_groups,
    delegations,
    due_diligence,
    erasures,
    parties,
    staff,
    versions,
)

__all__ = [
    "access_reviews",
    "approvals",
    "credit_groups",
    "delegations",
    "due_diligence",
    "erasures",
    "parties",
    "staff",
    "versions",
]
