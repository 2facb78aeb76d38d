"""Liquidations worked by hand: a pot, what is owed, the reserve fund, funders 60/40.

Source: golden vectors L1, L2, L2b, L5; walk.json from "wf interest" to "recovery".
"""

from dataclasses import dataclass
from fractions import Fraction

import pytest

from clearing.domain.sale_sizing import SaleRule, SaleState, SellableHolding, plan_sale
from clearing.domain.settlement import CostRate, Side, trade_amounts
from contracts.domain.repayment import DEFAULT_REPAYMENT_ORDER, DebtLine, DebtsDue
from contracts.domain.waterfall import TrancheClaim, allocate_deficit, allocate_recovery, run_waterfall
from tests.worked_examples.figures import Expected, in_text, minor

VECTORS: dict[str, Expected] = {
    "L1": {
        "costs": "972.00",
        "net": "1199028.00",
        "paid_interest": "5342.47",
        "paid_penalty": "337.67",
        "paid_principal": "1000000",
        "paid_fees": "2000",
        "client_residual": "191347.86",
        "deficit": "0.00",
        "waived_penalty_and_fees": "0.00",
        "reserve_fund": "0.00",
        "funder_loss": "0.00",
        "client_balance": "191347.86",
    },
    "L2": {
        "costs": "729.00",
        "net": "899271.00",
        "paid_interest": "5342.47",
        "paid_penalty": "337.67",
        "paid_principal": "893590.86",
        "paid_fees": "0.00",
        "client_residual": "0.00",
        "deficit": "106409.14",
        "waived_penalty_and_fees": "2000.00",
        "reserve_fund": "80000",
        "funder_loss": "26409.14",
        "loss_A": "15845.48",
        "loss_B": "10563.66",
        "client_balance": "0.00",
    },
    "L2b": {
        "costs": "729.00",
        "net": "899271.00",
        "paid_interest": "5342.47",
        "paid_penalty": "0",
        "paid_principal": "893928.53",
        "paid_fees": "0.00",
        "client_residual": "0.00",
        "deficit": "106071.47",
        "waived_penalty_and_fees": "2337.67",
        "reserve_fund": "80000",
        "funder_loss": "26071.47",
        "loss_A": "15642.88",
        "loss_B": "10428.59",
        "client_balance": "0.00",
    },
    "L5": {
        "sold_now": "300000",
        "pending": "202260.18",
        "state": "LIQUIDATING_PARTIAL",
        "note": "ladder stays armed; next session re-plan",
    },
}

SALE_COSTS = [
    CostRate("commission", rate_ppm=300),
    CostRate("stamp duty", rate_ppm=500, sides=frozenset({Side.SELL})),
    CostRate("transfer fee", rate_ppm=10),
]
PENALTY_BEFORE_PRINCIPAL = (
    DebtLine.COSTS,
    DebtLine.INTEREST,
    DebtLine.PENALTY,
    DebtLine.PRINCIPAL,
    DebtLine.FEES,
)


@dataclass(frozen=True)
class Case:
    """A liquidation: what was sold for, and in which order its pot pays."""

    vector: str
    gross: str
    order: tuple[DebtLine, ...]


CASES = [
    Case("L1", "1200000", PENALTY_BEFORE_PRINCIPAL),
    Case("L2", "900000", PENALTY_BEFORE_PRINCIPAL),
    Case("L2b", "900000", DEFAULT_REPAYMENT_ORDER),
]


class TestWaterfall:
    @pytest.mark.parametrize("case", CASES, ids=lambda case: case.vector)
    def test_pays_by_rank_and_shares_the_deficit(self, case: Case) -> None:
        sale = trade_amounts(Side.SELL, minor(case.gross), SALE_COSTS)
        due = DebtsDue(
            costs_minor=sale.costs_minor,
            interest_minor=minor("5342.47"),
            principal_minor=minor("1000000"),
            penalty_minor=minor("337.67"),
            fees_minor=minor("2000"),
        )
        pot = run_waterfall(sale.gross_minor, due, case.order)
        borne = allocate_deficit(
            pot,
            [TrancheClaim("A", minor("600000")), TrancheClaim("B", minor("400000"))],
            reserve_balance_minor=minor("80000"),
        )
        figures = {
            "costs": pot.paid[DebtLine.COSTS],
            "net": sale.net_minor,
            "paid_interest": pot.paid[DebtLine.INTEREST],
            "paid_penalty": pot.paid[DebtLine.PENALTY],
            "paid_principal": pot.paid[DebtLine.PRINCIPAL],
            "paid_fees": pot.paid[DebtLine.FEES],
            "client_residual": pot.residual_minor,
            "deficit": pot.deficit_minor,
            "waived_penalty_and_fees": pot.waived_minor,
            "reserve_fund": borne.draw_minor,
            "funder_loss": borne.loss_minor,
            "loss_A": borne.outcomes[0].lost_minor,
            "loss_B": borne.outcomes[1].lost_minor,
            "client_balance": pot.residual_minor,
        }
        expected = {name: minor(text) for name, text in VECTORS[case.vector].items()}
        assert {name: figures[name] for name in expected} == expected


