"""A planned sale is sufficient or all there is, and one lot less would not do."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from clearing.domain.sale_sizing import (
    ProForma,
    SaleOrder,
    SalePlan,
    SalePolicy,
    SaleRule,
    SaleState,
    SellableHolding,
    plan_sale,
    sellable_today,
)
from ledger.domain.money import round_half_up


@st.composite
def holdings(draw: st.DrawFn, security: str) -> SellableHolding:
    """Return a holding sold at its mark."""
    quantity = draw(st.integers(min_value=0, max_value=200_000))
    price = Fraction(draw(st.integers(min_value=1, max_value=500_00)))
    return SellableHolding(
        security=security,
        quantity=quantity,
        available_quantity=draw(st.integers(min_value=0, max_value=quantity)),
        mark_price=price,
        expected_price=price,
        cost_price=Fraction(draw(st.integers(min_value=0, max_value=500_00))),
        average_volume=draw(st.integers(min_value=0, max_value=5_000_000)),
        lot=draw(st.sampled_from([1, 100])),
        is_tradable=draw(st.booleans()),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[SellableHolding], int, SaleRule, SalePlan]:
    """Return holdings, a debt, the rule and the plan; assets are the holdings at marks."""
    held = [draw(holdings(security)) for security in ("ACME", "BOLT", "CORE")]
    assets = sum(holding.quantity * holding.mark_price for holding in held)
    debt_minor = draw(st.integers(min_value=0, max_value=int(assets) + 1000))
    rule = SaleRule(
        target_ppm=draw(st.integers(min_value=1_100_000, max_value=2_000_000)),
        cost_ppm=draw(st.integers(min_value=0, max_value=10_000)),
        volume_share_ppm=draw(st.sampled_from([50_000, 200_000, 1_000_000])),
        policy=draw(st.sampled_from(SalePolicy)),
    )
    plan = plan_sale(held, collateral_minor=Fraction(assets), debt_minor=debt_minor, rule=rule)
    return held, debt_minor, rule, plan


Case = tuple[list[SellableHolding], int, SaleRule, SalePlan]


def replay(held: list[SellableHolding], debt_minor: int, orders: list[SaleOrder]) -> ProForma:
    """Return assets and debts after the orders, added up independently of the plan."""
    by_security = {holding.security: holding for holding in held}
    assets = sum((holding.quantity * holding.mark_price for holding in held), Fraction(0))
    for order in orders:
        assets -= order.quantity * by_security[order.security].mark_price
        debt_minor -= order.net_minor
    return ProForma(assets, debt_minor)


class TestPlan:
    @given(case=cases())
    def test_is_sufficient_or_sells_all_that_may_be_sold(self, case: Case) -> None:
        held, debt_minor, rule, plan = case
        end = replay(held, debt_minor, list(plan.orders))
        assert end == plan.pro_forma
        if plan.state in {SaleState.SUFFICIENT, SaleState.NOTHING_TO_SELL}:
            assert end.reaches(rule.target_ppm)
            assert plan.pending_gross_minor == 0
        else:
            assert not end.reaches(rule.target_ppm)
            sold = {order.security: order.quantity for order in plan.orders}
            assert all(sold.get(holding.security, 0) == sellable_today(holding, rule) for holding in held)

    @given(case=cases())
    def test_would_not_do_with_one_lot_less(self, case: Case) -> None:
        held, debt_minor, rule, plan = case
        if plan.state is not SaleState.SUFFICIENT:
            return
        *before, last = plan.orders
        lot = next(holding.lot for holding in held if holding.security == last.security)
        price = next(holding.expected_price for holding in held if holding.security == last.security)
        fewer = (last.quantity - 1) // lot * lot
        gross_minor = int(fewer * price)
        cost_minor = round_half_up(gross_minor * rule.cost_ppm, 1_000_000)
        smaller = replace(last, quantity=fewer, gross_minor=gross_minor, cost_minor=cost_minor)
        assert not replay(held, debt_minor, [*before, smaller]).reaches(rule.target_ppm)

    @given(case=cases())
    def test_sells_no_more_than_may_be_sold(self, case: Case) -> None:
        held, _, rule, plan = case
        limits = {holding.security: sellable_today(holding, rule) for holding in held}
        assert all(0 < order.quantity <= limits[order.security] for order in plan.orders)
        assert len({order.security for order in plan.orders}) == len(plan.orders)

    @given(case=cases())
    def test_does_not_depend_on_the_order_of_holdings(self, case: Case) -> None:
        held, debt_minor, rule, plan = case
        assets = sum((holding.quantity * holding.mark_price for holding in held), Fraction(0))
        assert plan_sale(held[::-1], collateral_minor=assets, debt_minor=debt_minor, rule=rule) == plan
