from accounts.models.access_review import AccessReview, AccessReviewItem, AccessReviewStatus
from accounts.models.approval import Approval, ApprovalKind, ApprovalStatus
from accounts.models.approval_rule import ApprovalDelegation, ApprovalRule
from accounts.models.credit_groups import CreditGroup, CreditGroupMember, CreditRelation
from accounts.models.disclosures import AcknowledgementChannel, DisclosureAcknowledgement, DisclosureVersion
from accounts.models.erasure import ERASED, PartyErasure
from accounts.models.identity import (
    LARGEST_DOCUMENT_BYTES,
    IdentityCheck,
    IdentityCheckKind,
    IdentityDocument,
    IdentityDocumentKind,
    IdentityOutcome,
)
from accounts.models.outbox import OutboxMessage
from accounts.models.party import Party, PartyKind, PartyLocale, PartyStatus
from accounts.models.roles import StaffRole, StaffRoleChange
from accounts.models.screening import Screening, ScreeningResult, ScreeningScope
from accounts.models.suitability import QuestionnaireVersion, RiskTier, SuitabilityAssessment, VersionState
from accounts.models.user import DAY_RUNNER, User

__all__ = [
    "DAY_RUNNER",
    "ERASED",
    "LARGEST_DOCUMENT_BYTES",
    "AccessReview",
    "AccessReviewItem",
    "AccessReviewStatus",
    "AcknowledgementChannel",
    "Approval",
    "ApprovalDelegation",
    "ApprovalKind",
    "ApprovalRule",
    "ApprovalStatus",
    "CreditGroup",
    "CreditGroupMember",
    "CreditRelation",
    "DisclosureAcknowledgement",
    "DisclosureVersion",
    "IdentityCheck",
    "IdentityCheckKind",
    "IdentityDocument",
    "IdentityDocumentKind",
    "IdentityOutcome",
    "OutboxMessage",
    "Party",
    "PartyErasure",
    "PartyKind",
    "PartyLocale",
    "PartyStatus",
    "QuestionnaireVersion",
    "RiskTier",
    "Screening",
    "ScreeningResult",
    "ScreeningScope",
    "StaffRole",
    "StaffRoleChange",
    "SuitabilityAssessment",
    "User",
    "VersionState",
]
