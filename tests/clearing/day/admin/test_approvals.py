"""Two people: what is proposed by one is decided by another, and carried out by the app that owns it."""

from accounts.models import Approval, ApprovalStatus
from clearing.liquidation.models import LiquidationState
from ledger.models import BusinessDay
from tests.clearing.day.admin.conftest import Evening
from tests.desk import text_of
from tests.world import SESSIONS


def address(approval: Approval, name: str = "change") -> str:
    return f"/admin/accounts/approval/{approval.pk}/{name}/"


class TestApprove:
    def test_asks_once_more_and_shows_what_would_be_sold(self, evening: Evening) -> None:
        page = text_of(evening.desk(evening.rita).get(address(evening.release, "approve")).content.decode())
        assert "Release this liquidation?" in page
        assert "Simulation: orders of the next session" in page
        assert evening.release.status == ApprovalStatus.PROPOSED

    def test_releases_the_liquidation(self, evening: Evening) -> None:
        response = evening.desk(evening.rita).post(
            address(evening.release, "approve"), {"comment": "as the terms say"}, follow=True
        )
        assert "is released; its orders go out with the next run" in response.content.decode()
        assert evening.liquidation.state == LiquidationState.RELEASED
        assert (evening.release.status, evening.release.checker) == (ApprovalStatus.EXECUTED, evening.rita)
        assert evening.release.comment == "as the terms say"

    def test_is_refused_to_whoever_proposed_it(self, evening: Evening) -> None:
        response = evening.desk(evening.olga).post(address(evening.release, "approve"), {}, follow=True)
        assert "Maker and checker are two people" in response.content.decode()
        assert evening.liquidation.state == LiquidationState.PROPOSED

    def test_offers_its_maker_no_button_and_says_why(self, evening: Evening) -> None:
        page = evening.desk(evening.olga).get(address(evening.release)).content.decode()
        assert address(evening.release, "approve") not in page
        assert "You proposed this yourself" in page

    def test_clicked_twice_releases_once(self, evening: Evening) -> None:
        rita = evening.desk(evening.rita)
        rita.post(address(evening.release, "approve"), {})
        again = rita.post(address(evening.release, "approve"), {}, follow=True)
        assert "You have approved this already" in again.content.decode()
        assert evening.liquidation.events.filter(kind="released").count() == 1

    def test_is_not_an_auditor_s(self, evening: Evening) -> None:
        ava = evening.desk(evening.ava)
        assert ava.get(address(evening.release, "approve")).status_code == 403
        assert ava.post(address(evening.release, "approve"), {}).status_code == 403
        assert evening.liquidation.state == LiquidationState.PROPOSED

    def test_needs_a_token_against_forged_forms(self, evening: Evening) -> None:
        rita = evening.desk(evening.rita)
        rita.handler.enforce_csrf_checks = True
        assert rita.post(address(evening.release, "approve"), {}).status_code == 403


class TestReject:
    def test_wants_to_know_why(self, evening: Evening) -> None:
        response = evening.desk(evening.rita).post(address(evening.release, "reject"), {"comment": ""})
        assert response.status_code == 200
        assert evening.release.status == ApprovalStatus.PROPOSED

    def test_does_nothing_but_reject(self, evening: Evening) -> None:
        rita = evening.desk(evening.rita)
        rita.post(address(evening.release, "reject"), {"comment": "the client has called"})
        assert evening.release.status == ApprovalStatus.REJECTED
        assert evening.liquidation.state == LiquidationState.PROPOSED


class TestClose:
    def test_is_given_by_the_second_person(self, evening: Evening) -> None:
        response = evening.desk(evening.rita).post(address(evening.close, "approve"), {}, follow=True)
        assert f"{SESSIONS[2]} is closed." in response.content.decode()
        day = BusinessDay.objects.get(business_date=SESSIONS[2])
        assert day.status == BusinessDay.Status.CLOSED
        close = day.closes.get()
        assert (close.maker, close.checker) == (evening.olga, evening.rita)

    def test_is_refused_to_whoever_ran_the_day(self, evening: Evening) -> None:
        response = evening.desk(evening.olga).post(address(evening.close, "approve"), {}, follow=True)
        assert "Maker and checker are two people" in response.content.decode()
        assert BusinessDay.objects.get(business_date=SESSIONS[2]).status == BusinessDay.Status.OPEN
