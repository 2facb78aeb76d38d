"""Reads about approvals."""

from django.db.models import QuerySet

from accounts.models import Approval, ApprovalStatus


def approvals_awaiting(*, book_code: str, user_id: int) -> QuerySet[Approval]:
    """What this user may decide: proposed in the book by somebody else, oldest first."""
    return (
        Approval.objects.filter(book_code=book_code, status=ApprovalStatus.PROPOSED)
        .exclude(maker_id=user_id)
        .select_related("maker")
        .order_by("id")
    )


def approved(*, book_code: str, kind: str) -> QuerySet[Approval]:
    """Approved in the book and not yet executed, oldest first."""
    return Approval.objects.filter(book_code=book_code, kind=kind, status=ApprovalStatus.APPROVED).order_by(
        "id"
    )
