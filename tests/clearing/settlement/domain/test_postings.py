"""The postings of a trade sum to zero in each unit, whatever the costs."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from clearing.settlement.domain import postings

SECURITIES = {"securities", "unsettled_securities", "custody_securities"} | {
    "securities_receivable",
    "securities_payable",
}
FIELDS = list(postings.TradeAccounts.__slots__)
ACCOUNTS = postings.TradeAccounts(**{name: number for number, name in enumerate(FIELDS)})
amounts_of_trades = st.builds(
    lambda quantity, gross, external, commission: (quantity, gross, external, commission),
    st.integers(1, 10**9),
    st.integers(1, 10**12),
    st.integers(0, 10**9),
    st.integers(0, 10**9),
)


def by_unit(legs: postings.Legs) -> dict[bool, int]:
    sums: dict[bool, int] = defaultdict(int)
    for account, amount in legs:
        sums[FIELDS[account] in SECURITIES] += amount
    return sums


def after(*parts: postings.Legs) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for legs in parts:
        for account, amount in legs:
            sums[FIELDS[account]] += amount
    return {name: amount for name, amount in sums.items() if amount}


class TestTrade:
    @given(amounts_of_trades)
    def test_bought_and_settled_leaves_only_custody_entitlement_and_the_house_share(
        self, drawn: tuple[int, int, int, int]
    ) -> None:
        quantity, gross, external, commission = drawn
        amounts = postings.Amounts(quantity, gross, external, commission, gross + external + commission)
        booked, settled = postings.bought(ACCOUNTS, amounts), postings.buy_settled(ACCOUNTS, amounts)
        assert not any(by_unit(booked).values())
        assert not any(by_unit(settled).values())
        left = after(booked, settled)
        assert left.pop("house_costs", 0) == -commission
        assert left == {
            "cash": gross + external + commission,
            "custody_cash": -gross - external,
            "custody_securities": quantity,
            "securities": -quantity,
        }

    @given(amounts_of_trades)
    def test_sold_and_settled_leaves_only_custody_entitlement_and_the_house_share(
        self, drawn: tuple[int, int, int, int]
    ) -> None:
        quantity, gross, external, commission = drawn
        gross += external + commission
        amounts = postings.Amounts(quantity, gross, external, commission, gross - external - commission)
        booked, settled = postings.sold(ACCOUNTS, amounts), postings.sell_settled(ACCOUNTS, amounts)
        assert not any(by_unit(booked).values())
        assert not any(by_unit(settled).values())
        left = after(booked, settled)
        assert left.pop("house_costs", 0) == -commission
        assert left == {
            "cash": -(gross - external - commission),
            "custody_cash": gross - external,
            "custody_securities": -quantity,
            "securities": quantity,
        }

    def test_leaves_out_what_is_nothing(self) -> None:
        free = postings.Amounts(1, 100, 0, 0, 100)
        assert len(postings.bought(ACCOUNTS, free)) == 4


class TestShortfalls:
    def test_spends_the_cash_in_turn(self) -> None:
        assert postings.shortfalls(100, [60, 60, 10]) == [0, 20, 10]

    def test_counts_nothing_below_zero(self) -> None:
        assert postings.shortfalls(-5, [10]) == [10]

    @given(st.integers(0, 10**9), st.lists(st.integers(1, 10**9), max_size=8))
    def test_sum_to_what_all_spend_beyond_the_cash(self, cash: int, purchases: list[int]) -> None:
        assert sum(postings.shortfalls(cash, purchases)) == max(0, sum(purchases) - cash)
