"""A trade cancelled or corrected late, with figures by hand.

F1 owes 100,000.00 and has 2,000.00 in cash. On Monday it buys 10 shares at 100.00: 1,000.00, external costs
of 10 ppm 0.01, commission of 300 ppm 0.30, in all 1,000.31. It settles on Tuesday.
"""

from typing import Any

import pytest

from clearing.corrections.models import Correction, CorrectionEntry
from clearing.corrections.services.refusals import CorrectionUnfit, SubjectSuperseded, SubjectUnknown
from clearing.corrections.services.run import CorrectionResult
from clearing.corrections.services.trades import TradeCannotBeReversed, propose_trade_correction
from clearing.settlement.domain.trade_lines import TradeRow
from clearing.settlement.models import Trade, TradeCancellation
from clearing.settlement.services.settle import settle_trades
from clearing.settlement.services.trades import import_trades
from contracts.queries.balances import contract_balances, securities_held
from ledger.models import CurrentBalance, JournalEntry
from tests.clearing.corrections.desk import approve_and_run, findings
from tests.clearing.margin.harbour import HARBOUR, MONDAY, TUESDAY, WEDNESDAY, Harbour


def row(**changes: Any) -> TradeRow:
    fields: dict[str, Any] = {
        "contract_code": "F1",
        "instrument_code": HARBOUR,
        "side": "buy",
        "quantity": 10,
        "price_minor": 10_000,
        "trade_date": MONDAY,
        "broker_reference": "B1",
    }
    return TradeRow(**{**fields, **changes})


def trade(world: Harbour, **changes: Any) -> None:
    done = import_trades(
        book_id=world.book.pk, rows=[row(**changes)], booking_date=world.day, maker_id=world.maker.pk
    )
    assert done.rejected == ()


@pytest.fixture
def bought(world: Harbour) -> Harbour:
    """The purchase of Monday, valued on Monday; the open day is Tuesday, nothing has settled."""
    world.contract(owes=10_000_000, harbour=1_500, cash=200_000)
    trade(world)
    world.evening()
    world.morning(TUESDAY)
    return world


def correct(world: Harbour, reference: str = "B1", **changes: Any) -> Correction:
    return propose_trade_correction(
        book_id=world.book.pk,
        broker_reference=reference,
        replacement=row(broker_reference=f"{reference}/2", **changes) if changes else None,
        reason="the broker cancelled it",
        evidence="broker's note 9",
        maker_id=world.maker.pk,
    )


def settle(world: Harbour) -> None:
    settle_trades(book_id=world.book.pk, business_date=world.day, maker_id=world.maker.pk)


def purposes(result: CorrectionResult) -> list[tuple[str, str]]:
    rows = CorrectionEntry.objects.filter(run_id=result.run_id).select_related("entry").order_by("pk")
    return [(one.purpose, one.entry.kind_id) for one in rows]


def state(world: Harbour) -> tuple[int, int]:
    """Settled cash, and shares settled or not."""
    contract = world.contracts["F1"].pk
    cash = contract_balances(contract_ids=[contract])[contract].cash_minor
    return cash, securities_held(contract_id=contract).get(HARBOUR, 0)


def on_the_way() -> dict[str, int]:
    """What stands on settlement and cost accounts."""
    rows = CurrentBalance.objects.filter(account__role__in=["settlement", "costs_payable", "unsettled"])
    return dict(rows.exclude(balance_minor=0).values_list("account__address", "balance_minor"))


