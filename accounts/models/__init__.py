from accounts.models.access_review import AccessReview, AccessReviewItem, AccessReviewStatus
from accounts.models.approval import Approval, ApprovalKind, ApprovalStatus
from accounts.models.approval_rule import ApprovalDelegation, ApprovalRule
from accounts.models.outbox import OutboxMessage
from accounts.models.party import Party, PartyKind, PartyLocale, PartyStatus
from accounts.models.roles import StaffRole, StaffRoleChange
from accounts.models.user import DAY_RUNNER, User

__all__ = [
    "DAY_RUNNER",
    "AccessReview",
    "AccessReviewItem",
    "AccessReviewStatus",
    "Approval",
    "ApprovalDelegation",
    "ApprovalKind",
    "ApprovalRule",
    "ApprovalStatus",
    "OutboxMessage",
    "Party",
    "PartyKind",
    "PartyLocale",
    "PartyStatus",
    "StaffRole",
    "StaffRoleChange",
    "User",
]
