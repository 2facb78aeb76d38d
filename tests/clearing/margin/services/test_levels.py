"""The ladder over days. 100,000.00 owed against 1,000 shares of Harbour: a price in dollars is a coverage in
percent.
"""

from typing import Any

import pytest

from accounts.models import OutboxMessage
from clearing.margin.models import ContractLevel, LevelChange
from clearing.margin.services.levels import assign_levels
from contracts.models import FinancingContract
from contracts.services.drawdown import FinancingRestricted, draw_down
from ledger.models import Restriction
from ledger.services.refusals import AccountRestricted
from tests.clearing.margin.harbour import MONDAY, THURSDAY, TUESDAY, WEDNESDAY, Harbour


@pytest.fixture
def indebted(world: Harbour) -> Harbour:
    world.contract(owes=10_000_000, harbour=1_000)
    return world


def close_at(world: Harbour, price: int | None) -> None:
    world.mark(harbour=price)
    world.value()
    world.level()


def in_force() -> tuple[int | None, str]:
    level = ContractLevel.objects.get()
    return level.level, level.side_state


def restricted() -> set[tuple[str, str]]:
    rows = Restriction.objects.filter(lifted_on__isnull=True)
    return {(row.account.role + " " + row.account.unit.kind, row.scope) for row in rows}


class TestAssignLevels:
    @pytest.mark.parametrize(
        ("price", "level", "state"),
        [
            (17_000, 0, "active"),
            (15_600, 0, "active"),
            (15_599, 1, "active"),
            (15_000, 1, "active"),
            (14_999, 2, "restricted"),
            (14_000, 3, "in_call"),  # 140 % but debts above the lending value is RESTRICT: see below
            (13_999, 3, "in_call"),
            (12_999, 4, "in_call"),
            (11_000, 5, "in_call"),
            (9_999, 6, "in_call"),
        ],
    )
    def test_follows_the_lines(self, indebted: Harbour, price: int, level: int, state: str) -> None:
        close_at(indebted, price)
        expected = (2, "restricted") if price == 14_000 else (level, state)
        assert (in_force()[0], FinancingContract.objects.get().state) == expected

    def test_writes_one_row_for_a_change_and_none_without(self, indebted: Harbour) -> None:
        close_at(indebted, 17_000)
        indebted.morning(TUESDAY)
        close_at(indebted, 16_900)
        indebted.morning(WEDNESDAY)
        close_at(indebted, 13_900)
        rows = LevelChange.objects.order_by("id").values_list("from_level", "to_level", "business_date")
        assert list(rows) == [(None, 0, MONDAY), (0, 3, WEDNESDAY)]
        assert LevelChange.objects.latest("id").reason.startswith("coverage 139.00 %")

    def test_falls_only_past_the_hysteresis(self, indebted: Harbour) -> None:
        close_at(indebted, 14_999)
        indebted.morning(TUESDAY)
        close_at(indebted, 15_199)
        assert in_force() == (2, "")
        indebted.morning(WEDNESDAY)
        close_at(indebted, 15_200)
        assert in_force() == (1, "")

    def test_counts_hysteresis_from_before_a_hold(self, indebted: Harbour) -> None:
        close_at(indebted, 14_999)
        indebted.morning(TUESDAY)
        close_at(indebted, None)
        indebted.morning(WEDNESDAY)
        close_at(indebted, 15_100)
        assert in_force() == (2, "")

    def test_has_no_level_on_a_hold(self, indebted: Harbour) -> None:
        close_at(indebted, 17_000)
        indebted.morning(TUESDAY)
        close_at(indebted, None)
        assert in_force() == (None, "price_hold")
        assert FinancingContract.objects.get().state == "restricted"
        assert LevelChange.objects.latest("id").reason == "the mark of XNYS:HARB is on hold: no_consensus"

    def test_changes_nothing_when_run_again(self, indebted: Harbour) -> None:
        close_at(indebted, 13_900)
        again = assign_levels(book_id=indebted.book.pk, business_date=MONDAY, maker_id=indebted.maker.pk)
        assert (again.changes, again.imposed, again.lifted, again.moved, again.messages) == (0, 0, 0, 0, 0)

    def test_leaves_a_contract_that_is_being_liquidated_in_its_state(self, indebted: Harbour) -> None:
        close_at(indebted, 12_900)
        indebted.move("F1", "liquidating")
        indebted.morning(TUESDAY)
        close_at(indebted, 17_000)
        assert FinancingContract.objects.get().state == "liquidating"