class TestRunCorrectionOfATrade:
    def test_reverses_what_has_not_settled(self, bought: Harbour) -> None:
        assert state(bought) == (99_969, 1_510)
        result = approve_and_run(bought, correct(bought))
        assert purposes(result) == [("reversal", "trade_bought")]
        assert (state(bought), on_the_way()) == ((200_000, 1_500), {})
        entry = JournalEntry.objects.get(pk=result.entry_ids[0])
        assert (entry.booking_date, entry.value_date) == (TUESDAY, MONDAY)

    def test_settles_no_more(self, bought: Harbour) -> None:
        approve_and_run(bought, correct(bought))
        settle(bought)
        assert Trade.objects.get().settled_entry_id is None

    def test_finds_what_the_trade_did_to_the_figures(self, bought: Harbour) -> None:
        """Without it: 0.31 more in costs. H counts a share at 70 %, cash whole."""
        result = approve_and_run(bought, correct(bought))
        assert [row[1:5] for row in findings(result) if row[2] in ("collateral", "lending_value")] == [
            ("Mon", "collateral", 15_199_969, 15_200_000),
            ("Mon", "lending_value", 10_669_969, 10_700_000),
        ]

    def test_reverses_the_settlement_and_gives_commission_back(self, bought: Harbour) -> None:
        settle(bought)
        bought.morning(WEDNESDAY)
        result = approve_and_run(bought, correct(bought))
        assert purposes(result) == [
            ("reversal", "trade_buy_settled"),
            ("reversal", "trade_bought"),
            ("reversal", "commission_returned"),
        ]
        assert (state(bought), on_the_way()) == ((200_000, 1_500), {})

    def test_books_what_was_in_its_place_with_its_own_date(self, bought: Harbour) -> None:
        """12 shares at 100.00: 1,200.00 and 0.01 and 0.36."""
        result = approve_and_run(bought, correct(bought, quantity=12))
        assert purposes(result) == [("reversal", "trade_bought"), ("rebooking", "trade_bought")]
        assert state(bought) == (200_000 - 120_037, 1_512)
        made = Trade.objects.get(broker_reference="B1/2")
        assert (made.booked_entry.value_date, made.booked_entry.booking_date) == (MONDAY, TUESDAY)
        assert TradeCancellation.objects.get(replacement=made).trade.broker_reference == "B1"
        settle(bought)
        made.refresh_from_db()
        assert (made.settled_entry is not None, state(bought)) == (True, (79_963, 1_512))

    def test_funds_what_has_left_since(self, world: Harbour) -> None:
        """100 shares sold at 100.00 on Monday, settled on Tuesday, 9,000.00 paid out: reversing the sale
        takes 9,988.90 of 988.90 that are left."""
        world.contract(owes=10_000_000, harbour=1_500)
        trade(world, side="sell", quantity=100)
        world.morning(TUESDAY)
        settle(world)
        net = Trade.objects.get().net_minor
        world.pay("F1", -900_000)
        result = approve_and_run(world, correct(world))
        assert purposes(result)[0] == ("overrun", "overrun_funded")
        assert (state(world), on_the_way()) == ((0, 1_500), {})
        lent = CurrentBalance.objects.get(account__address="house/overrun-receivable")
        assert lent.balance_minor == net - (net - 900_000)

    def test_is_refused_where_the_shares_are_gone(self, bought: Harbour) -> None:
        settle(bought)
        trade(bought, side="sell", quantity=1_505, broker_reference="S1", trade_date=TUESDAY)
        with pytest.raises(TradeCannotBeReversed):
            approve_and_run(bought, correct(bought))
        assert not CorrectionEntry.objects.exists()

    def test_moves_a_trade_to_the_contract_it_was_for(self, bought: Harbour) -> None:
        bought.contract("F2", owes=1_000_000, harbour=200, cash=200_000)
        result = approve_and_run(bought, correct(bought, contract_code="F2"))
        assert state(bought) == (200_000, 1_500)
        other = bought.contracts["F2"].pk
        assert securities_held(contract_id=other) == {HARBOUR: 210}
        assert {row[0] for row in findings(result)} == {"F1"}

    def test_is_refused_when_it_was_cancelled_before(self, bought: Harbour) -> None:
        slow = correct(bought, quantity=12)
        approve_and_run(bought, correct(bought))
        with pytest.raises(SubjectSuperseded):
            approve_and_run(bought, slow)

    def test_that_changes_nothing_finds_nothing(self, bought: Harbour) -> None:
        result = approve_and_run(bought, correct(bought, quantity=10))
        assert (findings(result), result.reviews) == ([], {})
        assert state(bought) == (99_969, 1_510)


class TestProposeTradeCorrection:
    def test_needs_a_trade(self, bought: Harbour) -> None:
        with pytest.raises(SubjectUnknown):
            correct(bought, "B7")

    def test_refuses_what_cannot_be_booked(self, bought: Harbour) -> None:
        with pytest.raises(CorrectionUnfit):
            correct(bought, contract_code="F9")
