"""Margin calls over days. 100,000.00 owed against 1,000 shares of Harbour; two sessions to pay."""

from dataclasses import replace

import pytest

from accounts.models import OutboxMessage
from clearing.margin.models import MarginCall
from clearing.margin.services.calls import call_deadline, issue_calls
from contracts.services.repayment import repay
from ledger.models import TradingSession
from ledger.services.calendars import add_sessions
from tests.clearing.margin.harbour import (
    FRIDAY,
    MONDAY,
    NEXT_FRIDAY,
    TERMS,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Harbour,
)


@pytest.fixture
def indebted(world: Harbour) -> Harbour:
    world.contract(owes=10_000_000, harbour=1_000)
    return world


class TestCallDeadline:
    def test_counts_sessions_and_not_days(self, world: Harbour) -> None:
        assert call_deadline(calendar_code="XNYS", opened_on=FRIDAY, sessions=2) == (TUESDAY, "")

    def test_says_why_there_is_none(self, world: Harbour) -> None:
        last = TradingSession.objects.latest("session_date").session_date
        deadline_on, reason = call_deadline(calendar_code="XNYS", opened_on=last, sessions=2)
        assert deadline_on is None
        assert "seed it further" in reason


class TestIssueCalls:
    def test_asks_for_each_way_back(self, indebted: Harbour) -> None:
        indebted.evening(harbour=13_900)
        call = MarginCall.objects.get()
        assert (call.opened_on, call.deadline_on, call.status) == (MONDAY, WEDNESDAY, "open")
        assert call.target_ppm == 1_500_000
        assert call.deposit_minor == 1_100_000
        assert call.repay_minor == 733_334
        assert call.sell_minor == 2_207_351

    def test_calls_nobody_above_the_line(self, indebted: Harbour) -> None:
        indebted.evening(harbour=14_000)
        assert MarginCall.objects.count() == 0

    def test_calls_nobody_on_a_hold(self, indebted: Harbour) -> None:
        indebted.evening(harbour=None)
        assert MarginCall.objects.count() == 0

    def test_calls_once_while_a_call_stands(self, indebted: Harbour) -> None:
        indebted.evening(harbour=13_900)
        assert issue_calls(book_id=indebted.book.pk, business_date=MONDAY, maker_id=indebted.maker.pk) == 0
        indebted.morning(TUESDAY)
        indebted.evening(harbour=12_900)
        assert MarginCall.objects.count() == 1

    def test_says_that_no_sale_is_enough(self, indebted: Harbour) -> None:
        indebted.evening(harbour=9_900)
        assert MarginCall.objects.get().sell_minor is None

    def test_has_no_deadline_beyond_the_calendar(self, indebted: Harbour) -> None:
        TradingSession.objects.count()
        last = TradingSession.objects.latest("session_date").session_date
        indebted.morning(last)
        indebted.evening(harbour=13_900)
        call = MarginCall.objects.get()
        assert call.deadline_on is None
        assert "seed it further" in call.hold_reason


class TestFollowCalls:
    def status(self) -> str:
        return MarginCall.objects.get().status

    def test_is_met_when_the_contract_recovers(self, indebted: Harbour) -> None:
        indebted.evening(harbour=13_900)
        indebted.morning(TUESDAY)
        indebted.evening(harbour=14_500)
        call = MarginCall.objects.get()
        assert (call.status, call.closed_on) == ("met", TUESDAY)

    def test_is_met_by_the_deposit_it_asks_for(self, indebted: Harbour) -> None:
        indebted.evening(harbour=13_900)
        indebted.morning(TUESDAY)
        indebted.pay("F1", MarginCall.objects.get().deposit_minor)
        indebted.evening(harbour=13_900)
        assert self.status() == "met"

    @pytest.mark.parametrize("way", ["deposit", "repay"])
    def test_is_met_by_what_it_asks_for_though_the_target_is_the_line(self, world: Harbour, way: str) -> None:
        """140 % would leave the contract in its call: the level falls only from 142 % on."""
        terms = world.terms(replace(TERMS, target_coverage_ppm=1_400_000))
        world.contract(owes=10_000_000, harbour=1_000, terms=terms)
        world.evening(harbour=13_900)
        call = MarginCall.objects.get()
        assert (call.target_ppm, call.deposit_minor, call.repay_minor) == (1_420_000, 300_000, 211_268)
        message = OutboxMessage.objects.get(kind="margin_level")
        assert message.payload[f"{way}_minor"] == getattr(call, f"{way}_minor")
        world.morning(TUESDAY)
        world.pay("F1", getattr(call, f"{way}_minor"))
        if way == "repay":
            repay(
                contract_id=world.contracts["F1"].pk,
                amount_minor=call.repay_minor,
                booking_date=TUESDAY,
                value_date=TUESDAY,
                maker_id=world.maker.pk,
                idempotency_key="cure",
            )
        world.evening(harbour=13_900)
        assert self.status() == "met"

    def test_is_not_met_within_the_hysteresis(self, indebted: Harbour) -> None:
        indebted.evening(harbour=13_900)
        indebted.morning(TUESDAY)
        indebted.evening(harbour=14_100)
        assert self.status() == "open"

    def test_is_not_met_by_a_hold(self, indebted: Harbour) -> None:
        indebted.evening(harbour=13_900)
        indebted.morning(TUESDAY)
        indebted.evening(harbour=None)
        assert self.status() == "open"

    def test_expires_on_the_evening_of_the_deadline(self, indebted: Harbour) -> None:
        indebted.evening(harbour=13_900)
        indebted.morning(TUESDAY)
        indebted.evening(harbour=13_900)
        assert self.status() == "open"
        indebted.morning(WEDNESDAY)
        indebted.evening(harbour=13_900)
        assert self.status() == "expired"
        indebted.morning(THURSDAY)
        indebted.evening(harbour=16_000)
        assert self.status() == "met"

    def test_is_superseded_when_the_contract_ends(self, indebted: Harbour) -> None:
        indebted.evening(harbour=9_000)
        indebted.move("F1", "liquidating")
        indebted.move("F1", "defaulted")
        indebted.morning(TUESDAY)
        indebted.call()
        assert self.status() == "superseded"

    def test_gets_its_deadline_when_the_calendar_grows(self, indebted: Harbour) -> None:
        last = TradingSession.objects.latest("session_date").session_date
        indebted.morning(last)
        indebted.evening(harbour=13_900)
        more = [last + (day - MONDAY) for day in (MONDAY, THURSDAY, NEXT_FRIDAY)]
        add_sessions(calendar_code="XNYS", sessions=more)
        indebted.morning(more[1])
        indebted.call()
        call = MarginCall.objects.get()
        assert (call.deadline_on, call.hold_reason) == (more[2], "")
