"""The smallest sufficient sale: what to sell so that a contract is back at its target, and no more.

Holdings are taken one after the other in the order of a recorded policy; of each the fewest whole lots that
reach the target, or all that may be sold today. Quantities are integers in the security's scale, prices exact
minor units of the currency a unit of quantity, amounts minor units, rates parts per million.

The proceeds, net of costs, repay: pro forma is ``(C - sold at marks) / (D - net proceeds)``. What the target
still lacks and cannot be sold today stays pending and is planned again each session.

Source: DESIGN 7 (orders); vectors M3 and L5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from clearing.domain.cures import cure_coverage
from ledger.domain.money import round_half_up, round_half_up_fraction

_PPM = 1_000_000


class InvalidSale(ValueError):
    """A quantity, price, lot or rate that no sale has, or a security named twice."""


class SalePolicy(Enum):
    """Which holding is sold first. Ties go to the security's code in ascending order."""

    MOST_LIQUID_FIRST = "MOST_LIQUID_FIRST"
    """By average daily turnover, the greatest first."""
    LOSERS_FIRST = "LOSERS_FIRST"
    """By return on cost, the worst first."""


class SaleState(Enum):
    """How far the orders of a plan lead."""

    NOTHING_TO_SELL = "NOTHING_TO_SELL"
    """The contract is at its target."""
    SUFFICIENT = "SUFFICIENT"
    """The orders reach the target."""
    LIQUIDATING_PARTIAL = "LIQUIDATING_PARTIAL"
    """They do not, and something is left that could not be sold today: pending."""
    EXHAUSTED = "EXHAUSTED"
    """They do not, and nothing is left to sell: the waterfall decides."""


@dataclass(frozen=True, slots=True)
class SellableHolding:
    """A holding as a sale sees it.

    ``available_quantity`` leaves out what was bought today under T+1. ``is_tradable`` is false at limit-down
    without a bid, or halted. ``mark_price`` values it in C; ``expected_price`` is what an order is expected
    to bring.
    """

    security: str
    quantity: int
    available_quantity: int
    mark_price: Fraction
    expected_price: Fraction
    cost_price: Fraction
    average_volume: int
    lot: int = 1
    is_tradable: bool = True

    def __post_init__(self) -> None:
        prices = (self.mark_price, self.expected_price, self.cost_price)
        if self.lot <= 0 or self.average_volume < 0 or min(prices) < 0:
            raise InvalidSale(f"{self.security}: a lot, volume or price that no sale has")
        if not 0 <= self.available_quantity <= self.quantity:
            raise InvalidSale(f"{self.security}: {self.available_quantity} available of {self.quantity}")

    @property
    def turnover(self) -> Fraction:
        """Average daily turnover at the mark."""
        return self.average_volume * self.mark_price

    @property
    def return_on_cost(self) -> Fraction | None:
        """The mark over the cost; None for a holding without cost, which is sold last among losers."""
        return self.mark_price / self.cost_price if self.cost_price else None


@dataclass(frozen=True, slots=True)
class SaleRule:
    """The terms a plan is made under: target coverage, cost rates, share of average volume, policy.

    ``cost_ppm`` goes to others and ``commission_ppm`` to the house: a trade rounds each by itself.
    """

    target_ppm: int
    cost_ppm: int
    volume_share_ppm: int
    policy: SalePolicy = SalePolicy.MOST_LIQUID_FIRST
    commission_ppm: int = 0

    def __post_init__(self) -> None:
        rates = (self.cost_ppm, self.commission_ppm)
        if self.target_ppm <= 0 or min(rates) < 0 or self.all_costs_ppm >= _PPM:
            raise InvalidSale(f"a target or cost rate that no sale has: {self}")
        if not 0 <= self.volume_share_ppm <= _PPM:
            raise InvalidSale(f"a volume share that no sale has: {self}")

    @property
    def all_costs_ppm(self) -> int:
        """Everything that is taken off the gross."""
        return self.cost_ppm + self.commission_ppm


@dataclass(frozen=True, slots=True)
class SaleOrder:
    """One order of a plan. ``gross_minor`` and each cost in ``cost_minor`` are expected, rounded half up."""

    security: str
    quantity: int
    gross_minor: int
    cost_minor: int

    @property
    def net_minor(self) -> int:
        """What the order is expected to bring in."""
        return self.gross_minor - self.cost_minor


@dataclass(frozen=True, slots=True)
class ProForma:
    """Assets and debts once proceeds have repaid; a debt of zero or less needs no more sales."""

    collateral: Fraction
    debt_minor: int

    def reaches(self, target_ppm: int) -> bool:
        """Return whether the contract is at its target, or owes nothing."""
        return self.debt_minor <= 0 or self.collateral * _PPM >= target_ppm * self.debt_minor

    def after(self, holding: SellableHolding, order: SaleOrder) -> "ProForma":
        """Return assets and debts once the order is filled as expected."""
        sold = order.quantity * holding.mark_price
        return ProForma(self.collateral - sold, self.debt_minor - order.net_minor)


@dataclass(frozen=True, slots=True)
class SalePlan:
    """The orders, where they lead, and what is still missing."""

    state: SaleState
    orders: tuple[SaleOrder, ...]
    pro_forma: ProForma
    required_gross_minor: int | None
    """The gross sale that would reach the target; None: no sale is enough."""
    pending_gross_minor: int | None
    """What of it the orders leave open, zero where they suffice; None: no sale is enough."""


