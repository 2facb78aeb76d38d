"""What the database refuses of corrections, runs, findings and reviews, whoever asks."""

import pytest
from django.db import connection, transaction

from accounts.services.approvals import approve
from clearing.corrections.models import (
    Correction,
    CorrectionEntry,
    CorrectionFinding,
    CorrectionRun,
    DecisionReview,
    ReviewState,
)
from clearing.corrections.services.reviews import decide_review, propose_decision
from clearing.corrections.services.run import run_correction
from clearing.margin.models import LevelChange
from clearing.marks.models import Mark
from tests.clearing.corrections.desk import correct_mark
from tests.clearing.margin.harbour import MONDAY, TUESDAY, Harbour, harbour
from tests.invariants.rows import change_row, copy_row, not_permitted, refused

CORRECTION, RUN = "corrections_correction", "corrections_correctionrun"
FINDING, ENTRY = "corrections_correctionfinding", "corrections_correctionentry"
REVIEW, MARK = "corrections_decisionreview", "marks_mark"


@pytest.fixture
def corrected(transactional_db: None) -> Harbour:
    """Monday's mark was 139.00, is said to be 145.00, approved and run, each in its own transaction."""
    world = harbour()
    world.contract(owes=10_000_000, harbour=1_000)
    world.evening(harbour=13_900)
    world.morning(TUESDAY)
    made = correct_mark(world, 14_500, day=MONDAY)
    approve(approval_id=made.approval_id, checker_id=world.ines.pk)
    run_correction(correction_id=made.pk, maker_id=world.maker.pk)
    return world


class TestCorrection:
    @pytest.mark.parametrize(
        "changes",
        [
            {"subject": "mark/XNYS:LITE/2008-09-15"},
            {"effective_on": TUESDAY},
            {"corrected": '{"price_minor": 1}'},
            {"was": "{}"},
            {"reason": "another"},
            {"evidence": "another"},
            {"digest": b"x" * 32},
            {"reference": "another"},
            {"kind": "rate"},
        ],
    )
    def test_is_what_its_approval_permits(self, corrected: Harbour, changes: dict[str, object]) -> None:
        with refused("corrections_correction_approval_is_its_own"):
            copy_row(CORRECTION, Correction.objects.get().pk, **changes)

    def test_is_proposed_once(self, corrected: Harbour) -> None:
        with refused("corrections_correction_proposed_once"):
            copy_row(CORRECTION, Correction.objects.get().pk)

    def test_never_changes(self, corrected: Harbour) -> None:
        with not_permitted():
            change_row(CORRECTION, Correction.objects.get().pk, reason="another")
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM corrections_correction")


class TestCorrectionRun:
    def test_needs_an_approval_used_up(self, corrected: Harbour) -> None:
        waiting = correct_mark(corrected, 14_000, day=MONDAY)
        with refused("corrections_correctionrun_approved_by_two"):
            copy_row(RUN, CorrectionRun.objects.get().pk, correction_id=waiting.pk)
        approve(approval_id=waiting.approval_id, checker_id=corrected.ines.pk)
        with refused("corrections_correctionrun_approved_by_two"):
            copy_row(RUN, CorrectionRun.objects.get().pk, correction_id=waiting.pk)

    def test_is_one_a_correction(self, corrected: Harbour) -> None:
        with refused("corrections_correctionrun_once"):
            copy_row(RUN, CorrectionRun.objects.get().pk)

    def test_never_changes(self, corrected: Harbour) -> None:
        with not_permitted():
            change_row(RUN, CorrectionRun.objects.get().pk, booking_date=MONDAY)


class TestParts:
    def test_arrive_with_their_run(self, corrected: Harbour) -> None:
        with refused("corrections_correctionfinding_arrives_with_run"):
            copy_row(FINDING, CorrectionFinding.objects.earliest("pk").pk, business_date=TUESDAY)
        corrected.evening(harbour=16_000)
        with refused("corrections_decisionreview_arrives_with_run"):
            copy_row(
                REVIEW,
                DecisionReview.objects.get(kind="level_change").pk,
                level_change_id=LevelChange.objects.latest("pk").pk,
            )
        with refused("corrections_correctionentry_arrives_with_run"), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO corrections_correctionentry (run_id, entry_id, purpose)"
                " SELECT %s, min(id), 'adjustment' FROM ledger_journalentry",
                [CorrectionRun.objects.get().pk],
            )

    def test_never_change(self, corrected: Harbour) -> None:
        with not_permitted():
            change_row(FINDING, CorrectionFinding.objects.earliest("pk").pk, stored=1)
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM corrections_correctionentry")
        assert not CorrectionEntry.objects.exists()


class TestCorrectionFinding:
    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"stored": 1, "recomputed": 1}, "corrections_correctionfinding_differs"),
            ({"stored": None, "recomputed": None}, "corrections_correctionfinding_differs"),
            ({"tendency": "made"}, "corrections_correctionfinding_tendency_fits"),
            ({"figure": "call", "tendency": ""}, "corrections_correctionfinding_tendency_fits"),
            ({}, "corrections_correctionfinding_said_once"),
        ],
    )
    def test_says_a_difference_once(self, corrected: Harbour, changes: dict[str, object], name: str) -> None:
        with refused(name):
            copy_row(FINDING, CorrectionFinding.objects.get(figure="level").pk, **changes)


