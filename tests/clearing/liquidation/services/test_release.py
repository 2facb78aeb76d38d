"""Releasing a proposal by a second person."""

import pytest

from accounts.models import Approval
from accounts.services.approvals import (
    ApprovalMissing,
    ApprovalNotApproved,
    SelfApproval,
    approve,
)
from clearing.liquidation.services.refusals import (
    ContractRecovered,
    LiquidationNotProposed,
    LiquidationOnHold,
    LiquidationUnknown,
)
from clearing.liquidation.services.release import release_liquidation
from contracts.models import FinancingContract
from tests.clearing.liquidation.sales import kinds, liquidation, propose, release
from tests.clearing.margin.harbour import TUESDAY, Harbour
from tests.ledger.holding import hold_back


@pytest.fixture
def proposed(world: Harbour) -> Harbour:
    """An emergency: 105 % covered."""
    world.contract(owes=10_000_000, harbour=1_000)
    world.evening(harbour=10_500)
    propose(world)
    return world


def try_release(world: Harbour, liquidation_id: int, approval_id: int) -> None:
    release_liquidation(
        liquidation_id=liquidation_id,
        approval_id=approval_id,
        actor_id=world.maker.pk,
        business_date=world.day,
    )


class TestReleaseLiquidation:
    def test_uses_the_approval_and_moves_the_contract(self, proposed: Harbour) -> None:
        released = release(proposed, liquidation())
        assert released.state == "released"
        assert Approval.objects.get(kind="release_liquidation").status == "executed"
        assert FinancingContract.objects.get().state == "liquidating"
        assert kinds(released) == ["proposed", "released"]

    def test_releases_what_is_held_for_a_withdrawal(self, proposed: Harbour) -> None:
        proposed.pay("F1", 500)
        held = hold_back(
            account_id=proposed.cash_account(),
            amount_minor=500,
            day=proposed.day,
            maker_id=proposed.maker.pk,
        )
        release(proposed, liquidation())
        held.refresh_from_db()
        assert held.open_minor == 0
        assert held.events.get().reason == "a liquidation was released: its claims come first"

    def test_refuses_what_is_not_there(self, proposed: Harbour) -> None:
        with pytest.raises(LiquidationUnknown):
            try_release(proposed, 0, 0)

    def test_refuses_without_a_second_person(self, proposed: Harbour) -> None:
        approval = Approval.objects.get(kind="release_liquidation")
        with pytest.raises(ApprovalNotApproved):
            try_release(proposed, liquidation().pk, approval.pk)
        with pytest.raises(SelfApproval):
            approve(approval_id=approval.pk, checker_id=proposed.maker.pk)

    def test_refuses_an_approval_of_something_else(self, proposed: Harbour) -> None:
        other = Approval.objects.exclude(kind="release_liquidation").first()
        assert other is not None
        with pytest.raises(ApprovalMissing):
            try_release(proposed, liquidation().pk, other.pk)

    def test_refuses_twice(self, proposed: Harbour) -> None:
        release(proposed, liquidation())
        with pytest.raises(LiquidationNotProposed):
            try_release(proposed, liquidation().pk, 0)

    def test_refuses_on_a_hold(self, proposed: Harbour) -> None:
        proposed.morning(TUESDAY)
        proposed.evening(harbour=None)
        with pytest.raises(LiquidationOnHold):
            release(proposed, liquidation())

    def test_refuses_a_contract_that_recovered(self, proposed: Harbour) -> None:
        proposed.morning(TUESDAY)
        proposed.evening(harbour=13_000)
        with pytest.raises(ContractRecovered):
            release(proposed, liquidation())
        assert Approval.objects.get(kind="release_liquidation").status == "approved"
