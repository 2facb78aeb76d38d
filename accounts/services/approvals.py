"""Propose, decide and execute what needs two people."""

from django.db import transaction
from django.db.models.functions import Now

from accounts.domain.payloads import Payload, payload_hash
from accounts.models import Approval, ApprovalKind, ApprovalStatus, StaffRole, User

# Auditors read; they decide nothing.
DECIDING_ROLES = (StaffRole.OPERATIONS, StaffRole.RISK, StaffRole.FINANCE, StaffRole.COMPLIANCE)


class ApprovalMissing(Exception):
    """There is no such approval, or it is for something else: propose this one first."""


class ApprovalAlreadyDecided(Exception):
    """Somebody has decided this already; propose it anew."""


class SelfApproval(Exception):
    """Maker and checker are two people: ask a colleague to decide."""


class CheckerNotPermitted(Exception):
    """Only active staff of operations, risk, finance or compliance decide."""


class ApprovalNotApproved(Exception):
    """A second person has to approve this first."""


class ApprovalAlreadyExecuted(Exception):
    """This approval has been used; it permits one execution."""


class ApprovalPayloadChanged(Exception):
    """What is to be done is not what was approved: propose it anew."""


def propose_approval(
    *, book_code: str, kind: ApprovalKind | str, subject: str, payload: Payload, maker_id: int
) -> Approval:
    """Propose something for a second person to decide. Joins or opens an atomic block.

    :raises UnfitPayload: the payload holds something without one exact text.
    :raises ValueError: the kind is unknown.
    Source: DESIGN 1, rule 9.
    """
    return Approval.objects.create(
        book_code=book_code,
        kind=ApprovalKind(kind).value,
        subject=subject,
        payload=payload,
        payload_hash=payload_hash(payload),
        maker_id=maker_id,
    )


def approve(*, approval_id: int, checker_id: int, comment: str = "") -> Approval:
    """Permit what was proposed. Joins or opens an atomic block; locks the approval.

    :raises ApprovalMissing: no such approval.
    :raises ApprovalAlreadyDecided: it is no longer proposed.
    :raises SelfApproval: the checker is the maker.
    :raises CheckerNotPermitted: the checker is not active staff in a role that decides.
    Source: DESIGN 1, rule 9.
    """
    return _decide(
        approval_id=approval_id, checker_id=checker_id, comment=comment, decision=ApprovalStatus.APPROVED
    )


def reject(*, approval_id: int, checker_id: int, comment: str = "") -> Approval:
    """Refuse what was proposed, for good. Joins or opens an atomic block; locks the approval.

    :raises ApprovalMissing: no such approval.
    :raises ApprovalAlreadyDecided: it is no longer proposed.
    :raises SelfApproval: the checker is the maker.
    :raises CheckerNotPermitted: the checker is not active staff in a role that decides.
    Source: DESIGN 1, rule 9.
    """
    return _decide(
        approval_id=approval_id, checker_id=checker_id, comment=comment, decision=ApprovalStatus.REJECTED
    )


def _decide(*, approval_id: int, checker_id: int, comment: str, decision: ApprovalStatus) -> Approval:
    with transaction.atomic():
        approval = Approval.objects.select_for_update().filter(pk=approval_id).first()
        if approval is None:
            raise ApprovalMissing
        if approval.status != ApprovalStatus.PROPOSED:
            raise ApprovalAlreadyDecided
        if approval.maker_id == checker_id:
            raise SelfApproval
        if not _may_decide(checker_id=checker_id):
            raise CheckerNotPermitted
        Approval.objects.filter(pk=approval_id).update(
            status=decision, checker_id=checker_id, decided_at=Now(), comment=comment
        )
        approval.refresh_from_db()
    return approval


def _may_decide(*, checker_id: int) -> bool:
    return User.objects.filter(
        pk=checker_id, is_active=True, is_staff=True, groups__name__in=DECIDING_ROLES
    ).exists()


def execute_approval(
    *, approval_id: int, kind: ApprovalKind | str, subject: str, payload: Payload
) -> Approval:
    """Use an approval up, for exactly what it permits; the caller then does it in the same transaction.

    Requires the caller's atomic block, so that permission and deed commit together; locks the approval.

    :raises ApprovalMissing: no such approval, or it is of another kind or subject.
    :raises ApprovalAlreadyExecuted: it has been used.
    :raises ApprovalNotApproved: it is still proposed, or was rejected.
    :raises ApprovalPayloadChanged: the payload is not the one that was approved.
    Source: DESIGN 1, rule 9; DESIGN 2 (approvals only permit, the owning app executes).
    """
    with transaction.atomic():
        approval = Approval.objects.select_for_update().filter(pk=approval_id).first()
        if approval is None or (approval.kind, approval.subject) != (ApprovalKind(kind).value, subject):
            raise ApprovalMissing
        if approval.status == ApprovalStatus.EXECUTED:
            raise ApprovalAlreadyExecuted
        if approval.status != ApprovalStatus.APPROVED:
            raise ApprovalNotApproved
        if not bytes(approval.payload_hash) == payload_hash(payload) == payload_hash(approval.payload):
            raise ApprovalPayloadChanged
        Approval.objects.filter(pk=approval_id).update(status=ApprovalStatus.EXECUTED, executed_at=Now())
        approval.refresh_from_db()
    return approval
