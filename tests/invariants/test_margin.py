"""What the database refuses of valuations, levels and calls, whoever asks."""

import datetime as dt

import pytest
from django.db import connection

from accounts.services.actor import acting
from clearing.margin.models import ContractLevel, LevelChange, MarginCall, Valuation
from tests.clearing.margin.harbour import FRIDAY, MONDAY, TUESDAY, Harbour, harbour
from tests.invariants.rows import change_row, copy_row, not_permitted, refused

VALUATION, CHANGE, CALL = "margin_valuation", "margin_levelchange", "margin_margincall"


@pytest.fixture
def called(db: None) -> Harbour:
    """One contract at 139 %: valued, levelled and called on Monday."""
    world = harbour()
    world.contract(owes=10_000_000, harbour=1_000)
    world.evening(harbour=13_900)
    return world


def valued(day: dt.date = TUESDAY, /, **changes: object) -> int:
    """Monday's valuation once more on another day."""
    return copy_row(VALUATION, Valuation.objects.earliest("pk").pk, business_date=day, **changes)


class TestValuation:
    def test_is_one_a_day(self, called: Harbour) -> None:
        with refused("margin_valuation_once_a_day"):
            valued(MONDAY)

    @pytest.mark.parametrize(
        "changes",
        [
            {"raw_level": None},
            {"raw_level": 7},
            {"side_state": "price_hold", "hold_reason": "no mark"},
            {"side_state": "price_hold", "raw_level": None, "collateral_minor": None, "coverage_ppm": None},
            {"hold_reason": "no mark"},
            {"collateral_minor": None},
        ],
    )
    def test_has_a_level_or_a_hold(self, called: Harbour, changes: dict[str, object]) -> None:
        with refused("margin_valuation_has_level_or_hold"):
            valued(**changes)

    def test_has_assets_that_are_their_sum(self, called: Harbour) -> None:
        with refused("margin_valuation_assets_are_their_sum"):
            valued(cash_minor=1)

    @pytest.mark.parametrize(
        "part",
        ["principal_minor", "interest_minor", "pending_interest_minor", "penalty_minor", "fees_minor"],
    )
    def test_has_debts_that_are_their_sum(self, called: Harbour, part: str) -> None:
        with refused("margin_valuation_debts_are_their_sum"):
            valued(**{part: 1})

    @pytest.mark.parametrize("column", ["instrument_ids", "quantities", "mark_ids", "credits_ppm"])
    def test_has_inputs_that_run_in_parallel(self, called: Harbour, column: str) -> None:
        with refused("margin_valuation_inputs_run_in_parallel"):
            valued(**{column: [1, 2]})

    def test_is_never_changed(self, called: Harbour) -> None:
        with not_permitted():
            change_row(VALUATION, Valuation.objects.get().pk, raw_level=0)
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM margin_valuation")


class TestLevelChange:
    def change(self, **changes: object) -> int:
        """The change of Monday, on Tuesday's valuation, to RESTRICT."""
        plain = {
            "business_date": TUESDAY,
            "from_level": 3,
            "to_level": 2,
            "from_side_state": "",
        }
        valuation_id = changes.pop("valuation_id", None) or valued()
        every = {**plain, **changes, "valuation_id": valuation_id}
        return copy_row(CHANGE, LevelChange.objects.earliest("pk").pk, **every)

    def test_moves_the_level_in_force(self, called: Harbour) -> None:
        change_id = self.change()
        in_force = ContractLevel.objects.get()
        assert (in_force.level, in_force.since, in_force.change_id) == (2, TUESDAY, change_id)

    def test_is_one_per_valuation(self, called: Harbour) -> None:
        with refused("margin_levelchange_once_per_valuation"):
            self.change(valuation_id=Valuation.objects.get().pk)

    @pytest.mark.parametrize("changes", [{"to_level": None}, {"to_side_state": "price_hold"}])
    def test_has_a_level_or_a_hold(self, called: Harbour, changes: dict[str, object]) -> None:
        with refused("margin_levelchange_has_level_or_hold"):
            self.change(**changes)

    def test_changes_something(self, called: Harbour) -> None:
        with refused("margin_levelchange_changes_something"):
            self.change(to_level=3)

    def test_says_why(self, called: Harbour) -> None:
        with refused("margin_levelchange_says_why"):
            self.change(reason="")

    @pytest.mark.parametrize(
        "changes", [{"from_level": 4}, {"from_level": None}, {"from_side_state": "price_hold"}]
    )
    def test_continues_the_last(self, called: Harbour, changes: dict[str, object]) -> None:
        with refused("margin_levelchange_continues_the_last"):
            self.change(**changes)

    def test_comes_after_the_last(self, called: Harbour) -> None:
        with refused("margin_levelchange_continues_the_last"):
            self.change(business_date=FRIDAY, valuation_id=valued(FRIDAY))

    def test_is_of_its_valuation(self, called: Harbour) -> None:
        held = {"raw_level": None, "collateral_minor": None, "coverage_ppm": None}
        on_hold = {"side_state": "price_hold", "hold_reason": "no mark", **held}
        with refused("margin_levelchange_is_of_its_valuation"):
            self.change(valuation_id=valued(TUESDAY, **on_hold))
        with refused("margin_levelchange_is_of_its_valuation"):
            self.change(valuation_id=valued(FRIDAY))

    def test_is_never_changed(self, called: Harbour) -> None:
        with not_permitted():
            change_row(CHANGE, LevelChange.objects.get().pk, to_level=0)