class TestRestrictions:
    def test_keep_money_and_shares_in_from_restrict_on(self, indebted: Harbour) -> None:
        close_at(indebted, 14_900)
        assert restricted() == {
            ("entitlement currency", "outflow"),
            ("entitlement currency", "financing"),
            ("entitlement security", "outflow"),
        }
        indebted.pay("F1", 500)
        with pytest.raises(AccountRestricted):
            indebted.pay("F1", -100)

    def test_stop_new_financing(self, indebted: Harbour) -> None:
        close_at(indebted, 14_900)
        indebted.move("F1", "active")
        with pytest.raises(FinancingRestricted):
            draw_down(
                contract_id=indebted.contracts["F1"].pk,
                amount_minor=1,
                booking_date=MONDAY,
                value_date=MONDAY,
                maker_id=indebted.maker.pk,
                idempotency_key="more",
                securities_minor=100_000_000,
            )

    def test_are_not_there_at_a_warning(self, indebted: Harbour) -> None:
        close_at(indebted, 15_100)
        assert restricted() == set()

    def test_hold_while_prices_do(self, indebted: Harbour) -> None:
        close_at(indebted, None)
        with pytest.raises(AccountRestricted):
            indebted.pay("F1", -100)

    def test_are_lifted_with_the_level(self, indebted: Harbour) -> None:
        close_at(indebted, None)
        indebted.morning(TUESDAY)
        close_at(indebted, 17_000)
        assert restricted() == set()
        assert FinancingContract.objects.get().state == "active"

    def test_reach_a_security_that_comes_later(self, indebted: Harbour) -> None:
        close_at(indebted, 14_500)
        indebted.morning(TUESDAY)
        indebted.deliver("F1", "XNYS:LITE", 10)
        close_at(indebted, 14_400)
        in_force = Restriction.objects.filter(lifted_on__isnull=True)
        assert in_force.filter(account__unit__code="XNYS:LITE", scope="outflow").count() == 1


class TestMessages:
    def newest(self) -> Any:
        return OutboxMessage.objects.latest("id").payload

    def test_name_amounts_that_each_lead_back(self, indebted: Harbour) -> None:
        close_at(indebted, 12_500)
        payload = self.newest()
        assert payload["to_level"] == "LIQUIDATE_DUE"
        assert payload["deposit_minor"] == 2_500_000
        assert payload["repay_minor"] == 1_666_667
        # (1.5 D - C) / (1.5 (1 - 0.00111) - 1)
        assert payload["sell_minor"] == 5_016_706
        assert payload["cash_to_lending_value_minor"] == 10_000_000 - 8_750_000

    def test_go_past_the_line_and_its_hysteresis_at_a_warning(self, indebted: Harbour) -> None:
        close_at(indebted, 15_500)
        assert self.newest()["deposit_minor"] == 300_000

    def test_are_none_for_a_first_day_at_normal(self, indebted: Harbour) -> None:
        close_at(indebted, 17_000)
        assert OutboxMessage.objects.count() == 0

    def test_say_that_prices_hold(self, indebted: Harbour) -> None:
        close_at(indebted, 17_000)
        indebted.morning(TUESDAY)
        close_at(indebted, None)
        assert self.newest()["side_state"] == "price_hold"
        assert "deposit_minor" not in self.newest()

    def test_go_out_once_for_each_change(self, indebted: Harbour) -> None:
        for day, price in ((TUESDAY, 15_500), (WEDNESDAY, 15_400), (THURSDAY, 13_500)):
            indebted.morning(day)
            close_at(indebted, price)
        assert OutboxMessage.objects.count() == 2
