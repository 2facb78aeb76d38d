"""An open dispute holds a call's deadline and a liquidation's release, up to where it costs others."""

import datetime as dt

import pytest

from accounts.models import Approval
from accounts.services.approvals import approve
from clearing.liquidation.queries.disputes import disputes_of, holding_dispute
from clearing.liquidation.services.refusals import LiquidationDisputed
from clearing.liquidation.services.release import release_liquidation
from clearing.margin.models import MarginCall
from contracts.models import Dispute, DisputeState, DisputeSubject
from contracts.services.disputes import open_dispute, propose_answer, resolve_dispute, withdraw_dispute
from tests.clearing.liquidation.sales import AUTHORISED, cancel, kinds, liquidation, propose, release
from tests.clearing.margin.harbour import THURSDAY, TUESDAY, WEDNESDAY, Harbour


def dispute(world: Harbour, *, about: DisputeSubject, reference: str, days: int = 30) -> Dispute:
    return open_dispute(
        contract_id=world.contracts["F1"].pk,
        subject=about,
        subject_reference=reference,
        opened_on=world.day,
        answer_due_on=world.day + dt.timedelta(days=days),
        reason="the mark was wrong",
        actor_id=world.maker.pk,
    )


def answer(world: Harbour, one: Dispute, outcome: DisputeState) -> None:
    asked = propose_answer(dispute_id=one.pk, outcome=outcome, answer="looked at", maker_id=world.maker.pk)
    approve(approval_id=asked.pk, checker_id=world.ines.pk)
    resolve_dispute(approval_id=asked.pk, decided_on=world.day, actor_id=world.ines.pk)


def call() -> MarginCall:
    return MarginCall.objects.latest("pk")


@pytest.fixture
def called(world: Harbour) -> Harbour:
    """Covered by 125 % on Monday: a call until Wednesday, below the liquidation line, under a standing
    authority.
    """
    world.contract(owes=10_000_000, harbour=1_000, terms=world.terms(AUTHORISED))
    world.evening(harbour=12_500)
    return world


@pytest.fixture
def proposed(world: Harbour) -> Harbour:
    """The same, no standing authority, and the deadline has passed: proposed on Wednesday."""
    world.contract(owes=10_000_000, harbour=1_000)
    world.evening(harbour=12_500)
    to_wednesday(world)
    propose(world)
    return world


def to_wednesday(world: Harbour) -> None:
    for day in (TUESDAY, WEDNESDAY):
        world.morning(day)
        world.evening(harbour=12_500)


class TestADisputedCall:
    def test_reaches_no_deadline_before_the_answer(self, called: Harbour) -> None:
        one = dispute(called, about=DisputeSubject.CALL, reference=f"call:{call().pk}")
        to_wednesday(called)
        assert (call().status, call().deadline_on) == ("open", WEDNESDAY)
        assert propose(called).to_release + propose(called).released == 0
        called.morning(THURSDAY)
        answer(called, one, DisputeState.REJECTED)
        called.evening(harbour=12_500)
        assert call().status == "expired"
        assert propose(called).released == 1

    def test_is_superseded_when_the_client_was_right(self, called: Harbour) -> None:
        first = call()
        one = dispute(called, about=DisputeSubject.CALL, reference=f"call:{first.pk}")
        called.morning(TUESDAY)
        answer(called, one, DisputeState.UPHELD)
        called.evening(harbour=12_500)
        first.refresh_from_db()
        assert (first.status, call().opened_on, call().status) == ("superseded", TUESDAY, "open")

    @pytest.mark.parametrize(("price", "days"), [(10_900, 30), (12_500, 1)])
    def test_lets_two_people_go_on_in_an_emergency_or_when_overdue(
        self, called: Harbour, price: int, days: int
    ) -> None:
        """The terms' standing authority never does while the dispute is open."""
        dispute(called, about=DisputeSubject.CALL, reference=f"call:{call().pk}", days=days)
        called.morning(TUESDAY)
        called.evening(harbour=12_500)
        called.morning(WEDNESDAY)
        called.evening(harbour=price)
        made = propose(called)
        assert (made.to_release, made.released) == (1, 0)
        assert (
            holding_dispute(
                disputes=disputes_of(liquidation=liquidation()),
                raw_level=liquidation().level,
                on=called.day,
            )
            is None
        )
        assert release(called, liquidation()).state == "released"


class TestADisputedLiquidation:
    def test_is_not_released_before_the_answer(self, proposed: Harbour) -> None:
        one = dispute(proposed, about=DisputeSubject.LIQUIDATION, reference=liquidation().reference)
        with pytest.raises(LiquidationDisputed, match="DSP-F1-1"):
            release(proposed, liquidation())
        assert Approval.objects.get(kind="release_liquidation").status == "approved"
        withdraw_dispute(
            dispute_id=one.pk, decided_on=proposed.day, reason="explained", actor_id=proposed.maker.pk
        )
        released = release_liquidation(
            liquidation_id=liquidation().pk,
            approval_id=Approval.objects.get(kind="release_liquidation").pk,
            actor_id=proposed.maker.pk,
            business_date=proposed.day,
        )
        assert released.state == "released"

    def test_is_cancelled_when_the_client_was_right(self, proposed: Harbour) -> None:
        one = dispute(proposed, about=DisputeSubject.LIQUIDATION, reference=liquidation().reference)
        answer(proposed, one, DisputeState.UPHELD)
        assert cancel(proposed) == 1
        assert liquidation().state == "cancelled"
        assert kinds(liquidation()) == ["proposed", "cancelled"]
        assert liquidation().events.get(kind="cancelled").reason == "the client's dispute was upheld"
