"""Trades on trade date: what is booked, what overruns, what is rejected."""

import dataclasses
from typing import Any

import pytest

from clearing.settlement.models import RejectedTrade, Trade
from clearing.settlement.services.trades import FillPolicy
from ledger.models import JournalEntry
from ledger.queries.accounts import account_id
from ledger.services.refusals import AccountRestricted, LimitExceeded
from ledger.services.restrictions import RestrictionDraft, impose_restrictions
from tests.clearing.settlement.world import FRIDAY, MONDAY, THURSDAY, World, row
from tests.ledger.holding import hold_back

CASH = "client/WANG/F1/cash"
SHARES = "client/WANG/F1/securities"


class TestImportTrades:
    def test_books_a_purchase_as_in_the_walk(self, world: World) -> None:
        """100,000 at 12.00: broker 12.00, house 360.00 (walk.json, buy T)."""
        world.deposit("F1", 121_000_000)
        done = world.book_trades(row(quantity=100_000))
        assert world.stands_at(CASH) == -121_000_000 + 120_037_200
        assert world.stands_at("client/settlement/BANKA/cash-payable") == -120_000_000
        assert world.stands_at("client/costs/BANKA/external") == -1_200
        assert world.stands_at("client/costs/BANKA/house") == -36_000
        assert world.stands_at("client/settlement/BANKA/securities-receivable", "XNYS:IBM") == 100_000
        assert world.stands_at(f"{SHARES}/unsettled", "XNYS:IBM") == -100_000
        assert world.stands_at(SHARES, "XNYS:IBM") == 0
        (trade,) = done.trades
        assert (trade.net_minor, trade.settlement_date, trade.overrun_minor) == (120_037_200, THURSDAY, 0)
        assert (trade.booked_entry.kind_id, trade.booked_entry.value_date) == ("trade_bought", MONDAY)
        assert done.findings == ()

    def test_books_a_sale_as_in_the_walk(self, world: World) -> None:
        """20,000 at 6.10: external costs 98.82, no commission (walk.json, sell T)."""
        world.deliver("F1", "XNYS:IBM", 20_000)
        world.book_trades(row(side="sell", quantity=20_000, price_minor=610, commission_minor=0))
        assert world.stands_at(SHARES, "XNYS:IBM") == 0
        assert world.stands_at("client/settlement/BANKA/securities-payable", "XNYS:IBM") == -20_000
        assert world.stands_at("client/settlement/BANKA/cash-receivable") == 12_200_000
        assert world.stands_at("client/costs/BANKA/external") == -9_882
        assert world.stands_at(f"{CASH}/unsettled") == -12_190_118
        assert world.stands_at(CASH) == 0

    def test_takes_costs_from_the_report_where_it_names_them(self, world: World) -> None:
        world.deposit("F1", 2_000_000)
        (trade,) = world.book_trades(row(external_cost_minor=777, commission_minor=0)).trades
        assert (trade.external_cost_minor, trade.commission_minor, trade.net_minor) == (777, 0, 1_200_777)

    def test_overruns_what_is_held_for_a_withdrawal(self, world: World) -> None:
        """What was executed is booked; what was asked for before stays held."""
        world.deposit("F1", 1_300_000)
        account = account_id(book_id=world.book.pk, address=CASH, unit_code="USD")
        hold_back(account_id=account, amount_minor=200_000, day=MONDAY, maker_id=world.maker.pk)
        (trade,) = world.book_trades(row(external_cost_minor=0, commission_minor=0)).trades
        assert trade.overrun_minor == 100_000
        assert world.stands_at(CASH) == -200_000

    def test_rejects_a_sale_of_shares_that_are_held(self, world: World) -> None:
        world.deliver("F1", "XNYS:IBM", 100)
        account = account_id(book_id=world.book.pk, address=SHARES, unit_code="XNYS:IBM")
        hold_back(account_id=account, amount_minor=1, day=MONDAY, maker_id=world.maker.pk)
        done = world.book_trades(row(side="sell", quantity=100))
        assert (done.trades, [line.reason for line in done.rejected]) == ((), ["oversold"])

    def test_books_many_contracts_at_once(self, world: World) -> None:
        world.deposit("F1", 5_000_000)
        world.deposit("F2", 5_000_000)
        rows = [
            row(contract_code=contract, instrument_code=stock, quantity=100)
            for contract in ("F1", "F2")
            for stock in ("XNYS:IBM", "XNAS:MSFT")
        ]
        assert len(world.book_trades(*rows).trades) == 4
        assert world.stands_at("client/OKAFOR/F2/securities/unsettled", "XNAS:MSFT") == -100
        assert world.stands_at("client/settlement/BANKB/cash-payable") == -240_000

    def test_lets_the_house_fund_what_exceeds_the_cash(self, world: World) -> None:
        """An execution has happened: nobody else's money may pay for it, and somebody must know."""
        world.deposit("F1", 1_000_000)
        first, second = row(quantity=500), row(quantity=500)
        done = world.book_trades(first, second)
        short = 2 * (600_000 + 6 + 180) - 1_000_000
        assert world.stands_at(CASH) == 0
        assert world.stands_at("house/overrun-receivable") == short
        assert world.stands_at("house/transit/BANKA") == -short
        assert world.stands_at("client/transit/BANKA") == short
        assert [trade.overrun_minor for trade in done.trades] == [0, short]
        (found,) = done.findings
        assert (found.kind, found.broker_reference, found.contract_code, found.amount_minor) == (
            "overrun",
            second.broker_reference,
            "F1",
            short,
        )

    def test_counts_no_proceeds_that_have_not_settled(self, world: World) -> None:
        world.deliver("F1", "XNYS:IBM", 1_000)
        done = world.book_trades(row(side="sell"), row(instrument_code="XNAS:MSFT"))
        assert [found.amount_minor for found in done.findings] == [1_200_000 + 12 + 360]

    def test_refuses_what_was_only_asked_for_beyond_the_cash(self, world: World) -> None:
        world.deposit("F1", 1_000_000)
        with pytest.raises(LimitExceeded):
            world.book_trades(row(), policy=FillPolicy.ASKED)
        assert not Trade.objects.exists()
        assert world.stands_at(CASH) == -1_000_000

    def test_books_an_executed_purchase_of_a_restricted_contract_and_reports_it(self, world: World) -> None:
        world.deposit("F1", 2_000_000)
        restrict(world)
        done = world.book_trades(row())
        assert [found.kind for found in done.findings] == ["restricted"]
        assert done.trades[0].booked_entry.kind_id == "trade_bought_restricted"

    def test_refuses_a_restricted_contract_what_it_asks_for(self, world: World) -> None:
        world.deposit("F1", 2_000_000)
        restrict(world)
        with pytest.raises(AccountRestricted):
            world.book_trades(row(), policy=FillPolicy.ASKED)

    def test_lets_a_restricted_contract_sell(self, world: World) -> None:
        world.deliver("F1", "XNYS:IBM", 1_000)
        restrict(world)
        assert world.book_trades(row(side="sell"), policy=FillPolicy.ASKED).findings == ()

    def test_keeps_a_sale_of_more_than_is_settled(self, world: World) -> None:
        """What was bought may be sold once it has settled."""
        world.deposit("F1", 2_000_000)
        world.deliver("F1", "XNYS:IBM", 700)
        world.book_trades(row(quantity=1_000))
        done = world.book_trades(
            row(side="sell", quantity=500),
            row(side="sell", quantity=300, line_number=3, raw="the line"),
            row(side="sell", quantity=200),
        )
        assert len(done.trades) == 2
        kept = RejectedTrade.objects.get()
        assert (kept.reason, kept.line_number, kept.raw) == ("oversold", 3, "the line")
        assert world.stands_at(SHARES, "XNYS:IBM") == 0

    def test_leaves_overselling_to_the_ledger_where_it_is_asked_for(self, world: World) -> None:
        world.deliver("F1", "XNYS:IBM", 700)
        with pytest.raises(LimitExceeded):
            world.book_trades(row(side="sell", quantity=701), policy=FillPolicy.ASKED)

    def test_books_a_report_once(self, world: World) -> None:
        world.deposit("F1", 5_000_000)
        reported = row()
        world.book_trades(reported)
        again = world.book_trades(reported, reported)
        assert (again.trades, again.replayed_count, again.rejected) == ((), 2, ())
        assert JournalEntry.objects.filter(kind="trade_bought").count() == 1

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"contract_code": "F9"}, "contract_unknown"),
            ({"contract_code": "F3"}, "contract_not_open"),
            ({"instrument_code": "XNYS:XYZ"}, "instrument_unknown"),
            ({"instrument_code": "XETR:SAP"}, "currency_differs"),
            ({"quantity": 0}, "amounts_invalid"),
            ({"price_minor": -1}, "amounts_invalid"),
            ({"commission_minor": -1}, "amounts_invalid"),
            ({"side": "sell", "external_cost_minor": 1_200_001}, "amounts_invalid"),
            ({"trade_date": FRIDAY.replace(day=19)}, "trade_date_ahead"),
            ({"trade_date": FRIDAY.replace(day=14)}, "trade_date_no_session"),
            ({"trade_date": FRIDAY.replace(year=2001)}, "calendar_exhausted"),
        ],
    )
    def test_keeps_what_it_cannot_book(self, world: World, change: dict[str, Any], reason: str) -> None:
        world.deposit("F1", 5_000_000)
        done = world.book_trades(row(**change), row())
        assert [line.reason for line in done.rejected] == [reason]
        assert len(done.trades) == 1
        kept = RejectedTrade.objects.get()
        assert (kept.reason, kept.business_date) == (reason, THURSDAY)
        assert "F" in kept.raw

    @pytest.mark.parametrize(
        "change",
        [
            {"quantity": 999},
            {"external_cost_minor": 13},
            {"commission_minor": 0},
            {"liquidation_order_reference": "LIQ-1/1"},
        ],
    )
    def test_keeps_another_report_under_a_known_reference(self, world: World, change: dict[str, Any]) -> None:
        world.deposit("F1", 5_000_000)
        reported = row()
        other = dataclasses.replace(reported, **change)
        world.book_trades(reported)
        done = world.book_trades(other)
        assert [line.reason for line in done.rejected] == ["reference_conflict"]
        assert Trade.objects.get().quantity == 1_000

    def test_tells_two_reports_of_one_delivery_apart(self, world: World) -> None:
        world.deposit("F1", 5_000_000)
        reported = row(external_cost_minor=12)
        done = world.book_trades(reported, dataclasses.replace(reported, external_cost_minor=13))
        assert len(done.trades) == 1
        assert [line.reason for line in done.rejected] == ["reference_conflict"]

    def test_knows_a_report_that_says_the_costs_of_the_terms(self, world: World) -> None:
        world.deposit("F1", 5_000_000)
        reported = row()
        (trade,) = world.book_trades(reported).trades
        said = dataclasses.replace(
            reported,
            external_cost_minor=trade.external_cost_minor,
            commission_minor=trade.commission_minor,
        )
        assert world.book_trades(said).replayed_count == 1

    def test_keeps_the_same_rejection_once(self, world: World) -> None:
        bad = row(contract_code="F9")
        world.book_trades(bad)
        world.book_trades(bad)
        assert RejectedTrade.objects.count() == 1

    def test_remembers_the_liquidation_order(self, world: World) -> None:
        world.deliver("F1", "XNYS:IBM", 1_000)
        (trade,) = world.book_trades(row(side="sell", liquidation_order_reference="LIQ-1/1")).trades
        assert trade.liquidation_order_reference == "LIQ-1/1"


def restrict(world: World) -> None:
    impose_restrictions(
        drafts=[
            RestrictionDraft(
                account_id=world.contracts["F1"].cash_account_id,
                scope="financing",
                reason="below the restriction line",
                source="margin",
            )
        ],
        business_date=THURSDAY,
    )
