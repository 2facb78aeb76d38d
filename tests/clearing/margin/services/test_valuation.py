"""Valuing a book. Amounts in cents; Harbour is at 100.00 a share, Lighter at 10.00."""

from dataclasses import replace

import pytest

from clearing.margin.models import Valuation
from clearing.margin.queries.replay import replay_valuation
from clearing.margin.services.valuation import value_contracts
from clearing.marks.services.corporate_actions import SplitDraft, announce_corporate_actions
from contracts.services.interest import ContractRange, accrue_interest
from contracts.services.repayment import repay
from ledger.models import TradingSession
from ledger.queries.positions import last_position
from ledger.services.accounts import AccountDraft, open_accounts
from tests.clearing.margin.harbour import HARBOUR, LIGHTER, MONDAY, TERMS, TUESDAY, Harbour


class TestValueContracts:
    def test_counts_assets_and_debts(self, world: Harbour) -> None:
        world.contract(owes=10_000_000, cash=500_000, harbour=1_500)
        world.mark()
        result = value_contracts(book_id=world.book.pk, business_date=MONDAY)
        valuation = world.valuation()
        assert (result.valued, result.held) == (1, 0)
        assert valuation.cash_minor == 500_000
        assert valuation.securities_minor == 15_000_000
        assert valuation.collateral_minor == 15_500_000
        assert valuation.debt_minor == valuation.principal_minor == 10_000_000
        assert valuation.lending_value_minor == 500_000 + 10_500_000
        assert valuation.coverage_ppm == 1_550_000
        assert valuation.raw_level == 1

    def test_counts_what_is_on_its_way(self, world: Harbour) -> None:
        contract = world.contract(owes=10_000_000, harbour=1_000)
        world.deliver("F1", HARBOUR, 500, settled=False)
        world.post(
            "client_deposit", (world.bank("client"), 30_000), (contract.unsettled_cash_account_id, -30_000)
        )
        world.mark()
        world.value()
        assert world.valuation().quantities == [1_500]
        assert world.valuation().cash_minor == 30_000

    def test_counts_accrued_interest_as_debt(self, world: Harbour) -> None:
        world.contract(owes=10_000_000, harbour=1_500)
        world.morning(TUESDAY)
        accrue_interest(book_id=world.book.pk, business_date=TUESDAY, maker_id=world.maker.pk)
        world.mark()
        world.value()
        # 100,000.00 at 6.5 % actual/365 for one day: 17.81.
        assert world.valuation().interest_minor == 1_781
        assert world.valuation().debt_minor == 10_001_781
        assert world.valuation().pending_interest_minor == 0

    def test_counts_interest_that_has_not_been_accrued_yet(self, world: Harbour) -> None:
        world.contract(owes=10_000_000, harbour=1_500)
        accrue_interest(book_id=world.book.pk, business_date=MONDAY, maker_id=world.maker.pk)
        world.morning(TUESDAY)
        world.mark()
        world.value()
        assert world.valuation().interest_minor == 0
        assert world.valuation().pending_interest_minor == 1_781
        assert world.valuation().debt_minor == 10_001_781

    def test_rounds_pending_interest_as_the_accrual_does(self, world: Harbour) -> None:
        """1,950,364 dollars and 2.4999999973 cents for a night: nothing to round up."""
        world.fund(2_000_000_000_000)
        owes = 1_095_187_564_999
        world.contract(owes=owes, terms=world.terms(replace(TERMS, client_rate_ppm=65_001)), harbour=1_500)
        accrue_interest(book_id=world.book.pk, business_date=MONDAY, maker_id=world.maker.pk)
        world.morning(TUESDAY)
        world.mark()
        world.value()
        assert divmod(owes * 65_001, 365_000_000) == (195_036_402, 182_499_999)
        assert world.valuation().pending_interest_minor == 195_036_402

    def test_lends_less_on_a_concentrated_holding(self, world: Harbour) -> None:
        terms = world.terms(replace(TERMS, concentration_cap_ppm=600_000))
        world.contract(owes=10_000_000, terms=terms, harbour=1_500, lighter=5_000)
        world.mark()
        world.value()
        # Harbour 150,000 of 200,000 counts as 120,000; 70 % of 170,000.
        assert world.valuation().lending_value_minor == 11_900_000

    def test_keeps_what_it_was_made_from(self, world: Harbour) -> None:
        contract = world.contract(owes=10_000_000, harbour=1_500, lighter=7)
        world.mark()
        world.value()
        valuation = world.valuation()
        assert valuation.terms_id == contract.terms_id
        assert valuation.instrument_ids == [world.instruments[HARBOUR].pk, world.instruments[LIGHTER].pk]
        assert valuation.quantities == [1_500, 7]
        assert len(valuation.mark_ids) == 2
        assert valuation.credits_ppm == [700_000, 700_000]
        assert valuation.ledger_position == last_position(book_id=world.book.pk) > 0
        assert len(valuation.inputs_digest) == 32

    def test_changes_nothing_when_run_again(self, world: Harbour) -> None:
        world.contract(owes=10_000_000, harbour=1_500)
        world.mark()
        world.value()
        first = Valuation.objects.values().get()
        again = value_contracts(book_id=world.book.pk, business_date=MONDAY)
        assert again.valued == 0
        assert Valuation.objects.values().get() == first

    def test_values_a_chunk(self, world: Harbour) -> None:
        first = world.contract("F1", owes=1_000_000, harbour=1_500)
        world.contract("F2", owes=1_000_000, harbour=1_500)
        world.mark()
        chunk = ContractRange(first_id=first.pk, last_id=first.pk)
        value_contracts(book_id=world.book.pk, business_date=MONDAY, contract_range=chunk)
        assert list(Valuation.objects.values_list("contract__code", flat=True)) == ["F1"]

    def test_says_whether_it_may_be_liquidated_on(self, world: Harbour) -> None:
        world.contract(owes=10_000_000, harbour=1_500)
        world.mark(usable=False)
        world.value()
        assert world.valuation().raw_level is not None
        assert not world.valuation().marks_allow_liquidation

    def test_is_normal_without_debts(self, world: Harbour) -> None:
        contract = world.contract(owes=100, harbour=1)
        world.pay("F1", 100)
        repay_all(world, contract.pk)
        world.mark()
        world.value()
        assert world.valuation().raw_level == 0
        assert world.valuation().coverage_ppm is None