class TestWholeLife:
    """walk.json: 900,100.00 of principal owed to A, B and the house's own tranche H."""

    CLAIMS = (
        TrancheClaim("A", 54_005_077, interest_minor=113_848),
        TrancheClaim("B", 36_003_385, interest_minor=75_899),
        TrancheClaim("H", 1_538),
    )
    DUE = DebtsDue(
        interest_minor=224_247, principal_minor=90_010_000, penalty_minor=33_767, fees_minor=200_000
    )
    POT = run_waterfall(77_291_218, DUE)
    BORNE = allocate_deficit(POT, CLAIMS, reserve_balance_minor=8_000_000)

    def test_pays_interest_to_funders_and_the_spread_to_the_house(self) -> None:
        assert [outcome.paid_interest_minor for outcome in self.BORNE.outcomes] == [113_848, 75_899, 0]
        assert self.BORNE.spread_paid_minor == 34_500

    def test_pays_principal_by_what_each_tranche_still_holds(self) -> None:
        paid = [outcome.paid_principal_minor for outcome in self.BORNE.outcomes]
        assert paid == [46_239_392, 30_826_262, 1_317]

    def test_draws_the_reserve_and_leaves_the_loss(self) -> None:
        assert self.POT.deficit_minor == 12_943_029
        assert self.BORNE.draw_minor == 8_000_000
        drawn = [outcome.drawn_principal_minor for outcome in self.BORNE.outcomes]
        assert drawn == [4_799_918, 3_199_945, 137]
        assert [outcome.lost_minor for outcome in self.BORNE.outcomes] == [2_965_767, 1_977_178, 84]

    def test_waives_penalty_and_fees(self) -> None:
        assert self.POT.waived_minor == 233_767

    def test_repays_later_the_losers_first_and_then_the_reserve(self) -> None:
        recovery = allocate_recovery(
            7_000_000, [2_965_767, 1_977_178, 84], reserve_drawn_minor=self.BORNE.draw_minor
        )
        assert recovery.tranches_minor == (2_965_767, 1_977_178, 84)
        assert recovery.reserve_minor == 2_056_971
        assert recovery.client_minor == 0


class TestPartialSale:
    """C 1,250,000 against 1,000,000, to be 150 %: A is limit-down without a bid, B sells 300,000."""

    HOLDINGS = (
        SellableHolding(
            security="A",
            quantity=95_000,
            available_quantity=95_000,
            mark_price=Fraction(10_00),
            expected_price=Fraction(9_00),
            cost_price=Fraction(12_00),
            average_volume=9_000_000,
            lot=100,
            is_tradable=False,
        ),
        SellableHolding(
            security="B",
            quantity=30_000,
            available_quantity=30_000,
            mark_price=Fraction(10_00),
            expected_price=Fraction(10_00),
            cost_price=Fraction(12_00),
            average_volume=3_000_000,
            lot=100,
        ),
    )

    def test_sells_what_it_can_and_keeps_the_rest_pending(self) -> None:
        plan = plan_sale(
            self.HOLDINGS,
            collateral_minor=minor("1250000"),
            debt_minor=minor("1000000"),
            rule=SaleRule(target_ppm=1_500_000, cost_ppm=1_500, volume_share_ppm=100_000),
        )
        expected = VECTORS["L5"]
        assert [(order.security, order.gross_minor) for order in plan.orders] == [
            ("B", minor(expected["sold_now"]))
        ]
        assert plan.pending_gross_minor == minor(expected["pending"])
        assert plan.state is SaleState[expected["state"]]
        assert in_text(plan.required_gross_minor or 0) == "502260.18"