class TestContractLevel:
    def test_is_written_by_changes_alone(self, called: Harbour) -> None:
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute("UPDATE margin_contractlevel SET level = 0")
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM margin_contractlevel")
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO margin_contractlevel SELECT * FROM margin_contractlevel")


class TestMarginCall:
    def call_again(self, **changes: object) -> int:
        """The call once more, ended, from Tuesday's valuation."""
        valuation_id = changes.pop("valuation_id", None) or valued()
        every = {"status": "met", "closed_on": TUESDAY, **changes, "valuation_id": valuation_id}
        return copy_row(CALL, MarginCall.objects.get().pk, **every)

    def test_stands_alone(self, called: Harbour) -> None:
        with refused("margin_margincall_one_standing"):
            self.call_again(status="open", closed_on=None)

    def test_is_one_per_valuation(self, called: Harbour) -> None:
        with refused("margin_margincall_once_per_valuation"):
            self.call_again(valuation_id=Valuation.objects.get().pk)

    @pytest.mark.parametrize(
        "changes", [{"closed_on": None}, {"status": "open"}, {"status": "expired"}, {"status": "lost"}]
    )
    def test_is_closed_when_ended(self, called: Harbour, changes: dict[str, object]) -> None:
        with refused("margin_margincall_closed_when_ended"):
            self.call_again(**changes)

    @pytest.mark.parametrize("changes", [{"deadline_on": None}, {"hold_reason": "the calendar ends"}])
    def test_has_a_deadline_or_a_reason(self, called: Harbour, changes: dict[str, object]) -> None:
        with refused("margin_margincall_deadline_or_hold"):
            self.call_again(**changes)

    def test_is_not_due_before_it_is_opened(self, called: Harbour) -> None:
        with refused("margin_margincall_deadline_not_before_opening"):
            self.call_again(deadline_on=FRIDAY)

    @pytest.mark.parametrize("amount", ["deposit_minor", "repay_minor", "sell_minor"])
    def test_asks_for_something(self, called: Harbour, amount: str) -> None:
        with refused("margin_margincall_asks_for_something"):
            self.call_again(**{amount: 0})

    def test_lets_its_demand_stand(self, called: Harbour) -> None:
        call = MarginCall.objects.get()
        with not_permitted():
            change_row(CALL, call.pk, deposit_minor=1)
        with refused("margin_margincall_demand_stands"):
            change_row(CALL, call.pk, deadline_on=FRIDAY)

    def test_moves_forward(self, called: Harbour) -> None:
        with acting(actor_id=called.maker.pk, reason="for a test"):
            again = self.call_again()
        with refused("margin_margincall_moves_forward"):
            change_row(CALL, again, status="superseded")

    def test_is_not_changed_without_an_actor(self, called: Harbour) -> None:
        with refused("accounts_history_actor_present"):
            change_row(CALL, MarginCall.objects.get().pk, status="expired")

    def test_is_never_deleted(self, called: Harbour) -> None:
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM margin_margincall")
