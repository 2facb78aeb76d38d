"""Review who holds which role: open, answer, and complete by two people, which withdraws what is to go."""

import datetime as dt

from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.models import AccessReview, AccessReviewItem, AccessReviewStatus, Approval, ApprovalKind
from accounts.services.actor import acting
from accounts.services.approvals import execute_approval, propose_approval
from accounts.services.staff import withdraw_role
from accounts.services.violations import refusing

EVERY_BOOK = "*"


class ReviewExists(Exception):
    """This period has its review already; answer that one."""

    code = "accounts_accessreview_period_unique"


class ReviewNotOpen(Exception):
    """There is no such open review; a completed one is a record."""

    code = "accounts_accessreviewitem_review_open"


class RolesUndecided(Exception):
    """Not every role that was held at the opening has its decision; decide the others first."""

    code = "accounts_accessreview_every_role_decided"


class OwnRoleReviewed(Exception):
    """Nobody reviews roles of their own: a colleague decides."""

    code = "accounts_accessreviewitem_reviewer_is_another"


class ReviewerDecidesNothing(Exception):
    """Only staff whose roles decide something review the roles of others."""

    code = "accounts_accessreviewitem_reviewer_decides"


_ITEMS = """
INSERT INTO accounts_accessreviewitem (review_id, user_id, group_id, reason)
SELECT %s, m.user_id, m.group_id, ''
FROM accounts_user_groups AS m
INNER JOIN accounts_user AS u ON u.id = m.user_id
WHERE u.is_active AND u.is_staff
ORDER BY m.user_id, m.group_id
"""


def open_access_review(*, period: str, due_on: dt.date, actor_id: int) -> AccessReview:
    """List every role that active staff hold now, to be kept or withdrawn. Joins or opens an atomic block.

    :raises ReviewExists: the period has one.
    Source: DESIGN 1, rule 9; decision 36.
    """
    with acting(actor_id=actor_id, reason=f"access review {period}"):
        with refusing(refusals={ReviewExists.code: ReviewExists()}):
            review = AccessReview.objects.create(period=period, due_on=due_on, opened_by_id=actor_id)
        with connection.cursor() as cursor:
            cursor.execute(_ITEMS, [review.pk])
    review.refresh_from_db()
    return review


def decide_role(
    *, item_id: int, decision: AccessReviewItem.Decision | str, reason: str, reviewer_id: int
) -> AccessReviewItem:
    """Keep a role or mark it to be withdrawn; until the completion it may be decided anew. Locks the item.

    Joins or opens an atomic block.

    :raises ReviewNotOpen: no such item, or its review is completed.
    :raises OwnRoleReviewed: the role is the reviewer's own.
    :raises ReviewerDecidesNothing: the reviewer's roles decide nothing.
    :raises ReasonMissing: no reason is given.
    Source: decision 36.
    """
    refusals = {
        ReviewNotOpen.code: ReviewNotOpen(),
        OwnRoleReviewed.code: OwnRoleReviewed(),
        ReviewerDecidesNothing.code: ReviewerDecidesNothing(),
    }
    with acting(actor_id=reviewer_id, reason=reason):
        item = AccessReviewItem.objects.select_for_update(of=("self",)).filter(pk=item_id).first()
        if item is None:
            raise ReviewNotOpen
        with refusing(refusals=refusals):
            AccessReviewItem.objects.filter(pk=item_id).update(
                decision=AccessReviewItem.Decision(decision),
                reviewer_id=reviewer_id,
                reason=reason,
                decided_at=Now(),
            )
        item.refresh_from_db()
    return item


def propose_completion(*, review_id: int, maker_id: int) -> Approval:
    """Propose exactly these decisions to a second person. Joins or opens an atomic block.

    :raises ReviewNotOpen: there is no such open review.
    :raises RolesUndecided: a decision is missing.
    Source: decision 36.
    """
    review = AccessReview.objects.filter(pk=review_id, status=AccessReviewStatus.OPEN).first()
    if review is None:
        raise ReviewNotOpen
    payload = _payload(review)
    if not all(dict(payload["decisions"]).values()):  # type: ignore[call-overload]
        raise RolesUndecided
    return propose_approval(
        book_code=EVERY_BOOK,
        kind=ApprovalKind.REVIEW_ACCESS,
        subject=f"access review/{review.period}",
        payload=payload,
        maker_id=maker_id,
    )


def complete_access_review(*, approval_id: int, actor_id: int) -> AccessReview:
    """Withdraw the roles that were to be withdrawn, and close the review. Joins or opens an atomic block.

    Locks the review, then the approval. Roles are few: each is withdrawn by the service of roles.

    :raises ReviewNotOpen: there is no such open review.
    :raises RolesUndecided: a role that was held at the opening is missing.
    :raises ApprovalPayloadChanged: a decision changed after it was proposed. Others as `execute_approval`.
    Source: decision 36.
    """
    with transaction.atomic():
        payload = Approval.objects.filter(pk=approval_id).values_list("payload", flat=True).first() or {}
        review = (
            AccessReview.objects.select_for_update(of=("self",))
            .filter(pk=payload.get("review", 0), status=AccessReviewStatus.OPEN)
            .first()
        )
        if review is None:
            raise ReviewNotOpen
        execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.REVIEW_ACCESS,
            subject=f"access review/{review.period}",
            payload=_payload(review),
        )
        with (
            acting(actor_id=actor_id, reason=f"access review {review.period}"),
            refusing(refusals={RolesUndecided.code: RolesUndecided()}),
        ):
            for item in review.items.filter(decision=AccessReviewItem.Decision.WITHDRAW).select_related(
                "group"
            ):
                withdraw_role(
                    user_id=item.user_id,
                    role=item.group.name,
                    actor_id=actor_id,
                    reason=f"access review {review.period}: {item.reason}",
                )
            AccessReview.objects.filter(pk=review.pk).update(
                status=AccessReviewStatus.COMPLETED, approval_id=approval_id, completed_at=Now()
            )
        review.refresh_from_db()
    return review


def _payload(review: AccessReview) -> dict[str, object]:
    decisions = review.items.order_by("pk").values_list("pk", "decision")
    return {
        "review": review.pk,
        "period": review.period,
        "decisions": {str(key): decision for key, decision in decisions},
    }
