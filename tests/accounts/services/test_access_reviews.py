"""Reviewing who holds which role."""

import datetime as dt

import pytest

from accounts.models import AccessReview, AccessReviewStatus, StaffRole, User
from accounts.services.access_reviews import (
    OwnRoleReviewed,
    ReviewerDecidesNothing,
    ReviewExists,
    ReviewNotOpen,
    RolesUndecided,
    complete_access_review,
    decide_role,
    open_access_review,
    propose_completion,
)
from accounts.services.approvals import ApprovalPayloadChanged, approve
from accounts.services.staff import grant_role
from tests.accounts.cast import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei() -> User:
    return staff("mei.chan", StaffRole.RISK)


@pytest.fixture
def noor() -> User:
    return staff("noor.haddad", StaffRole.COMPLIANCE)


@pytest.fixture
def otto() -> User:
    return staff("otto.weiss", StaffRole.AUDITOR)


@pytest.fixture
def review(mei: User, noor: User, otto: User) -> AccessReview:
    return open_access_review(period="2026-Q4", due_on=dt.date(2026, 12, 31), actor_id=noor.pk)


def answer(review: AccessReview, who: User, reviewer: User, decision: str = "keep") -> None:
    for item in review.items.filter(user=who):
        decide_role(item_id=item.pk, decision=decision, reason="at work", reviewer_id=reviewer.pk)


class TestOpenAccessReview:
    def test_lists_what_everybody_holds(self, review: AccessReview, mei: User) -> None:
        held = review.items.values_list("user__username", "group__name")
        assert set(held) == {
            ("mei.chan", "risk"),
            ("noor.haddad", "compliance"),
            ("otto.weiss", "auditor"),
        }
        with pytest.raises(ReviewExists):
            open_access_review(period="2026-Q4", due_on=dt.date(2026, 12, 31), actor_id=mei.pk)


class TestDecideRole:
    def test_is_for_somebody_else_who_decides(
        self, review: AccessReview, mei: User, noor: User, otto: User
    ) -> None:
        with pytest.raises(OwnRoleReviewed):
            answer(review, mei, mei)
        with pytest.raises(ReviewerDecidesNothing):
            answer(review, mei, otto)
        with pytest.raises(ReviewNotOpen):
            decide_role(item_id=0, decision="keep", reason="at work", reviewer_id=mei.pk)


class TestCompleteAccessReview:
    def test_withdraws_by_two_people(self, review: AccessReview, mei: User, noor: User, otto: User) -> None:
        grant_role(user_id=mei.pk, role=StaffRole.FINANCE, actor_id=noor.pk, reason="since the opening")
        answer(review, mei, noor)
        answer(review, noor, mei)
        with pytest.raises(RolesUndecided):
            propose_completion(review_id=review.pk, maker_id=noor.pk)
        answer(review, otto, mei)
        stale = propose_completion(review_id=review.pk, maker_id=noor.pk)
        answer(review, otto, mei, "withdraw")
        approve(approval_id=stale.pk, checker_id=mei.pk)
        with pytest.raises(ApprovalPayloadChanged):
            complete_access_review(approval_id=stale.pk, actor_id=mei.pk)
        said = propose_completion(review_id=review.pk, maker_id=noor.pk)
        approve(approval_id=said.pk, checker_id=mei.pk)
        done = complete_access_review(approval_id=said.pk, actor_id=mei.pk)
        assert done.status == AccessReviewStatus.COMPLETED
        assert not otto.groups.exists()
        assert otto.role_changes.values_list("reason", flat=True).first() == "access review 2026-Q4: at work"
        with pytest.raises(ReviewNotOpen):
            complete_access_review(approval_id=said.pk, actor_id=mei.pk)
        with pytest.raises(ReviewNotOpen):
            propose_completion(review_id=review.pk, maker_id=noor.pk)
