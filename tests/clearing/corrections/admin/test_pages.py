"""The pages of corrections and reviews, as somebody of risk sees them and acts through them."""

import pytest
from django.test import Client

from accounts.models import Approval
from clearing.corrections.models import Correction, CorrectionRun, DecisionReview
from tests.clearing.corrections.desk import approve_and_run, correct_mark
from tests.clearing.margin.harbour import MONDAY, TUESDAY, Harbour


@pytest.fixture
def risk(world: Harbour) -> Client:
    """Monday's call was corrected away; a further correction waits. Ines is signed in."""
    world.contract(owes=10_000_000, harbour=1_000)
    world.evening(harbour=13_900)
    world.morning(TUESDAY)
    approve_and_run(world, correct_mark(world, 14_500, day=MONDAY))
    correct_mark(world, 13_900, day=MONDAY)
    client = Client()
    client.force_login(world.ines)
    return client


def page(client: Client, path: str) -> str:
    response = client.get(f"/admin/{path}/")
    assert response.status_code == 200
    return response.content.decode()


class TestCorrectionPage:
    def test_shows_what_a_run_found(self, risk: Client) -> None:
        run = CorrectionRun.objects.get()
        shown = page(risk, f"corrections/correction/{run.correction_id}/change")
        assert "139,000.00 USD" in shown
        assert "145,000.00 USD" in shown
        assert "made, and should not have been" in shown

    def test_foresees_what_a_run_would_find(self, risk: Client) -> None:
        waiting = Correction.objects.latest("pk")
        shown = page(risk, f"corrections/correction/{waiting.pk}/change")
        assert "What a run would find now" in shown
        assert CorrectionRun.objects.count() == 1

    def test_is_listed(self, risk: Client) -> None:
        assert Correction.objects.latest("pk").reference in page(risk, "corrections/correction")


class TestApprovalPage:
    def test_runs_the_correction_that_is_approved(self, risk: Client) -> None:
        waiting = Correction.objects.latest("pk")
        response = risk.post(f"/admin/accounts/approval/{waiting.approval_id}/approve/", {"comment": ""})
        assert response.status_code == 302
        assert CorrectionRun.objects.filter(correction=waiting).exists()


class TestReviewPage:
    def test_shows_both_figures(self, risk: Client) -> None:
        review = DecisionReview.objects.get(kind="margin_call")
        shown = page(risk, f"corrections/decisionreview/{review.pk}/change")
        assert "139.00 %" in shown
        assert "145.00 %" in shown
        assert page(risk, "corrections/decisionreview")

    def test_proposes_how_it_ends(self, risk: Client) -> None:
        review = DecisionReview.objects.get(kind="margin_call")
        address = f"corrections/decisionreview/{review.pk}/decide"
        assert page(risk, address)
        risk.post(f"/admin/{address}/", {"outcome": "compensated", "amount": "12.50", "reason": "a fee"})
        made = Approval.objects.latest("pk")
        assert (made.payload["review"], made.payload["amount_minor"]) == (review.pk, 1_250)
