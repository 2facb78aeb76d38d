"""Two people close a day."""

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Approval
from accounts.services.approvals import CheckerNotPermitted, SelfApproval, approve
from clearing.day.models import DayStep
from clearing.day.services.chunks import NeedsSecondPerson
from clearing.day.services.closing import DayNotReady, close_by_two, close_day, propose_close
from clearing.day.services.run_day import run_day
from clearing.day.services.steps import StepFailed
from ledger.models import DayClose
from ledger.services.periods import propose_day_reopening, reopen_business_day
from tests.world import SESSIONS, World

MONDAY = SESSIONS[0]


@pytest.fixture
def waiting(world: World) -> World:
    """Monday is run and waits for somebody to close it."""
    world.prepare(MONDAY)
    run_day(book_id=world.book.pk, business_date=MONDAY, maker_id=world.maker_id, inbox=world.inbox)
    return world


def last_step() -> DayStep:
    return DayStep.objects.get(name="closed_and_sealed")


class TestCloseDay:
    def test_closes_as_the_second_person_and_checks_the_step_off(self, waiting: World) -> None:
        close_day(book_id=waiting.book.pk, business_date=MONDAY, checker_id=waiting.checker_id)
        close = DayClose.objects.get(day__business_date=MONDAY)
        assert (close.maker_id, close.checker_id) == (waiting.maker_id, waiting.checker_id)
        assert last_step().status == "done"
        assert not waiting.run(MONDAY).has_changed

    def test_uses_the_proposal_that_waits(self, waiting: World) -> None:
        close_day(book_id=waiting.book.pk, business_date=MONDAY, checker_id=waiting.checker_id)
        assert Approval.objects.get(kind="close_business_day").status == "executed"

    def test_closes_once(self, waiting: World) -> None:
        for _ in range(2):
            close_day(book_id=waiting.book.pk, business_date=MONDAY, checker_id=waiting.checker_id)
        assert DayClose.objects.count() == 1

    def test_refuses_the_maker(self, waiting: World) -> None:
        with pytest.raises(SelfApproval):
            close_day(book_id=waiting.book.pk, business_date=MONDAY, checker_id=waiting.maker_id)
        assert last_step().status == "pending"

    def test_refuses_before_the_other_steps_are_done(self, world: World) -> None:
        world.prepare(MONDAY)
        with pytest.raises(DayNotReady):
            close_day(book_id=world.book.pk, business_date=MONDAY, checker_id=world.checker_id)
        run_day(book_id=world.book.pk, business_date=MONDAY, maker_id=world.maker_id)
        # As if the last step but one had not been reached.
        with pytest.raises(DayNotReady):
            close_day(book_id=world.book.pk, business_date=SESSIONS[1], checker_id=world.checker_id)


class TestCloseByTwo:
    def test_waits_without_a_second_person(self, waiting: World) -> None:
        with pytest.raises(NeedsSecondPerson):
            close_by_two(
                book_id=waiting.book.pk,
                business_date=MONDAY,
                maker_id=waiting.maker_id,
                checker_id=None,
            )

    def test_closes_when_the_day_is_run_again_after_an_approval(self, waiting: World) -> None:
        approval = Approval.objects.get(kind="close_business_day")
        approve(approval_id=approval.pk, checker_id=waiting.checker_id)
        report = run_day(book_id=waiting.book.pk, business_date=MONDAY, maker_id=waiting.maker_id)
        assert report.is_closed

    def test_refuses_a_checker_without_a_role(self, world: World) -> None:
        world.prepare(MONDAY)
        nobody = world.maker_id + 1_000_000
        with pytest.raises(StepFailed) as refused:
            run_day(
                book_id=world.book.pk,
                business_date=MONDAY,
                maker_id=world.maker_id,
                checker_id=nobody,
                inbox=world.inbox,
            )
        assert isinstance(refused.value.__cause__, CheckerNotPermitted)


class TestProposeClose:
    def test_makes_one_proposal_for_the_same_books(self, waiting: World) -> None:
        arguments = {"book_id": waiting.book.pk, "business_date": MONDAY, "maker_id": waiting.maker_id}
        first, second = propose_close(**arguments), propose_close(**arguments)  # type: ignore[arg-type]
        assert first == second == Approval.objects.get(kind="close_business_day")


def reopen(world: World) -> None:
    proposed = propose_day_reopening(
        book_id=world.book.pk, business_date=MONDAY, reason="a fee was missing", maker_id=world.maker_id
    )
    approve(approval_id=proposed.pk, checker_id=world.checker_id)
    reopen_business_day(book_id=world.book.pk, business_date=MONDAY, approval_id=proposed.pk)


class TestExpectCloseAgain:
    def test_lets_a_reopened_day_be_run_to_a_second_close(self, waiting: World) -> None:
        close_day(book_id=waiting.book.pk, business_date=MONDAY, checker_id=waiting.checker_id)
        reopen(waiting)
        report = waiting.run(MONDAY)
        assert [step.name for step in report.steps if step.is_new] == ["closed_and_sealed"]
        assert report.is_closed
        assert list(DayClose.objects.order_by("pk").values_list("close_no", flat=True)) == [1, 2]

    def test_lets_it_be_closed_by_hand_too(self, waiting: World) -> None:
        close_day(book_id=waiting.book.pk, business_date=MONDAY, checker_id=waiting.checker_id)
        reopen(waiting)
        close_day(book_id=waiting.book.pk, business_date=MONDAY, checker_id=waiting.checker_id)
        assert DayClose.objects.count() == 2
        assert last_step().status == "done"

    def test_waits_for_the_second_person_again(self, waiting: World) -> None:
        close_day(book_id=waiting.book.pk, business_date=MONDAY, checker_id=waiting.checker_id)
        reopen(waiting)
        report = run_day(book_id=waiting.book.pk, business_date=MONDAY, maker_id=waiting.maker_id)
        assert not report.is_closed
        assert last_step().status == "pending"

    def test_is_no_way_round_the_last_step_of_a_closed_day(self, waiting: World) -> None:
        close_day(book_id=waiting.book.pk, business_date=MONDAY, checker_id=waiting.checker_id)
        with pytest.raises(IntegrityError, match="day_daystep_done_is_final"), transaction.atomic():
            DayStep.objects.filter(name="closed_and_sealed").update(status="pending", finished_at=None)
