"""What a liquidation would do. Figures in cents; the waterfall's are vectors L1 and L2 with the costs in the
price.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearing.domain.sale_sizing import SaleState
from clearing.liquidation.domain.simulation import (
    HeldSecurity,
    LiquidationInputs,
    plan_session,
    sale_cost,
    simulate_liquidation,
)
from contracts.domain.waterfall import TrancheClaim
from ledger.domain.canonical import payload_hash

ORDER = ("costs", "interest", "principal", "penalty", "fees")

HARBOUR = HeldSecurity(
    security="XNYS:HARB",
    instrument_id=1,
    mark_id=11,
    quantity=10_000,
    quantity_exponent=0,
    available_quantity=10_000,
    price_minor=12_500,
    lot=100,
    average_volume=1_000_000,
)
LIGHTER = replace(
    HARBOUR, security="XNYS:LITE", instrument_id=2, mark_id=12, price_minor=1_000, average_volume=5_000
)


def contract(**changes: object) -> LiquidationInputs:
    """125 % covered: 1,250,000.00 of Harbour against 1,000,000.00."""
    plain = LiquidationInputs(
        contract_code="F000017",
        business_date="2008-10-10",
        valuation_id=7,
        ledger_position=4_711,
        cash_minor=0,
        principal_minor=100_000_000,
        interest_minor=0,
        penalty_minor=0,
        fees_minor=0,
        target_ppm=1_500_000,
        external_cost_ppm=1_500,
        commission_ppm=0,
        volume_share_ppm=200_000,
        waterfall_order=ORDER,
        reserve_minor=0,
        holdings=(HARBOUR,),
        tranches=(TrancheClaim("ALBION", 100_000_000),),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


class TestPlanSession:
    def test_sells_the_fewest_lots_that_reach_the_target(self) -> None:
        # M3: 502,260.18 gross at a cost of 0.15 %; at 125.00 a share that is 4,018.09, in lots 4,100.
        plan = plan_session(contract())
        assert plan.required_gross_minor == 50_226_018
        assert [(order.security, order.quantity) for order in plan.orders] == [("XNYS:HARB", 4_100)]
        assert plan.state is SaleState.SUFFICIENT

    def test_lets_cash_repay_before_it_sells(self) -> None:
        with_cash = contract(cash_minor=25_000_000, holdings=(replace(HARBOUR, quantity=8_000),))
        without = contract(principal_minor=75_000_000, holdings=(replace(HARBOUR, quantity=8_000),))
        assert plan_session(with_cash).orders == plan_session(without).orders

    def test_sells_nothing_where_cash_alone_reaches_the_target(self) -> None:
        plan = plan_session(contract(cash_minor=60_000_000))
        assert plan.state is SaleState.NOTHING_TO_SELL
        assert plan.orders == ()

    def test_takes_at_most_a_fifth_of_an_average_day(self) -> None:
        thin = replace(HARBOUR, average_volume=5_000)
        plan = plan_session(contract(holdings=(thin,)))
        assert [order.quantity for order in plan.orders] == [1_000]
        assert plan.state is SaleState.LIQUIDATING_PARTIAL

    def test_sells_nothing_of_what_nobody_knows_the_volume_of(self) -> None:
        plan = plan_session(contract(holdings=(replace(HARBOUR, average_volume=None),)))
        assert plan.orders == ()
        assert plan.state is SaleState.LIQUIDATING_PARTIAL

    def test_reaches_the_target_with_each_cost_rounded_by_itself(self) -> None:
        # Two costs of 31 ppm on 280,320 are 9 and 9; one of 62 would be 17, and 876 shares a cent short.
        inputs = contract(
            principal_minor=306_756,
            interest_minor=0,
            external_cost_ppm=31,
            commission_ppm=31,
            holdings=(replace(HARBOUR, quantity=1_000, available_quantity=1_000, price_minor=320, lot=1),),
        )
        (order,) = plan_session(inputs).orders
        assert order.quantity == 877
        assert order.cost_minor == sale_cost(order.gross_minor, inputs)

    def test_leaves_alone_what_has_not_settled(self) -> None:
        unsettled = replace(HARBOUR, available_quantity=0)
        plan = plan_session(contract(holdings=(unsettled,)))
        assert plan.orders == ()
        assert plan.state is SaleState.LIQUIDATING_PARTIAL

    def test_sells_the_most_liquid_first(self) -> None:
        plan = plan_session(contract(holdings=(LIGHTER, replace(HARBOUR, quantity=9_200))))
        assert [order.security for order in plan.orders] == ["XNYS:HARB"]

    def test_sells_everything_where_the_target_cannot_be_reached(self) -> None:
        plan = plan_session(contract(principal_minor=130_000_000))
        assert [order.quantity for order in plan.orders] == [10_000]
        assert plan.required_gross_minor is None


class TestSimulateLiquidation:
    def test_is_a_part_where_a_sale_reaches_the_target(self) -> None:
        simulation = simulate_liquidation(contract())
        assert simulation.scope == "part"
        assert simulation.content["gross_minor"] == 51_250_000
        assert simulation.content["cost_minor"] == 76_875
        assert simulation.content["coverage_before_ppm"] == 1_250_000
        after = simulation.content["coverage_after_ppm"]
        assert isinstance(after, int)
        assert after >= 1_500_000
        assert simulation.content["still_owed_minor"] == 100_000_000 - 51_250_000 + 76_875

    def test_is_the_whole_below_one_hundred_per_cent_and_says_who_loses(self) -> None:
        # L2b: 900,000 gross, 729 costs; 5,342.47 interest, 1,000,000 principal, 337.67 penalty, 2,000 fees.
        below = contract(
            holdings=(replace(HARBOUR, price_minor=9_000),),
            external_cost_ppm=810,
            interest_minor=534_247,
            penalty_minor=33_767,
            fees_minor=200_000,
            reserve_minor=8_000_000,
            tranches=(
                TrancheClaim("ALBION", 60_000_000, 320_548),
                TrancheClaim("BRISTOL", 40_000_000, 213_699),
            ),
        )
        content = simulate_liquidation(below).content
        assert content["scope"] == "whole"
        assert content["cost_minor"] == 72_900
        assert content["paid_minor"] == {
            "costs": 0,
            "interest": 534_247,
            "principal": 89_392_853,
            "penalty": 0,
            "fees": 0,
        }
        assert content["waived_minor"] == 233_767
        assert content["deficit_minor"] == 10_607_147
        assert content["reserve_draw_minor"] == 8_000_000
        assert [loss["principal_minor"] for loss in content["losses"]] == [1_564_288, 1_042_859]  # type: ignore[attr-defined]
        assert content["residual_minor"] == 0

    def test_carries_a_whole_to_its_end_though_a_session_sells_a_part(self) -> None:
        thin = replace(HARBOUR, price_minor=9_000, average_volume=5_000)
        content = simulate_liquidation(contract(holdings=(thin,))).content
        assert [order["quantity"] for order in content["orders"]] == [1_000]  # type: ignore[attr-defined]
        assert content["gross_minor"] == 90_000_000

    def test_can_be_hashed(self) -> None:
        content = simulate_liquidation(contract()).content
        assert len(payload_hash(content)) == 32

    @pytest.mark.parametrize(("external_ppm", "commission_ppm", "cost"), [(810, 300, 2), (5_000, 5_000, 12)])
    def test_rounds_each_cost_by_itself(self, external_ppm: int, commission_ppm: int, cost: int) -> None:
        inputs = contract(external_cost_ppm=external_ppm, commission_ppm=commission_ppm)
        assert sale_cost(1_100 if external_ppm == 5_000 else 1_700, inputs) == cost

    @given(
        price=st.integers(1, 20_000),
        cash=st.integers(0, 120_000_000),
        interest=st.integers(0, 5_000_000),
        reserve=st.integers(0, 50_000_000),
    )
    def test_conserves_the_pot_and_the_deficit(
        self, price: int, cash: int, interest: int, reserve: int
    ) -> None:
        inputs = contract(
            holdings=(replace(HARBOUR, price_minor=price),),
            cash_minor=cash,
            interest_minor=interest,
            reserve_minor=reserve,
        )
        content = simulate_liquidation(inputs).content
        paid = sum(content["paid_minor"].values())  # type: ignore[attr-defined]
        if content["scope"] == "part":
            assert paid + content["still_owed_minor"] == inputs.debt_minor  # type: ignore[operator]
            return
        assert paid + content["residual_minor"] == content["pot_minor"]  # type: ignore[operator]
        lost = sum(loss["principal_minor"] + loss["interest_minor"] for loss in content["losses"])  # type: ignore[attr-defined]
        assert content["deficit_minor"] == (
            content["reserve_draw_minor"] + lost + content["unpaid_spread_minor"]  # type: ignore[operator]
        )
        assert 0 <= content["reserve_draw_minor"] <= reserve  # type: ignore[operator]
