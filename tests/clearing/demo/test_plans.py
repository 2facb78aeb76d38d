"""The demo's plans: the same every time, and within what the products allow."""

import datetime as dt
from dataclasses import replace

import pytest

from clearing.demo.chance import between, draw
from clearing.demo.plans import CRASH, SPLIT, Scenario, Temper, contract_plans, funder_code

SESSIONS = [dt.date(2007, 10, 1) + dt.timedelta(days) for days in range(361)]


class TestDraw:
    def test_is_the_same_for_the_same_purpose(self) -> None:
        assert draw(10**9, "seed", 7, "what") == draw(10**9, "seed", 7, "what")

    def test_differs_by_purpose(self) -> None:
        assert len({draw(10**9, "seed", number) for number in range(100)}) == 100

    def test_between_reaches_both_ends(self) -> None:
        assert {between(2, 4, number) for number in range(100)} == {2, 3, 4}


@pytest.mark.parametrize("scenario", [CRASH, SPLIT], ids=lambda scenario: scenario.book_code)
class TestContractPlans:
    def test_are_the_same_every_time(self, scenario: Scenario) -> None:
        assert contract_plans(scenario, SESSIONS) == contract_plans(scenario, SESSIONS)

    def test_have_the_people_that_the_scenario_names(self, scenario: Scenario) -> None:
        plans = contract_plans(scenario, SESSIONS)
        assert len({plan.code for plan in plans}) == scenario.contracts
        assert len({plan.client_code for plan in plans}) == scenario.clients
        assert {plan.bank_code for plan in plans} == set(scenario.banks)
        funders = {code for plan in plans for code, _ in plan.funder_shares}
        assert funders == {funder_code(number + 1) for number in range(scenario.funders)}

    def test_share_out_no_more_than_the_whole(self, scenario: Scenario) -> None:
        for plan in contract_plans(scenario, SESSIONS):
            assert sum(share for _, share in plan.funder_shares) in (900_000, 1_000_000)
            assert sum(share for _, share in plan.weights) == 1_000_000

    def test_stay_below_three_times_own_money(self, scenario: Scenario) -> None:
        for plan in contract_plans(scenario, SESSIONS):
            assert 0 < plan.financed_minor < 2 * plan.own_minor

    def test_tell_unreadable_remittances_apart_by_amount(self, scenario: Scenario) -> None:
        amounts = [plan.own_minor for plan in contract_plans(scenario, SESSIONS)]
        assert len(set(amounts)) == len(amounts)


class TestTheCrash:
    def test_has_clients_of_every_temper(self) -> None:
        assert {plan.temper for plan in contract_plans(CRASH, SESSIONS)} == set(Temper)

    def test_changes_with_its_seed(self) -> None:
        assert contract_plans(CRASH, SESSIONS) != contract_plans(replace(CRASH, seed="other"), SESSIONS)