def repay_all(world: Harbour, contract_id: int) -> None:
    repay(
        contract_id=contract_id,
        amount_minor=100,
        booking_date=world.day,
        value_date=world.day,
        maker_id=world.maker.pk,
        idempotency_key="repay-all",
    )


class TestHold:
    def held(self, world: Harbour) -> Valuation:
        world.value()
        valuation = world.valuation()
        assert valuation.raw_level is None
        assert valuation.collateral_minor is None
        assert not valuation.marks_allow_liquidation
        return valuation

    def test_for_a_missing_mark(self, world: Harbour) -> None:
        world.contract(owes=10_000_000, harbour=1_500)
        valuation = self.held(world)
        assert valuation.side_state == "price_hold"
        assert valuation.hold_reason == "XNYS:HARB has no mark of 2008-09-15"

    def test_for_a_mark_on_hold(self, world: Harbour) -> None:
        world.contract(owes=10_000_000, harbour=1_500)
        world.mark(harbour=None)
        valuation = self.held(world)
        assert valuation.side_state == "price_hold"
        assert "no_consensus" in valuation.hold_reason

    def test_not_for_a_mark_of_what_is_not_held(self, world: Harbour) -> None:
        world.contract(owes=10_000_000, harbour=1_500)
        world.mark(lighter=None)
        world.value()
        assert world.valuation().side_state == ""

    def test_for_a_price_after_a_split_that_is_not_booked(self, world: Harbour) -> None:
        # P6: price adjusted a day before the quantity would read 83 % and must not liquidate.
        world.contract(owes=12_000_00, harbour=1_000)
        announce(world)
        world.mark(harbour=1_000, epoch=2)
        valuation = self.held(world)
        assert valuation.side_state == "corporate_action_hold"
        assert "different epochs" in valuation.hold_reason

    def test_for_cash_without_a_rate(self, world: Harbour) -> None:
        world.contract(owes=10_000_000, harbour=1_500)
        euro = AccountDraft(
            "client/OKAFOR/F1/cash",
            world.units["EUR"],
            "client",
            "entitlement",
            2010,
            world.okafor.pk,
            "F1",
            "no_debit_balance",
        )
        (account_id,) = open_accounts(book_id=world.book.pk, drafts=[euro]).values()
        world.post("client_deposit", (world.bank("client", "EUR"), 100), (account_id, -100))
        world.mark()
        assert self.held(world).hold_reason == "there is no rate for EUR"

    def test_for_a_calendar_that_ends(self, world: Harbour) -> None:
        last = TradingSession.objects.latest("session_date").session_date
        world.contract(owes=10_000_000, harbour=1_500)
        world.day = last + (TUESDAY - MONDAY)
        assert "does not reach" in self.held(world).hold_reason


def announce(world: Harbour) -> None:
    announce_corporate_actions(
        book_id=world.book.pk,
        drafts=[
            SplitDraft(
                instrument_id=world.instruments[HARBOUR].pk,
                announced_on=MONDAY,
                ex_date=MONDAY,
                record_date=MONDAY,
                pay_date=TUESDAY,
                ratio_numerator=2,
                ratio_denominator=1,
            )
        ],
    )


class TestReplayValuation:
    @pytest.mark.parametrize("price", [1, 333, 9_999, 10_000, 123_457])
    def test_gives_the_same_figures(self, world: Harbour, price: int) -> None:
        terms = world.terms(replace(TERMS, concentration_cap_ppm=333_333, haircut_ppm=123_457))
        world.contract(owes=10_000_000, terms=terms, cash=17, harbour=1_503, lighter=77)
        world.mark(harbour=price)
        world.value()
        assert replay_valuation(valuation_id=world.valuation().pk) == []

    def test_has_nothing_to_say_of_a_hold(self, world: Harbour) -> None:
        world.contract(owes=10_000_000, harbour=1_500)
        world.mark(harbour=None)
        world.value()
        assert replay_valuation(valuation_id=world.valuation().pk) == []
