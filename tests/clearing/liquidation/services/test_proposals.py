"""Proposing liquidations. 100,000.00 owed against 1,000 shares of Harbour: a price in dollars is a coverage
in percent.
"""

import datetime as dt
from dataclasses import replace

import pytest

from accounts.models import Approval
from clearing.liquidation.models import Liquidation
from contracts.models import FinancingContract
from contracts.services.repayment import repay
from ledger.domain.canonical import payload_hash
from tests.clearing.liquidation.sales import (
    AUTHORISED,
    cancel,
    kinds,
    liquidation,
    place,
    propose,
    release,
)
from tests.clearing.margin.harbour import MONDAY, TERMS, THURSDAY, TUESDAY, WEDNESDAY, Harbour


@pytest.fixture
def indebted(world: Harbour) -> Harbour:
    world.contract(owes=10_000_000, harbour=1_000)
    return world


def after_the_deadline(world: Harbour, price: int = 12_500) -> None:
    """Called on Monday, due on Wednesday, and still there."""
    world.evening(harbour=13_900)
    for day in (TUESDAY, WEDNESDAY):
        world.morning(day)
        world.evening(harbour=price)


class TestProposeLiquidations:
    def test_waits_for_the_deadline(self, indebted: Harbour) -> None:
        indebted.evening(harbour=12_500)
        assert propose(indebted).to_release == 0
        indebted.morning(TUESDAY)
        indebted.evening(harbour=12_500)
        assert propose(indebted).to_release == 0
        indebted.morning(WEDNESDAY)
        indebted.evening(harbour=12_500)
        assert propose(indebted).to_release == 1

    def test_does_not_wait_in_an_emergency(self, indebted: Harbour) -> None:
        indebted.evening(harbour=11_000)
        assert propose(indebted).to_release == 1

    def test_waits_in_an_emergency_too_where_the_terms_say_so(self, world: Harbour) -> None:
        terms = world.terms(replace(TERMS, emergency_liquidation=False))
        world.contract(owes=10_000_000, harbour=1_000, terms=terms)
        world.evening(harbour=11_000)
        assert propose(world).to_release == 0

    def test_leaves_alone_what_is_only_called(self, indebted: Harbour) -> None:
        after_the_deadline(indebted, 13_000)
        assert propose(indebted).to_release == 0

    def test_sells_nothing_above_the_line_though_hysteresis_holds_the_level(self, indebted: Harbour) -> None:
        after_the_deadline(indebted, 12_500)
        indebted.morning(THURSDAY)
        indebted.evening(harbour=13_100)
        assert propose(indebted).to_release == 0

    def test_leaves_alone_what_is_on_hold(self, indebted: Harbour) -> None:
        after_the_deadline(indebted, 12_500)
        indebted.morning(THURSDAY)
        indebted.evening(harbour=None)
        assert propose(indebted).to_release == 0

    def test_leaves_alone_what_one_source_prices(self, indebted: Harbour) -> None:
        indebted.evening(harbour=10_500, usable=False)
        assert propose(indebted).to_release == 0

    def test_freezes_inputs_and_stores_the_simulation(self, indebted: Harbour) -> None:
        after_the_deadline(indebted)
        propose(indebted)
        proposed = liquidation()
        assert proposed.reference == "LQ-F1-20080917"
        assert proposed.scope == "part"
        assert proposed.valuation == indebted.valuation()
        assert proposed.call is not None
        assert bytes(proposed.inputs_hash) == payload_hash(proposed.inputs)
        # 50,167.06 gross at 125.00 are 402 shares: lots of a hundred make 500.
        assert proposed.simulation["required_gross_minor"] == 5_016_706
        assert [order["quantity"] for order in proposed.simulation["orders"]] == [500]
        assert kinds(proposed) == ["proposed"]

    def test_asks_a_second_person(self, indebted: Harbour) -> None:
        after_the_deadline(indebted)
        propose(indebted)
        approval = Approval.objects.get(kind="release_liquidation")
        assert (approval.subject, approval.status) == ("LQ-F1-20080917", "proposed")
        assert approval.payload["inputs_hash"] == bytes(liquidation().inputs_hash).hex()
        assert FinancingContract.objects.get().state == "in_call"

    def test_is_released_by_terms_with_standing_authority(self, world: Harbour) -> None:
        world.contract(owes=10_000_000, harbour=1_000, terms=world.terms(AUTHORISED))
        world.evening(harbour=10_500)
        result = propose(world)
        assert (result.to_release, result.released) == (0, 1)
        assert (liquidation().state, liquidation().is_authorised_by_terms) == ("released", True)
        assert FinancingContract.objects.get().state == "liquidating"
        assert not Approval.objects.filter(kind="release_liquidation").exists()

    def test_simulates_who_would_lose(self, indebted: Harbour) -> None:
        indebted.evening(harbour=9_000)
        propose(indebted)
        simulation = liquidation().simulation
        assert simulation["scope"] == "whole"
        # 90,000.00 less 99.90 of costs; 1,000.00 of reserve; Albion and the house share the rest 60 to 40.
        assert simulation["deficit_minor"] == 1_009_990
        assert simulation["reserve_draw_minor"] == 100_000
        losses = {loss["tranche"]: loss["principal_minor"] for loss in simulation["losses"]}
        assert losses == {"ALBION": 545_994, "HOUSE": 363_996}

    def test_proposes_once(self, indebted: Harbour) -> None:
        after_the_deadline(indebted)
        propose(indebted)
        assert propose(indebted).to_release == 0
        indebted.morning(THURSDAY)
        indebted.evening(harbour=12_400)
        assert propose(indebted).to_release == 0
        assert Liquidation.objects.count() == 1


