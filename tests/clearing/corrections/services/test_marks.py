"""A mark corrected late, with figures by hand."""

import pytest

from accounts.services.approvals import reject
from clearing.corrections.models import Correction, CorrectionRun, DecisionReview
from clearing.corrections.services.marks import propose_mark_correction
from clearing.corrections.services.refusals import (
    CorrectionUnfit,
    NotApprovedByTwo,
    ReasonOrEvidenceMissing,
    SubjectSuperseded,
    SubjectUnknown,
)
from clearing.corrections.services.run import dry_run_correction, run_correction
from clearing.margin.models import LevelChange, MarginCall, Valuation
from clearing.marks.models import Mark
from clearing.marks.queries.marks import marks_on, prices_before
from ledger.models import JournalEntry
from tests.clearing.corrections.desk import approve_and_run, correct_mark, findings, reviews
from tests.clearing.liquidation.sales import AUTHORISED, propose
from tests.clearing.margin.harbour import HARBOUR, LIGHTER, MONDAY, TUESDAY, WEDNESDAY, Harbour


@pytest.fixture
def called(world: Harbour) -> Harbour:
    """F1 owes 100,000.00 on 1,000 shares marked at 139.00: 139 %, called on Monday for 11,000.00. On Tuesday
    they are at 160.00 and the call is met."""
    world.contract(owes=10_000_000, harbour=1_000)
    world.evening(harbour=13_900)
    world.morning(TUESDAY)
    world.evening(harbour=16_000)
    world.morning(WEDNESDAY)
    return world


class TestProposeMarkCorrection:
    def test_asks_a_second_person_for_exactly_this(self, called: Harbour) -> None:
        made = correct_mark(called, 14_500, day=MONDAY)
        mark = Mark.objects.get(instrument__unit__code=HARBOUR, session_date=MONDAY)
        assert (made.was["price_minor"], made.was["mark"]) == (13_900, mark.pk)
        assert made.approval.payload["corrected"] == made.corrected
        assert made.approval.subject == f"MAIN/correction/{made.reference}"

    def test_twice_is_once(self, called: Harbour) -> None:
        first = correct_mark(called, 14_500, day=MONDAY)
        assert correct_mark(called, 14_500, day=MONDAY, reason="said otherwise").pk == first.pk

    def test_may_come_again_when_it_was_rejected(self, called: Harbour) -> None:
        first = correct_mark(called, 14_500, day=MONDAY)
        reject(approval_id=first.approval_id, checker_id=called.ines.pk)
        again = correct_mark(called, 14_500, day=MONDAY)
        assert (again.attempt, again.pk != first.pk) == (2, True)

    def test_needs_a_mark(self, called: Harbour) -> None:
        with pytest.raises(SubjectUnknown):
            correct_mark(called, 14_500, day=WEDNESDAY)

    @pytest.mark.parametrize("price", [0, -1])
    def test_refuses_a_price_that_is_none(self, called: Harbour, price: int) -> None:
        with pytest.raises(CorrectionUnfit):
            correct_mark(called, price, day=MONDAY)

    @pytest.mark.parametrize(("reason", "evidence"), [("", "notice"), ("why", " ")])
    def test_says_why(self, called: Harbour, reason: str, evidence: str) -> None:
        with pytest.raises(ReasonOrEvidenceMissing):
            propose_mark_correction(
                book_id=called.book.pk,
                security_code=HARBOUR,
                session_date=MONDAY,
                price_minor=1,
                reason=reason,
                evidence=evidence,
                maker_id=called.maker.pk,
            )