def pro_forma_after_fills(
    collateral_minor: int | Fraction, debt_minor: int, *, unsettled_net_minor: int
) -> ProForma:
    """Return assets and debts with net unsettled proceeds, already within assets, taken off both.

    A sale lowers what is at risk the moment it is filled, not when it settles. Source: DESIGN 7 (re-tested
    fills).
    """
    return ProForma(Fraction(collateral_minor) - unsettled_net_minor, debt_minor - unsettled_net_minor)


def sellable_today(holding: SellableHolding, rule: SaleRule, *, filled_today: int = 0) -> int:
    """Return the quantity that may be sold in this session, in whole lots but for the rest of a whole
    holding.

    Zero where it cannot be traded; else at most the share of average volume less what was filled today.
    """
    if not holding.is_tradable or holding.expected_price <= 0:
        return 0
    by_volume = holding.average_volume * rule.volume_share_ppm // _PPM - filled_today
    quantity = max(0, min(holding.available_quantity, by_volume))
    return quantity if quantity == holding.quantity else quantity - quantity % holding.lot


def in_sale_order(holdings: Sequence[SellableHolding], policy: SalePolicy) -> list[SellableHolding]:
    """Return the holdings in the order that the policy sells them, ties by the security's code."""
    if policy is SalePolicy.MOST_LIQUID_FIRST:
        return sorted(holdings, key=lambda holding: (-holding.turnover, holding.security))
    return sorted(holdings, key=_losers_first)


def plan_sale(
    holdings: Sequence[SellableHolding],
    *,
    collateral_minor: int | Fraction,
    debt_minor: int,
    rule: SaleRule,
    filled_today: dict[str, int] | None = None,
) -> SalePlan:
    """Return the smallest sufficient sale, or as much of it as can be sold today.

    After a fill call it again with the pro forma figures and the fills so far: recovered means no more
    orders.

    :raises InvalidSale: a security is named twice.
    """
    if len({holding.security for holding in holdings}) != len(holdings):
        raise InvalidSale("a security is named twice among the holdings")
    fills = filled_today or {}
    start = ProForma(Fraction(collateral_minor), debt_minor)
    state, orders = start, []
    for holding in in_sale_order(holdings, rule.policy):
        if state.reaches(rule.target_ppm):
            break
        most = sellable_today(holding, rule, filled_today=fills.get(holding.security, 0))
        order = _fewest_lots(holding, most, state, rule)
        if order.quantity:
            orders.append(order)
            state = state.after(holding, order)
    required = _required_gross(start, rule)
    sold = sum(order.gross_minor for order in orders)
    reached = state.reaches(rule.target_ppm)
    pending = None if required is None else max(0, required - sold)
    return SalePlan(
        state=_state_of(start, reached, orders, holdings, rule),
        orders=tuple(orders),
        pro_forma=state,
        required_gross_minor=required,
        pending_gross_minor=0 if reached else pending,
    )


def _fewest_lots(holding: SellableHolding, most: int, state: ProForma, rule: SaleRule) -> SaleOrder:
    """Return the smallest order that reaches the target, by bisection over lots, or the order for all of
    ``most``.
    """
    whole = _order(holding, most, rule)
    if not state.after(holding, whole).reaches(rule.target_ppm):
        return whole
    too_few, enough = 0, -(-most // holding.lot)
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        order = _order(holding, middle * holding.lot, rule)
        if state.after(holding, order).reaches(rule.target_ppm):
            enough = middle
        else:
            too_few = middle
    return _order(holding, min(most, enough * holding.lot), rule)


def _losers_first(holding: SellableHolding) -> tuple[bool, Fraction, str]:
    result = holding.return_on_cost
    return result is None, result or Fraction(0), holding.security


def _order(holding: SellableHolding, quantity: int, rule: SaleRule) -> SaleOrder:
    gross_minor = round_half_up_fraction(quantity * holding.expected_price)
    cost_minor = sum(round_half_up(gross_minor * ppm, _PPM) for ppm in (rule.cost_ppm, rule.commission_ppm))
    return SaleOrder(holding.security, quantity, gross_minor, cost_minor)


def _required_gross(start: ProForma, rule: SaleRule) -> int | None:
    """Return the gross sale at marks that the target asks for; assets count in whole minor units, rounded
    down.
    """
    collateral_minor = start.collateral.numerator // start.collateral.denominator
    cure = cure_coverage(
        collateral_minor, start.debt_minor, target_ppm=rule.target_ppm, cost_ppm=rule.all_costs_ppm
    )
    return cure.sell_minor


def _state_of(
    start: ProForma,
    reached: bool,
    orders: Sequence[SaleOrder],
    holdings: Sequence[SellableHolding],
    rule: SaleRule,
) -> SaleState:
    if start.reaches(rule.target_ppm):
        return SaleState.NOTHING_TO_SELL
    if reached:
        return SaleState.SUFFICIENT
    held = sum(holding.quantity for holding in holdings)
    sold = sum(order.quantity for order in orders)
    return SaleState.LIQUIDATING_PARTIAL if held > sold else SaleState.EXHAUSTED