class TestCancelRecovered:
    def test_cancels_a_proposal(self, indebted: Harbour) -> None:
        after_the_deadline(indebted)
        propose(indebted)
        indebted.morning(THURSDAY)
        indebted.evening(harbour=13_000)
        assert cancel(indebted) == 1
        assert (liquidation().state, liquidation().ended_on) == ("cancelled", THURSDAY)
        assert kinds(liquidation()) == ["proposed", "cancelled"]

    def test_cancels_a_release_that_is_not_ordered(self, indebted: Harbour) -> None:
        after_the_deadline(indebted)
        propose(indebted)
        release(indebted, liquidation())
        indebted.morning(THURSDAY)
        indebted.evening(harbour=15_000)
        assert cancel(indebted) == 1
        assert FinancingContract.objects.get().state == "in_call"

    @pytest.mark.parametrize("is_released", [False, True])
    def test_cancels_what_was_proposed_for_a_contract_that_has_closed(
        self, indebted: Harbour, is_released: bool
    ) -> None:
        """Repaid from outside, it is not valued any more."""
        after_the_deadline(indebted)
        propose(indebted)
        if is_released:
            release(indebted, liquidation())
        indebted.pay("F1", 10_000_000)
        repay(
            contract_id=indebted.contracts["F1"].pk,
            amount_minor=10_000_000,
            booking_date=indebted.day,
            # From the day of the drawdown: no night is left that interest would have to be counted for.
            value_date=indebted.contracts["F1"].opened_on,
            maker_id=indebted.maker.pk,
            idempotency_key="all-of-it",
        )
        indebted.move("F1", "closed")
        indebted.morning(THURSDAY)
        assert cancel(indebted) == 1
        assert (liquidation().state, liquidation().ended_on) == ("cancelled", THURSDAY)
        assert FinancingContract.objects.get().state == "closed"

    def test_cancels_nothing_that_is_ordered(self, indebted: Harbour) -> None:
        after_the_deadline(indebted)
        propose(indebted)
        release(indebted, liquidation())
        place(indebted)
        indebted.morning(THURSDAY)
        indebted.evening(harbour=15_000)
        assert cancel(indebted) == 0

    @pytest.mark.parametrize("price", [12_999, None])
    def test_cancels_nothing_below_the_line_or_on_hold(self, indebted: Harbour, price: int | None) -> None:
        after_the_deadline(indebted)
        propose(indebted)
        indebted.morning(THURSDAY)
        indebted.evening(harbour=price)
        assert cancel(indebted) == 0

    def test_lets_a_contract_be_proposed_anew(self, indebted: Harbour) -> None:
        after_the_deadline(indebted)
        propose(indebted)
        indebted.morning(THURSDAY)
        indebted.evening(harbour=13_100)
        cancel(indebted)
        indebted.morning(MONDAY + dt.timedelta(days=4))
        indebted.evening(harbour=12_400)
        assert propose(indebted).to_release == 1
