"""The end of a liquidation. 100,000.00 owed, 60 % to Albion, 40 % to the house; a thousand in the reserve
fund.
"""

import pytest

from clearing.liquidation.queries.liquidations import (
    broken_links,
    liquidations_under_way,
    review_liquidation,
)
from contracts.models import FinancingContract
from contracts.queries.balances import contract_balances
from contracts.services.interest import accrue_interest
from ledger.models import Account
from ledger.queries.balances import balance
from tests.clearing.liquidation.sales import (
    AUTHORISED,
    fill,
    finish,
    kinds,
    liquidation,
    place,
    propose,
    record,
    settle,
)
from tests.clearing.margin.harbour import MONDAY, NEXT_FRIDAY, THURSDAY, TUESDAY, WEDNESDAY, Harbour


@pytest.fixture
def authorised(world: Harbour) -> Harbour:
    world.contract(owes=10_000_000, harbour=1_000, terms=world.terms(AUTHORISED))
    return world


def sell_in_an_emergency(world: Harbour, price: int, fill_price: int) -> None:
    """Ordered on Monday, filled on Tuesday, settled on Wednesday."""
    world.evening(harbour=price)
    propose(world)
    place(world)
    world.morning(TUESDAY)
    fill(world, fill_price)
    world.evening(harbour=fill_price)
    record(world)
    assert finish(world).settled == 0
    place(world)
    world.morning(WEDNESDAY)
    settle(world)


def owed(world: Harbour) -> int:
    contract_id = world.contracts["F1"].pk
    return contract_balances(contract_ids=[contract_id])[contract_id].debt_minor


def held(world: Harbour, address: str) -> int:
    return balance(account_id=Account.objects.get(address=address, unit_id=world.units["USD"]).pk)


class TestPart:
    def test_repays_from_the_proceeds_and_lives_on(self, authorised: Harbour) -> None:
        authorised.evening(harbour=12_500)
        for day in (TUESDAY, WEDNESDAY):
            authorised.morning(day)
            authorised.evening(harbour=12_500)
        propose(authorised)
        place(authorised)
        authorised.morning(THURSDAY)
        fill(authorised, 12_500)
        authorised.evening(harbour=12_500)
        record(authorised)
        place(authorised)
        authorised.morning(NEXT_FRIDAY)
        settle(authorised)
        authorised.evening(harbour=12_500)
        result = finish(authorised)
        assert (result.settled, result.repaid, result.waterfalled) == (1, 1, 0)
        # 62,500.00 less 69.38 of costs repaid.
        assert owed(authorised) == 10_000_000 - 6_250_000 + 6_938
        assert FinancingContract.objects.get().state == "restricted"
        assert liquidation().state == "repaid"
        assert kinds(liquidation()) == [
            "proposed",
            "released",
            "ordered",
            "filled",
            "executed",
            "settled",
            "repaid",
            "reviewed",
        ]
        assert broken_links(liquidation_id=liquidation().pk) == []

    def test_is_active_again_after_the_next_levelling(self, authorised: Harbour) -> None:
        self.test_repays_from_the_proceeds_and_lives_on(authorised)
        authorised.morning(NEXT_FRIDAY + (THURSDAY - MONDAY))
        authorised.evening(harbour=12_500)
        assert FinancingContract.objects.get().state == "active"
        assert not liquidations_under_way(book_id=authorised.book.pk).exists()


class TestWhole:
    def test_pays_every_debt_and_leaves_the_client_the_rest(self, authorised: Harbour) -> None:
        # 101 %: too little for the target once costs are paid, enough for the debts.
        sell_in_an_emergency(authorised, 9_900, 10_200)
        result = finish(authorised)
        assert (result.waterfalled, result.waiting) == (1, 0)
        assert owed(authorised) == 0
        assert balance(account_id=authorised.cash_account()) == -(10_200_000 - 8_262 - 3_060 - 10_000_000)
        assert FinancingContract.objects.get().state == "closed"

    def test_draws_the_reserve_and_lets_funders_lose(self, authorised: Harbour) -> None:
        sell_in_an_emergency(authorised, 9_500, 9_000)
        finish(authorised)
        assert FinancingContract.objects.get().state == "defaulted"
        assert owed(authorised) == 0
        assert balance(account_id=authorised.cash_account()) == 0
        assert held(authorised, "reserve/fund") == 0
        # 90,000.00 less costs of 99.90 and the reserve's 1,000.00 against 100,000.00.
        assert held(authorised, "contract/F1/claim/debtor") == 1_009_990
        assert held(authorised, "contract/F1/claim/ALBION") == -545_994
        payload = liquidation().events.get(kind="waterfalled").payload
        assert payload["deficit_minor"] == 1_009_990
        assert payload["reserve_draw_minor"] == 100_000

    def test_ends_as_simulated_where_fills_are_as_expected(self, authorised: Harbour) -> None:
        sell_in_an_emergency(authorised, 9_000, 9_000)
        finish(authorised)
        simulation = liquidation().simulation
        actual = liquidation().events.get(kind="waterfalled").payload
        for figure in ("pot_minor", "paid_minor", "deficit_minor", "reserve_draw_minor", "losses"):
            assert simulation[figure] == actual[figure], figure
        review = review_liquidation(liquidation=liquidation())
        assert (review.slippage_minor, review.actual_cost_minor) == (0, simulation["cost_minor"])

    def test_pays_interest_before_principal(self, authorised: Harbour) -> None:
        authorised.evening(harbour=9_500)
        propose(authorised)
        place(authorised)
        authorised.morning(TUESDAY)
        accrue_interest(book_id=authorised.book.pk, business_date=TUESDAY, maker_id=authorised.maker.pk)
        fill(authorised, 9_000)
        authorised.evening(harbour=9_000)
        record(authorised)
        place(authorised)
        authorised.morning(WEDNESDAY)
        settle(authorised)
        finish(authorised)
        paid = liquidation().events.get(kind="waterfalled").payload["paid_minor"]
        assert paid["interest"] == 1_781
        assert paid["principal"] == 9_000_000 - 9_990 - 1_781

    def test_waits_for_money_that_is_under_way(self, authorised: Harbour) -> None:
        sell_in_an_emergency(authorised, 9_500, 9_000)
        contract = authorised.contracts["F1"]
        authorised.post(
            "client_deposit",
            (authorised.bank("client"), 100),
            (contract.unsettled_cash_account_id, -100),
        )
        result = finish(authorised)
        assert (result.waterfalled, result.waiting) == (0, 1)
        assert liquidation().state == "settled"

    def test_finishes_nothing_twice(self, authorised: Harbour) -> None:
        sell_in_an_emergency(authorised, 9_500, 9_000)
        finish(authorised)
        again = finish(authorised)
        assert (again.settled, again.repaid, again.waterfalled) == (0, 0, 0)