class TestRunCorrectionOfAMark:
    def test_finds_a_call_that_should_not_have_been_made(self, called: Harbour) -> None:
        """145.00 for 139.00: 145 % is RESTRICT, so no call on Monday; H = 0.7 * 145,000.00."""
        result = approve_and_run(called, correct_mark(called, 14_500, day=MONDAY))
        assert findings(result) == [
            ("F1", "Mon", "call", 1, 0, "made"),
            ("F1", "Mon", "collateral", 13_900_000, 14_500_000, ""),
            ("F1", "Mon", "coverage", 1_390_000, 1_450_000, ""),
            ("F1", "Mon", "lending_value", 9_730_000, 10_150_000, ""),
            ("F1", "Mon", "level", 3, 2, ""),
        ]
        assert reviews(result) == [("F1", "Mon", "level_change"), ("F1", "Mon", "margin_call")]

    def test_opens_a_review_with_both_figures_and_a_deadline(self, called: Harbour) -> None:
        result = approve_and_run(called, correct_mark(called, 14_500, day=MONDAY))
        review = DecisionReview.objects.get(run_id=result.run_id, kind="margin_call")
        assert review.margin_call == MarginCall.objects.get()
        assert (review.stored["coverage_ppm"], review.stored["deposit_minor"]) == (1_390_000, 1_100_000)
        assert (review.recomputed["coverage_ppm"], review.recomputed["call"]) == (1_450_000, False)
        # Five sessions after Wednesday the 17th.
        assert (review.state, review.deadline_on.isoformat()) == ("open", "2008-09-24")

    def test_finds_a_call_that_was_missed(self, world: Harbour) -> None:
        """160.00 for 139.00: NORMAL was stored, CALL would have been; nothing was acted on but the level."""
        world.contract(owes=10_000_000, harbour=1_000)
        world.evening(harbour=16_000)
        world.morning(TUESDAY)
        result = approve_and_run(world, correct_mark(world, 13_900, day=MONDAY))
        assert ("F1", "Mon", "call", 0, 1, "missed") in findings(result)
        assert ("F1", "Mon", "level", 0, 3, "") in findings(result)
        assert reviews(result) == [("F1", "Mon", "level_change")]

    def test_asks_for_another_deposit_where_the_call_was_right(self, called: Harbour) -> None:
        """138.00: still a call, for 12,000.00 instead of 11,000.00."""
        result = approve_and_run(called, correct_mark(called, 13_800, day=MONDAY))
        assert ("F1", "Mon", "deposit", 1_100_000, 1_200_000, "") in findings(result)
        assert reviews(result) == [("F1", "Mon", "margin_call")]

    def test_follows_the_hysteresis_into_later_days(self, world: Harbour) -> None:
        """141.00 on Tuesday is out of CALL only past 142 %: it stays called after Monday's 139.00, and is not
        called at all after a Monday at 145.00."""
        world.contract(owes=10_000_000, harbour=1_000)
        world.evening(harbour=13_900)
        world.morning(TUESDAY)
        world.evening(harbour=14_100)
        world.morning(WEDNESDAY)
        result = approve_and_run(world, correct_mark(world, 14_500, day=MONDAY))
        levels = [row[1:5] for row in findings(result) if row[2] == "level"]
        assert levels == [("Mon", "level", 3, 2), ("Tue", "level", 3, 2)]
        assert [row[1] for row in findings(result) if row[2] == "call"] == ["Mon"]

    def test_finds_a_liquidation_that_should_not_have_been_made(self, world: Harbour) -> None:
        """109.00 is below 110 %: an emergency, sold without a deadline. 139.00 would only be a call."""
        world.contract(owes=10_000_000, harbour=1_000, terms=world.terms(AUTHORISED))
        world.evening(harbour=10_900)
        propose(world)
        world.morning(TUESDAY)
        result = approve_and_run(world, correct_mark(world, 13_900, day=MONDAY))
        assert ("F1", "Mon", "liquidation", 1, 0, "made") in findings(result)
        assert reviews(result) == [
            ("F1", "Mon", "level_change"),
            ("F1", "Mon", "liquidation"),
            ("F1", "Mon", "margin_call"),
        ]

    def test_finds_a_liquidation_that_was_missed(self, world: Harbour) -> None:
        world.contract(owes=10_000_000, harbour=1_000)
        world.evening(harbour=13_900)
        world.morning(TUESDAY)
        result = approve_and_run(world, correct_mark(world, 10_900, day=MONDAY))
        assert ("F1", "Mon", "liquidation", 0, 1, "missed") in findings(result)

    def test_gives_a_level_where_there_was_a_hold(self, world: Harbour) -> None:
        world.contract(owes=10_000_000, harbour=1_000)
        world.evening(harbour=None)
        world.morning(TUESDAY)
        result = approve_and_run(world, correct_mark(world, 16_000, day=MONDAY))
        assert ("F1", "Mon", "level", None, 0, "") in findings(result)
        assert ("F1", "Mon", "collateral", None, 16_000_000, "") in findings(result)

    def test_leaves_a_hold_for_another_reason(self, world: Harbour) -> None:
        world.contract(owes=10_000_000, harbour=1_000, lighter=100)
        world.mark(harbour=None, lighter=None)
        world.value()
        world.level()
        world.morning(TUESDAY)
        result = approve_and_run(world, correct_mark(world, 16_000, day=MONDAY))
        assert findings(result) == []

    def test_takes_a_level_away_where_there_was_no_price(self, called: Harbour) -> None:
        result = approve_and_run(called, correct_mark(called, None, day=MONDAY))
        assert ("F1", "Mon", "level", 3, None, "") in findings(result)
        assert reviews(result) == [("F1", "Mon", "level_change"), ("F1", "Mon", "margin_call")]

    def test_touches_nobody_else(self, called: Harbour) -> None:
        result = approve_and_run(called, correct_mark(called, 5, day=MONDAY, security=LIGHTER))
        assert (findings(result), reviews(result)) == ([], [])

    def test_writes_over_nothing(self, called: Harbour) -> None:
        before = [
            list(model.objects.order_by("pk").values())
            for model in (Valuation, LevelChange, MarginCall, JournalEntry)
        ]
        approve_and_run(called, correct_mark(called, 14_500, day=MONDAY))
        after = [
            list(model.objects.order_by("pk").values())
            for model in (Valuation, LevelChange, MarginCall, JournalEntry)
        ]
        assert after == before

    def test_makes_the_new_version_current(self, called: Harbour) -> None:
        approve_and_run(called, correct_mark(called, 14_500, day=MONDAY))
        prices = {
            mark.instrument.unit.code: mark.price_minor
            for mark in marks_on(book_id=called.book.pk, session_date=MONDAY)
        }
        assert prices[HARBOUR] == 14_500
        versions = Mark.objects.filter(instrument__unit__code=HARBOUR, session_date=MONDAY).order_by(
            "version"
        )
        assert [(mark.version, mark.price_minor) for mark in versions] == [(1, 13_900), (2, 14_500)]
        instrument = called.instruments[HARBOUR].pk
        last = prices_before(book_id=called.book.pk, session_date=TUESDAY, instrument_ids=[instrument])
        assert last[instrument].price_minor == 14_500

    def test_is_taken_by_a_valuation_that_comes_later(self, world: Harbour) -> None:
        """The correction comes between the marks and the valuation of a day."""
        world.contract(owes=10_000_000, harbour=1_000)
        world.mark(harbour=13_900)
        approve_and_run(world, correct_mark(world, 14_500, day=MONDAY))
        world.value()
        assert world.valuation().collateral_minor == 14_500_000

    def test_runs_once(self, called: Harbour) -> None:
        made = correct_mark(called, 14_500, day=MONDAY)
        first = approve_and_run(called, made)
        again = run_correction(correction_id=made.pk, maker_id=called.maker.pk)
        assert (again.run_id, again.is_replay, again.findings) == (first.run_id, True, first.findings)
        assert CorrectionRun.objects.count() == 1

    def test_needs_its_approval(self, called: Harbour) -> None:
        with pytest.raises(NotApprovedByTwo):
            run_correction(
                correction_id=correct_mark(called, 14_500, day=MONDAY).pk, maker_id=called.maker.pk
            )
        assert not CorrectionRun.objects.exists()

    def test_corrects_a_correction(self, called: Harbour) -> None:
        approve_and_run(called, correct_mark(called, 14_500, day=MONDAY))
        back = correct_mark(called, 13_900, day=MONDAY)
        approve_and_run(called, back)
        assert (back.was["version"], Mark.objects.current().get(pk__gt=back.was["mark"]).version) == (2, 3)

    def test_corrects_a_correction_by_what_was_decided_on(self, called: Harbour) -> None:
        """Valued at 139.00, put right to 145.00 by mistake, and then to 138.00: found against 139.00."""
        approve_and_run(called, correct_mark(called, 14_500, day=MONDAY))
        result = approve_and_run(called, correct_mark(called, 13_800, day=MONDAY))
        assert ("F1", "Mon", "collateral", 13_900_000, 13_800_000, "") in findings(result)
        assert reviews(result) == [("F1", "Mon", "margin_call")]

    def test_is_refused_when_another_was_faster(self, called: Harbour) -> None:
        slow = correct_mark(called, 14_000, day=MONDAY)
        approve_and_run(called, correct_mark(called, 14_500, day=MONDAY))
        with pytest.raises(SubjectSuperseded):
            approve_and_run(called, slow)
        assert Correction.objects.count() == 2

    def test_that_changes_nothing_finds_nothing(self, called: Harbour) -> None:
        result = approve_and_run(called, correct_mark(called, 13_900, day=MONDAY))
        assert (findings(result), reviews(result), result.entry_ids) == ([], [], ())


class TestDryRunCorrection:
    def test_tells_the_same_and_writes_nothing(self, called: Harbour) -> None:
        made = correct_mark(called, 14_500, day=MONDAY)
        dry = dry_run_correction(correction_id=made.pk)
        assert (CorrectionRun.objects.count(), Mark.objects.filter(version=2).count()) == (0, 0)
        result = approve_and_run(called, made)
        assert (dry.findings, dry.reviews) == (result.findings, result.reviews)
        assert [row["figure"] for row in dry.shown] == [row[2] for row in findings(result)]