class TestDecisionReview:
    def decided(self, world: Harbour) -> DecisionReview:
        review = DecisionReview.objects.get(kind="margin_call")
        approval = propose_decision(
            review_id=review.pk, outcome=ReviewState.UPHELD, reason="no harm", maker_id=world.maker.pk
        )
        approve(approval_id=approval.pk, checker_id=world.ines.pk)
        return decide_review(review_id=review.pk, approval_id=approval.pk, maker_id=world.maker.pk)

    def test_starts_open(self, corrected: Harbour) -> None:
        review = DecisionReview.objects.get(kind="margin_call")
        with refused("corrections_decisionreview_starts_open"):
            copy_row(REVIEW, review.pk, state="upheld")

    def test_names_one_decision_of_its_contract(self, corrected: Harbour) -> None:
        review = DecisionReview.objects.get(kind="margin_call")
        with refused("corrections_decisionreview_names_its_decision"):
            copy_row(REVIEW, review.pk, kind="level_change")
        with refused("corrections_decisionreview_is_of_its_contract"):
            copy_row(REVIEW, review.pk, margin_call_id=None)
        with refused("corrections_decisionreview_once_a_run"):
            copy_row(REVIEW, review.pk)

    def test_is_decided_by_two(self, corrected: Harbour) -> None:
        review = DecisionReview.objects.get(kind="margin_call")
        approval = propose_decision(
            review_id=review.pk, outcome=ReviewState.UPHELD, reason="no harm", maker_id=corrected.maker.pk
        )
        decision = {"state": "upheld", "reason": "no harm", "approval_id": approval.pk, "closed_on": TUESDAY}
        with refused("corrections_decisionreview_decided_by_two"):
            change_row(REVIEW, review.pk, **decision)
        other = DecisionReview.objects.get(kind="level_change")
        done = self.decided_approval(corrected, review, approval.pk)
        with refused("corrections_decisionreview_decided_by_two"):
            change_row(REVIEW, other.pk, **{**decision, "approval_id": done})

    def decided_approval(self, world: Harbour, review: DecisionReview, approval_id: int) -> int:
        approve(approval_id=approval_id, checker_id=world.ines.pk)
        decide_review(review_id=review.pk, approval_id=approval_id, maker_id=world.maker.pk)
        return approval_id

    def test_is_decided_once(self, corrected: Harbour) -> None:
        with refused("corrections_decisionreview_decided_once"):
            change_row(REVIEW, self.decided(corrected).pk, reason="another")

    def test_ends_with_a_whole_decision(self, corrected: Harbour) -> None:
        review = DecisionReview.objects.get(kind="margin_call")
        with refused("corrections_decisionreview_decision_complete"):
            change_row(REVIEW, review.pk, closed_on=TUESDAY)

    def test_is_compensated_by_an_entry_of_its_own(self, corrected: Harbour) -> None:
        review = DecisionReview.objects.get(kind="margin_call")
        with connection.cursor() as cursor:
            cursor.execute("SELECT min(id) FROM ledger_journalentry")
            (entry,) = cursor.fetchone()
        with refused("corrections_decisionreview_entry_compensates_it"):
            change_row(REVIEW, review.pk, entry_id=entry)

    def test_asks_what_it_asked(self, corrected: Harbour) -> None:
        review = DecisionReview.objects.get(kind="margin_call")
        with not_permitted():
            change_row(REVIEW, review.pk, deadline_on=MONDAY)
        with not_permitted():
            change_row(REVIEW, review.pk, stored="{}")

    def test_has_a_deadline_that_is_ahead(self, corrected: Harbour) -> None:
        with refused("corrections_decisionreview_deadline_after_opening"):
            copy_row(REVIEW, DecisionReview.objects.get(kind="margin_call").pk, deadline_on=MONDAY)


class TestMarkVersion:
    def test_follows_the_last(self, corrected: Harbour) -> None:
        newest = Mark.objects.get(version=2)
        with refused("marks_mark_version_follows_the_last"):
            copy_row(MARK, newest.pk, version=4, supersedes_id=newest.pk)
        other = Mark.objects.exclude(instrument_id=newest.instrument_id).earliest("pk")
        with refused("marks_mark_version_follows_the_last"):
            copy_row(MARK, newest.pk, supersedes_id=other.pk)

    def test_is_approved_by_two(self, corrected: Harbour) -> None:
        newest = Mark.objects.get(version=2)
        with refused("marks_mark_superseded_by_two"):
            copy_row(MARK, newest.pk, version=3, supersedes_id=newest.pk)
        waiting = correct_mark(corrected, 14_000, day=MONDAY)
        with refused("marks_mark_superseded_by_two"):
            copy_row(
                MARK, newest.pk, version=3, supersedes_id=newest.pk, price_minor=14_000,
                approval_id=waiting.approval_id,
            )  # fmt: skip

    def test_supersedes_something_or_is_the_first(self, corrected: Harbour) -> None:
        newest = Mark.objects.get(version=2)
        with refused("marks_mark_later_version_supersedes"), transaction.atomic():
            copy_row(MARK, newest.pk, version=1, session_date=TUESDAY)
