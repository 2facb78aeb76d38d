"""Periods on their pages: what they show, and that they propose and do nothing by themselves."""

import pytest
from django.test import Client

from accounts.models import Approval, StaffRole, User
from ledger.models import BusinessDay, Hardness
from tests.desk import colleague, desk_of
from tests.ledger.builders import SmallBook
from tests.ledger.services.test_days import close
from tests.ledger.services.test_periods import lin, reopen, shut_month, soft_close

__all__ = ["lin"]
pytestmark = pytest.mark.django_db
PLACE = "/admin/ledger/businessday/"


@pytest.fixture
def desk(db: None) -> Client:
    return desk_of(colleague("fay.finance", StaffRole.FINANCE))


def page(desk: Client, address: str) -> str:
    return desk.get(address).content.decode()


class TestPeriodsPage:
    def test_shows_months_results_and_reopenings(self, main_book: SmallBook, lin: User, desk: Client) -> None:
        main_book.post(main_book.draft("interest_accrued", interest=900_00, spread=-900_00))
        close(main_book, lin)
        reopen(main_book, lin)
        shown = page(desk, "/admin/ledger/book/periods/?book=MAIN")
        assert "2008-09" in shown
        assert "900.00" in shown
        assert "a fee was missing" in shown

    def test_offers_what_the_month_allows(self, main_book: SmallBook, lin: User, desk: Client) -> None:
        assert "hardness=" not in page(desk, "/admin/ledger/book/periods/?book=MAIN")
        close(main_book, lin)
        assert "hardness=soft" in page(desk, "/admin/ledger/book/periods/?book=MAIN")
        shut_month(main_book, lin, Hardness.SOFT)
        assert "month/reopen/" in page(desk, "/admin/ledger/book/periods/?book=MAIN")
        shut_month(main_book, lin, Hardness.HARD)
        assert "month/" not in page(desk, "/admin/ledger/book/periods/?book=MAIN").split("Months")[-1]


class TestActs:
    def propose(self, desk: Client, address: str, **form: str) -> Approval:
        assert desk.get(PLACE + address).status_code == 200
        assert not Approval.objects.filter(status="proposed").exists()
        response = desk.post(PLACE + address, form)
        assert response.status_code == 302
        approval = Approval.objects.get(status="proposed")
        assert response["Location"].rstrip("/").endswith(f"{approval.pk}/change")
        return approval

    def carry_out(self, approval: Approval) -> str:
        second = desk_of(colleague("rob.risk", StaffRole.RISK))
        address = f"/admin/accounts/approval/{approval.pk}/approve/"
        assert second.get(address).status_code == 200
        return second.post(address, {}, follow=True).content.decode()

    def test_soft_close_and_reopen_a_day(self, main_book: SmallBook, desk: Client) -> None:
        day = BusinessDay.objects.get(book=main_book.book)
        assert "soft-close" in page(desk, f"{PLACE}{day.pk}/change/")
        said = self.carry_out(self.propose(desk, f"{day.pk}/soft-close/"))
        assert "takes corrections only" in said
        day.refresh_from_db()
        assert day.status == "soft_closed"
        assert "Reopen" in page(desk, f"{PLACE}{day.pk}/change/")
        approval = self.propose(desk, f"{day.pk}/reopen/", reason="a fee was missing")
        second = desk_of(colleague("sue.risk", StaffRole.RISK))
        second.post(f"/admin/accounts/approval/{approval.pk}/approve/", {}, follow=True)
        day.refresh_from_db()
        assert day.status == "open"
        assert "a fee was missing" in page(desk, f"{PLACE}{day.pk}/change/")

    def test_close_and_reopen_a_month(self, main_book: SmallBook, lin: User, desk: Client) -> None:
        close(main_book, lin)
        query = "?book=MAIN&month=2008-09"
        said = self.carry_out(self.propose(desk, f"month/close/{query}&hardness=soft"))
        assert "2008-09 is soft-closed" in said
        approval = self.propose(desk, f"month/reopen/{query}", reason="a statement came late")
        second = desk_of(colleague("sue.risk", StaffRole.RISK))
        said = second.post(
            f"/admin/accounts/approval/{approval.pk}/approve/", {}, follow=True
        ).content.decode()
        assert "2008-09 is open again" in said

    def test_carry_a_year_to_equity(self, main_book: SmallBook, lin: User, desk: Client) -> None:
        main_book.post(main_book.draft("interest_accrued", interest=900_00, spread=-900_00))
        approval = self.propose(desk, "year-end/?book=MAIN&year=2008")
        assert "900.00" in page(desk, f"/admin/accounts/approval/{approval.pk}/change/")
        soft_close(main_book, lin)
        assert "Soft-close the last day of the year first" in self.carry_out(approval)

    def test_are_not_an_auditors(self, main_book: SmallBook) -> None:
        auditor = desk_of(colleague("ava.stone", StaffRole.AUDITOR))
        day = BusinessDay.objects.get(book=main_book.book)
        assert auditor.get(f"{PLACE}{day.pk}/soft-close/").status_code == 403
        assert auditor.get("/admin/ledger/book/periods/").status_code == 200


class TestNotices:
    def test_stand_on_the_trial_balance_and_the_statement(
        self, main_book: SmallBook, lin: User, desk: Client
    ) -> None:
        main_book.post(main_book.draft("client_deposit", bank=500, wang=-500))
        close(main_book, lin)
        reopen(main_book, lin)
        for address in (
            "/admin/ledger/book/trial-balance/?book=MAIN",
            f"/admin/ledger/account/{main_book.accounts['wang']}/change/",
        ):
            assert "a fee was missing" in page(desk, address)
