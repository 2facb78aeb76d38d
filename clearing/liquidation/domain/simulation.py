"""What a liquidation would do: tonight's orders, and where it all ends if prices are as marked.

Cash that the contract has, unsettled proceeds among it, repays first: it is taken off assets and debts before
a sale is sized. Then the smallest sufficient sale; where none is sufficient, everything. All amounts are
minor units of the contract's currency, prices minor units a whole security, rates parts per million; the
result is plain integers and strings, so that it can be stored, hashed and compared with what happened.

Source: DESIGN 7 (simulation, waterfall).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from clearing.domain.sale_sizing import (
    SaleOrder,
    SalePlan,
    SalePolicy,
    SaleRule,
    SellableHolding,
    plan_sale,
    pro_forma_after_fills,
)
from clearing.domain.settlement import CostRate, Side, cost_amounts
from contracts.domain.repayment import DebtLine, DebtsDue
from contracts.domain.waterfall import TrancheClaim, allocate_deficit, run_waterfall
from ledger.domain.money import round_down_fraction, round_half_up

_PPM = 1_000_000

VOLUME_SHARE_PPM = 200_000
"""The most of an average day's volume that one session's orders take: a fifth."""


@dataclass(frozen=True, slots=True)
class HeldSecurity:
    """A holding with its mark. `available_quantity` is settled; `average_volume` None is not known: not
    sold.
    """

    security: str
    instrument_id: int
    mark_id: int
    quantity: int
    quantity_exponent: int
    available_quantity: int
    price_minor: int
    lot: int
    average_volume: int | None

    @property
    def unit_price(self) -> Fraction:
        """Minor units of the currency for the smallest part of the security."""
        return Fraction(self.price_minor, 10**self.quantity_exponent)

    @property
    def sellable(self) -> SellableHolding:
        """The holding as sale sizing sees it. Of a volume that is not known no share can be sold."""
        return SellableHolding(
            security=self.security,
            quantity=self.quantity,
            available_quantity=max(0, min(self.quantity, self.available_quantity)),
            mark_price=self.unit_price,
            expected_price=self.unit_price,
            cost_price=self.unit_price,
            average_volume=self.average_volume or 0,
            lot=self.lot,
            is_tradable=self.average_volume is not None,
        )


@dataclass(frozen=True, slots=True)
class LiquidationInputs:
    """Everything that a simulation is made from, frozen at the proposal."""

    contract_code: str
    business_date: str
    valuation_id: int
    ledger_position: int
    cash_minor: int
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fees_minor: int
    target_ppm: int
    external_cost_ppm: int
    commission_ppm: int
    volume_share_ppm: int
    waterfall_order: tuple[str, ...]
    reserve_minor: int
    holdings: tuple[HeldSecurity, ...]
    tranches: tuple[TrancheClaim, ...]

    @property
    def debt_minor(self) -> int:
        """D: everything owed."""
        return self.due.total_minor

    @property
    def due(self) -> DebtsDue:
        """The debts by line; execution costs are taken off the proceeds."""
        return DebtsDue(
            interest_minor=self.interest_minor,
            principal_minor=self.principal_minor,
            penalty_minor=self.penalty_minor,
            fees_minor=self.fees_minor,
        )

    @property
    def collateral_minor(self) -> int:
        """C: cash and each holding at its mark, truncated as the valuation does."""
        return self.cash_minor + sum(
            round_down_fraction(holding.quantity * holding.unit_price) for holding in self.holdings
        )


@dataclass(frozen=True, slots=True)
class Simulation:
    """A plan for the next session, and the end that the whole liquidation would come to."""

    scope: str
    """`whole` where no partial sale reaches the target, else `part`."""
    plan: SalePlan
    content: dict[str, object]
    """What is stored and shown: orders, expected figures, who would be paid, who would lose."""


def simulate_liquidation(inputs: LiquidationInputs) -> Simulation:
    """Return tonight's orders and the expected end.

    A `whole` liquidation is carried to its end at today's marks, also where the session sells only a part of
    it; a `part` ends with the repayment that its orders, and what they leave pending, allow.
    """
    plan = plan_session(inputs)
    scope = "whole" if plan.required_gross_minor is None else "part"
    orders = plan.orders if scope == "part" else _sell_everything(inputs)
    gross_minor = sum(order.gross_minor for order in orders)
    cost_minor = sum(sale_cost(order.gross_minor, inputs) for order in orders)
    pot_minor = max(0, inputs.cash_minor + gross_minor - cost_minor)
    content: dict[str, object] = {
        "scope": scope,
        "orders": [_order_content(order, inputs) for order in plan.orders],
        "session_state": plan.state.value,
        "required_gross_minor": plan.required_gross_minor,
        "pending_gross_minor": plan.pending_gross_minor,
        "gross_minor": gross_minor,
        "cost_minor": cost_minor,
        "cash_minor": inputs.cash_minor,
        "pot_minor": pot_minor,
        "coverage_before_ppm": _coverage_ppm(Fraction(inputs.collateral_minor), inputs.debt_minor),
        "coverage_after_ppm": _coverage_ppm(plan.pro_forma.collateral, plan.pro_forma.debt_minor),
    }
    return Simulation(scope=scope, plan=plan, content=content | _end(inputs, pot_minor, scope))


def plan_session(inputs: LiquidationInputs) -> SalePlan:
    """Return the smallest sufficient sale of a session, after the contract's cash has repaid what it can."""
    from_cash_minor = max(0, min(inputs.cash_minor, inputs.debt_minor))
    start = pro_forma_after_fills(
        inputs.collateral_minor, inputs.debt_minor, unsettled_net_minor=from_cash_minor
    )
    return plan_sale(
        [holding.sellable for holding in inputs.holdings],
        collateral_minor=start.collateral,
        debt_minor=start.debt_minor,
        rule=SaleRule(
            target_ppm=inputs.target_ppm,
            cost_ppm=inputs.external_cost_ppm,
            commission_ppm=inputs.commission_ppm,
            volume_share_ppm=inputs.volume_share_ppm,
            policy=SalePolicy.MOST_LIQUID_FIRST,
        ),
    )


