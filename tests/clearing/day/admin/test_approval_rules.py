"""Rules, delegations and access reviews: proposed in the admin by one, decided by another."""

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import AccessReview, Approval, ApprovalDelegation, ApprovalRule, StaffRole, User
from tests.desk import colleague, desk_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita() -> User:
    return colleague("rita.keller", StaffRole.RISK)


@pytest.fixture
def noor() -> User:
    return colleague("noor.haddad", StaffRole.COMPLIANCE)


@pytest.fixture
def olga() -> User:
    return colleague("olga.petrova", StaffRole.OPERATIONS)


def page_of(desk: Client, address: str) -> str:
    return text_of(desk.get(address, follow=True).content.decode())


def decided(desk: Client) -> str:
    """The newest approval, approved and carried out at this desk."""
    address = f"/admin/accounts/approval/{Approval.objects.latest('pk').pk}/approve/"
    return text_of(desk.post(address, {"comment": ""}, follow=True).content.decode())


class TestRules:
    def test_are_proposed_by_one_and_put_in_force_by_another(self, rita: User, noor: User) -> None:
        page = desk_of(rita).post(
            "/admin/accounts/approvalrule/propose/",
            {"role": "finance", "kind": "write_off_break", "is_permitted": ""},
            follow=True,
        )
        assert "Finance, Write off a break: no longer permitted" in text_of(page.content.decode())
        assert "The rule is in force." in decided(desk_of(noor))
        assert not ApprovalRule.objects.latest("pk").is_permitted
        assert "not permitted" in page_of(desk_of(rita), "/admin/accounts/approvalrule/?role__exact=finance")

    def test_are_withdrawn_by_their_maker_alone(self, rita: User, noor: User) -> None:
        desk_of(rita).post(
            "/admin/accounts/approvalrule/propose/",
            {"role": "finance", "kind": "write_off_break", "is_permitted": ""},
        )
        address = f"/admin/accounts/approval/{Approval.objects.latest('pk').pk}/withdraw/"
        assert desk_of(noor).post(address).status_code == 403
        assert "Take this proposal back?" in page_of(desk_of(rita), address)
        assert "Withdrawn. Nothing was done." in text_of(
            desk_of(rita).post(address, follow=True).content.decode()
        )
        assert "Somebody has decided this already" in decided(desk_of(noor))


class TestDelegations:
    def test_need_a_third_person_and_are_revoked_by_one(self, rita: User, noor: User, olga: User) -> None:
        form = {
            "delegator": rita.pk,
            "delegate": olga.pk,
            "kind": "",
            "first_day": "2020-01-01",
            "last_day": "2199-01-01",
            "reason": "on leave",
        }
        page = desk_of(rita).post("/admin/accounts/approvaldelegation/propose/", form, follow=True)
        assert "Olga Petrova decides for Rita Keller" in text_of(page.content.decode())
        assert "The delegation holds until" in decided(desk_of(noor))
        assert "in force" in page_of(desk_of(olga), "/admin/accounts/approvaldelegation/")
        lent = ApprovalDelegation.objects.get()
        address = f"/admin/accounts/approvaldelegation/{lent.pk}/revoke/"
        assert "What was decided by it stands" in page_of(desk_of(rita), address)
        desk_of(rita).post(address)
        lent.refresh_from_db()
        assert lent.revoked_by == rita


class TestAccessReviews:
    def test_are_answered_by_others_and_completed_by_two(self, rita: User, noor: User, olga: User) -> None:
        desk_of(noor).post(
            "/admin/accounts/accessreview/open/", {"period": "2020-Q1", "due_on": "2020-03-31"}
        )
        review = AccessReview.objects.get()
        assert "overdue" in page_of(desk_of(rita), "/admin/accounts/accessreview/")
        for item in review.items.all():
            reviewer = noor if item.user_id != noor.pk else rita
            answer = {"decision": "withdraw" if item.user_id == olga.pk else "keep", "reason": "seen"}
            desk_of(reviewer).post(f"/admin/accounts/accessreview/item/{item.pk}/", answer)
        assert "Propose completion" in page_of(
            desk_of(noor), f"/admin/accounts/accessreview/{review.pk}/change/"
        )
        page = desk_of(noor).post(f"/admin/accounts/accessreview/{review.pk}/complete/", follow=True)
        assert "2020-Q1: 2 roles kept, 1 withdrawn" in text_of(page.content.decode())
        assert "The review of 2020-Q1 is completed." in decided(desk_of(rita))
        assert not olga.groups.exists()


class TestExpireApprovals:
    def test_prints_how_many(self, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("expire_approvals", "--json")
        assert capsys.readouterr().out == '{"expired": 0}\n'
