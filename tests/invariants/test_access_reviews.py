"""What the database refuses of access reviews. The services are bypassed."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from accounts.models import AccessReview, ApprovalKind, StaffRole, User
from accounts.services.access_reviews import open_access_review
from accounts.services.actor import acting
from accounts.services.approvals import propose_approval
from tests.accounts.cast import staff
from tests.invariants.approval_attacks import decide, refused_as
from tests.invariants.test_accounts import execute

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei() -> User:
    return staff("mei.chan", StaffRole.RISK)


@pytest.fixture
def li() -> User:
    return staff("li.wei", StaffRole.FINANCE)


@pytest.fixture
def noor() -> User:
    return staff("noor.haddad", StaffRole.COMPLIANCE)


@pytest.fixture
def olga() -> User:
    return staff("olga.petrova", StaffRole.OPERATIONS)


@pytest.fixture
def otto() -> User:
    return staff("otto.weiss", StaffRole.AUDITOR)


class TestAccessReview:
    ANSWER = (
        "UPDATE accounts_accessreviewitem SET decision = 'keep', reviewer_id = %s, reason = 'at work',"
        " decided_at = now()"
    )
    COMPLETE = "UPDATE accounts_accessreview SET status = 'completed', completed_at = now(), approval_id = %s"

    @pytest.fixture
    def review(self, mei: User, li: User, noor: User) -> AccessReview:
        return open_access_review(period="2026-Q4", due_on=dt.date(2026, 12, 31), actor_id=noor.pk)

    def approved(self, review: AccessReview, maker: User, checker: User) -> int:
        decisions = {str(item.pk): item.decision for item in review.items.all()}
        said = propose_approval(
            book_code="*",
            kind=ApprovalKind.REVIEW_ACCESS,
            subject="access review/2026-Q4",
            payload={"review": review.pk, "period": review.period, "decisions": decisions},
            maker_id=maker.pk,
        )
        decide(said, checker)
        execute(
            "UPDATE accounts_approval SET status = 'executed', executed_at = now() WHERE id = %s", said.pk
        )
        return said.pk

    def test_lists_what_was_held_when_it_was_opened(
        self, review: AccessReview, mei: User, li: User, noor: User
    ) -> None:
        """Neither an opening dated back nor a role taken and given again leaves anybody out."""
        with acting(actor_id=mei.pk, reason="an attack"):
            execute(
                "INSERT INTO accounts_accessreview (period, due_on, opened_by_id, opened_at, status)"
                " VALUES ('2027-Q1', '2027-03-31', %s, '2000-01-01', 'open')",
                mei.pk,
            )
            forged = AccessReview.objects.get(period="2027-Q1")
            assert forged.opened_at > review.opened_at
            execute("DELETE FROM accounts_user_groups WHERE user_id = %s", li.pk)
            execute(
                "INSERT INTO accounts_user_groups (user_id, group_id) SELECT %s, id FROM auth_group"
                " WHERE name = 'finance'",
                li.pk,
            )
            with refused_as("accounts_accessreview_every_role_decided"):
                execute(self.COMPLETE + " WHERE id = %s", None, forged.pk)

    def test_is_not_answered_by_whom_it_is_about(self, review: AccessReview, mei: User, otto: User) -> None:
        with acting(actor_id=mei.pk, reason="an attack"):
            with refused_as("accounts_accessreviewitem_reviewer_is_another"):
                execute(self.ANSWER, mei.pk)
            with refused_as("accounts_accessreviewitem_reviewer_decides"):
                execute(self.ANSWER, otto.pk)
            with refused_as("accounts_accessreviewitem_decision_complete"):
                execute("UPDATE accounts_accessreviewitem SET decision = 'keep'")

    def test_lists_each_role_once_in_a_period(self, review: AccessReview, mei: User) -> None:
        with acting(actor_id=mei.pk, reason="an attack"):
            with refused_as("accounts_accessreviewitem_role_once"):
                execute(
                    "INSERT INTO accounts_accessreviewitem (review_id, user_id, group_id, reason)"
                    " SELECT review_id, user_id, group_id, '' FROM accounts_accessreviewitem"
                )
            for name, period, status in (
                ("accounts_accessreview_period_unique", "2026-Q4", "open"),
                ("accounts_accessreview_period_present", " ", "open"),
                ("accounts_accessreview_starts_open", "2027-Q1", "completed"),
            ):
                with refused_as(name):
                    execute(
                        "INSERT INTO accounts_accessreview (period, due_on, opened_by_id, status)"
                        " VALUES (%s, '2026-12-31', %s, %s)",
                        period,
                        mei.pk,
                        status,
                    )

    def test_is_completed_by_two_when_every_role_is_decided(
        self, review: AccessReview, mei: User, li: User, noor: User, olga: User
    ) -> None:
        """Olga's role was given after the opening and waits for the next review."""
        with acting(actor_id=mei.pk, reason="the review"):
            with refused_as("accounts_accessreview_every_role_decided"):
                execute(self.COMPLETE, None)
            execute(self.ANSWER + " WHERE user_id <> %s", mei.pk, mei.pk)
            execute(self.ANSWER + " WHERE user_id = %s", noor.pk, mei.pk)
            with refused_as("accounts_accessreview_completed_by_two"):
                execute(self.COMPLETE, None)
            stale = self.approved(review, mei, li)
            execute("UPDATE accounts_accessreviewitem SET decision = 'withdraw' WHERE user_id = %s", li.pk)
            with refused_as("accounts_accessreview_completed_by_two"):
                execute(self.COMPLETE, stale)
            agreed = self.approved(review, mei, noor)
            with refused_as("accounts_accessreview_roles_withdrawn"):
                execute(self.COMPLETE, agreed)
            with refused_as("accounts_accessreview_completion_complete"):
                execute("UPDATE accounts_accessreview SET approval_id = %s", agreed)
            execute("DELETE FROM accounts_user_groups WHERE user_id = %s", li.pk)
            execute(self.COMPLETE, agreed)
            with refused_as("accounts_accessreviewitem_review_open"):
                execute(self.ANSWER + " WHERE user_id <> %s", mei.pk, mei.pk)
            with refused_as("accounts_accessreview_content_unchanged"):
                execute("UPDATE accounts_accessreview SET completed_at = '2020-01-01'")

    def test_leaves_no_role_out(self, review: AccessReview, mei: User, li: User, noor: User) -> None:
        """A review opened without its items is not complete either."""
        with acting(actor_id=mei.pk, reason="an attack"):
            execute(
                "INSERT INTO accounts_accessreview (period, due_on, opened_by_id, status)"
                " VALUES ('empty', '2026-12-31', %s, 'open')",
                mei.pk,
            )
            with refused_as("accounts_accessreview_every_role_decided"):
                execute(self.COMPLETE + " WHERE period = 'empty'", None)

    def test_keeps_its_history(self, review: AccessReview, mei: User) -> None:
        with refused_as("accounts_history_actor_present"):
            execute(self.ANSWER + " WHERE user_id <> %s", mei.pk, mei.pk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM accounts_historicalaccessreviewitem")
            assert cursor.fetchone() == (Group.objects.filter(user__is_active=True).count(),)