def sale_cost(gross_minor: int, inputs: LiquidationInputs) -> int:
    """Return what a sale costs: external costs and commission, each rounded half up as a trade does."""
    rates = (CostRate("external", inputs.external_cost_ppm), CostRate("commission", inputs.commission_ppm))
    return sum(cost.amount_minor for cost in cost_amounts(Side.SELL, gross_minor, rates))


def _sell_everything(inputs: LiquidationInputs) -> Sequence[SaleOrder]:
    return [
        SaleOrder(holding.security, holding.quantity, gross, sale_cost(gross, inputs))
        for holding in inputs.holdings
        if (gross := round_half_up(holding.quantity * holding.price_minor, 10**holding.quantity_exponent)) > 0
    ]


def _order_content(order: SaleOrder, inputs: LiquidationInputs) -> dict[str, object]:
    holding = next(held for held in inputs.holdings if held.security == order.security)
    return {
        "security": order.security,
        "instrument_id": holding.instrument_id,
        "quantity": order.quantity,
        "expected_price_minor": holding.price_minor,
        "gross_minor": order.gross_minor,
        "cost_minor": sale_cost(order.gross_minor, inputs),
    }


def _end(inputs: LiquidationInputs, pot_minor: int, scope: str) -> dict[str, object]:
    """Return who is paid and, where everything is sold, who bears what is missing."""
    order = [DebtLine(line) for line in inputs.waterfall_order]
    result = run_waterfall(pot_minor, inputs.due, order)
    paid = {line.value: result.paid[line] for line in order}
    if scope == "part":
        return {"paid_minor": paid, "still_owed_minor": sum(result.unpaid.values())}
    deficit = allocate_deficit(result, inputs.tranches, reserve_balance_minor=max(0, inputs.reserve_minor))
    return {
        "paid_minor": paid,
        "residual_minor": result.residual_minor,
        "waived_minor": result.waived_minor,
        "deficit_minor": result.deficit_minor,
        "reserve_draw_minor": deficit.draw_minor,
        "unpaid_spread_minor": deficit.spread_unpaid_minor,
        "losses": [
            {
                "tranche": outcome.tranche,
                "principal_minor": outcome.lost_principal_minor,
                "interest_minor": outcome.lost_interest_minor,
            }
            for outcome in deficit.outcomes
        ],
    }


def _coverage_ppm(collateral: Fraction, debt_minor: int) -> int | None:
    if debt_minor <= 0:
        return None
    scaled = collateral * _PPM / debt_minor
    return scaled.numerator // scaled.denominator
