"""Reviews of decisions in doubt: proposed by one, decided by another, paid where they compensate."""

import pytest

from accounts.models import Approval
from accounts.services.approvals import ApprovalNotApproved, approve
from clearing.corrections.models import DecisionReview, ReviewState
from clearing.corrections.queries.corrections import correction_figures
from clearing.corrections.services.refusals import DecisionPending, OutcomeUnfit, ReviewDecided, ReviewUnknown
from clearing.corrections.services.reviews import decide_review, propose_decision
from clearing.day.services.report import report_day
from contracts.queries.balances import contract_balances
from ledger.models import Posting
from tests.clearing.corrections.desk import approve_and_run, correct_mark
from tests.clearing.margin.harbour import MONDAY, TUESDAY, WEDNESDAY, Harbour


@pytest.fixture
def review(world: Harbour) -> DecisionReview:
    """A call of Monday, made on 139 % where 145 % was right; nobody sold anything."""
    world.contract(owes=10_000_000, harbour=1_000)
    world.evening(harbour=13_900)
    world.morning(TUESDAY)
    result = approve_and_run(world, correct_mark(world, 14_500, day=MONDAY))
    return DecisionReview.objects.get(run_id=result.run_id, kind="margin_call")


def propose(
    world: Harbour, review: DecisionReview, outcome: ReviewState = ReviewState.UPHELD, amount: int = 0
) -> Approval:
    return propose_decision(
        review_id=review.pk,
        outcome=outcome,
        reason="the client lost nothing by it",
        amount_minor=amount,
        maker_id=world.maker.pk,
    )


def decide(world: Harbour, review: DecisionReview, approval: Approval) -> DecisionReview:
    return decide_review(review_id=review.pk, approval_id=approval.pk, maker_id=world.maker.pk)


class TestProposeDecision:
    @pytest.mark.parametrize(
        ("outcome", "amount"),
        [
            (ReviewState.COMPENSATED, 0),
            (ReviewState.COMPENSATED, -1),
            (ReviewState.UPHELD, 1),
            (ReviewState.WITHDRAWN, 1),
            (ReviewState.OPEN, 0),
        ],
    )
    def test_pays_exactly_where_it_compensates(
        self, world: Harbour, review: DecisionReview, outcome: ReviewState, amount: int
    ) -> None:
        with pytest.raises(OutcomeUnfit):
            propose(world, review, outcome, amount)

    def test_says_why(self, world: Harbour, review: DecisionReview) -> None:
        with pytest.raises(OutcomeUnfit):
            propose_decision(
                review_id=review.pk, outcome=ReviewState.UPHELD, reason=" ", maker_id=world.maker.pk
            )

    def test_is_one_at_a_time(self, world: Harbour, review: DecisionReview) -> None:
        propose(world, review)
        with pytest.raises(DecisionPending):
            propose(world, review, ReviewState.WITHDRAWN)

    def test_needs_a_review(self, world: Harbour) -> None:
        with pytest.raises(ReviewUnknown):
            propose_decision(review_id=1, outcome=ReviewState.UPHELD, reason="x", maker_id=world.maker.pk)


class TestDecideReview:
    @pytest.mark.parametrize("outcome", [ReviewState.UPHELD, ReviewState.WITHDRAWN])
    def test_ends_it_without_an_entry(
        self, world: Harbour, review: DecisionReview, outcome: ReviewState
    ) -> None:
        approval = propose(world, review, outcome)
        approve(approval_id=approval.pk, checker_id=world.ines.pk)
        decided = decide(world, review, approval)
        assert (decided.state, decided.entry_id, decided.closed_on) == (outcome, None, TUESDAY)
        assert decided.reason == "the client lost nothing by it"

    def test_pays_the_client_what_it_was_compensated(self, world: Harbour, review: DecisionReview) -> None:
        """120.00: expense and client transit up, house transit and the client's claim on cash."""
        contract = world.contracts["F1"].pk
        before = contract_balances(contract_ids=[contract])[contract].cash_minor
        approval = propose(world, review, ReviewState.COMPENSATED, 12_000)
        approve(approval_id=approval.pk, checker_id=world.ines.pk)
        decided = decide(world, review, approval)
        assert contract_balances(contract_ids=[contract])[contract].cash_minor - before == 12_000
        postings = Posting.objects.filter(entry_id=decided.entry_id).select_related("account", "entry")
        assert {(one.account.address, one.amount_minor) for one in postings} == {
            ("house/expense/compensation", 12_000),
            ("house/transit/ANCHOR", -12_000),
            ("client/transit/ANCHOR", 12_000),
            ("client/OKAFOR/F1/cash", -12_000),
        }
        assert {(one.booking_date, one.value_date) for one in postings} == {(TUESDAY, MONDAY)}

    def test_needs_the_second_person(self, world: Harbour, review: DecisionReview) -> None:
        with pytest.raises(ApprovalNotApproved):
            decide(world, review, propose(world, review))

    def test_is_final(self, world: Harbour, review: DecisionReview) -> None:
        approval = propose(world, review)
        approve(approval_id=approval.pk, checker_id=world.ines.pk)
        decide(world, review, approval)
        with pytest.raises(ReviewDecided):
            propose(world, review)
        with pytest.raises(ReviewDecided):
            decide(world, review, approval)


class TestFigures:
    def test_count_what_waits_and_what_is_late(self, world: Harbour, review: DecisionReview) -> None:
        """Two decisions of Monday wait until the 23rd: five sessions after Tuesday the 16th."""
        evening = report_day(book_id=world.book.pk, business_date=TUESDAY)
        assert (evening["corrections_run"], evening["reviews_open"], evening["reviews_overdue"]) == (1, 2, 0)
        on_time = correction_figures(book_id=world.book.pk, business_date=review.deadline_on)
        assert (on_time.reviews_overdue, on_time.runs) == (0, 0)
        late = correction_figures(
            book_id=world.book.pk, business_date=review.deadline_on.replace(day=review.deadline_on.day + 1)
        )
        assert late.reviews_overdue == 2

    def test_leave_out_what_is_decided(self, world: Harbour, review: DecisionReview) -> None:
        approval = propose(world, review)
        approve(approval_id=approval.pk, checker_id=world.ines.pk)
        decide(world, review, approval)
        assert correction_figures(book_id=world.book.pk, business_date=WEDNESDAY).reviews_open == 1
