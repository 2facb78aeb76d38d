"""A form that is sent twice does it once."""

from accounts.models import Approval, ApprovalKind, StaffRole, User
from tests.desk import colleague, desk_of

PAGE = "/admin/accounts/approvaldelegation/propose/"


def proposals() -> int:
    return Approval.objects.filter(kind=ApprovalKind.DELEGATE_APPROVALS).count()


class TestOnce:
    def said(self, olga: User, rita: User, **other: str) -> dict[str, object]:
        days = {"first_day": "2030-01-01", "last_day": "2030-01-31", "reason": "on leave"}
        return {"delegator": olga.pk, "delegate": rita.pk, "kind": "", **days, "form_key": "abc", **other}

    def test_finds_what_the_first_click_did(self, db: None) -> None:
        olga, rita = colleague("olga.meyer", StaffRole.OPERATIONS), colleague("rita.rossi", StaffRole.RISK)
        desk = desk_of(olga)
        first, second = (desk.post(PAGE, self.said(olga, rita)) for _ in range(2))
        assert proposals() == 1
        assert second.headers["Location"] == first.headers["Location"]
        desk.post(PAGE, self.said(olga, rita, reason="on leave, again"))
        assert proposals() == 2

    def test_does_again_what_was_refused(self, db: None) -> None:
        olga = colleague("olga.meyer", StaffRole.OPERATIONS)
        desk = desk_of(olga)
        for _ in range(2):
            page = desk.post(PAGE, self.said(olga, olga)).content.decode()
            assert "A delegation goes from one person to another." in page
        assert proposals() == 0

    def test_gives_each_page_a_key_of_its_own(self, db: None) -> None:
        desk = desk_of(colleague("olga.meyer", StaffRole.OPERATIONS))
        assert desk.get(PAGE).context["form_key"] != desk.get(PAGE).context["form_key"]
