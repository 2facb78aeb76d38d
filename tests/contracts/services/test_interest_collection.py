"""Interest is collected as far as the cash goes, or capitalised where the terms allow."""

import datetime as dt
from dataclasses import replace

import pytest

from contracts.models import FinancingContract
from contracts.services.interest import accrue_interest
from contracts.services.interest_collection import (
    CapitalisationNotAllowed,
    capitalise_interest,
    collect_interest,
    collect_interest_of,
)
from contracts.services.refusals import CashShort, MoreThanOwed
from tests.contracts.builders import DAY_ONE, TERMS, Lending
from tests.ledger.holding import hold_back

THIRTY_DAYS_LATER = DAY_ONE + dt.timedelta(days=30)


@pytest.fixture
def contract(book: Lending) -> FinancingContract:
    """A million drawn for thirty days: 5,342.47 due, of it 2,712.33 and 1,808.22 the funders'."""
    made = book.drawn()
    book.advance(THIRTY_DAYS_LATER)
    accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
    return made


def spend(book: Lending, contract: FinancingContract, left: int) -> None:
    amount = book.of(contract).cash_minor - left
    book.post_at(
        "client_withdrawal", {contract.cash_account_id: amount, book.id_of("client/payments/BANKA"): -amount}
    )


def hold(book: Lending, contract: FinancingContract, amount: int) -> None:
    hold_back(account_id=contract.cash_account_id, amount_minor=amount, day=book.day, maker_id=book.maker.id)


def figures(book: Lending, contract: FinancingContract) -> tuple[int, list[int], int]:
    balances = book.of(contract)
    earned = [tranche.interest_minor for tranche in balances.tranches]
    return balances.interest_minor, earned, balances.spread_minor


class TestCollectInterest:
    def test_collects_all_that_is_due(self, book: Lending, contract: FinancingContract) -> None:
        assert figures(book, contract) == (534247, [271233, 180822, 0], 82192)
        house = book.balance("house/transit/BANKA")
        result = collect_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        assert (result.collected_minor, len(result.entries)) == (534247, 1)
        assert figures(book, contract) == (0, [0, 0, 0], 0)
        assert book.balance("house/transit/BANKA") - house == 82192
        assert book.balance("funder/AURORA/available") == -40_000_000 - 271233

    def test_leaves_a_contract_that_is_being_liquidated_to_its_waterfall(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        book.move(contract, "liquidating")
        result = collect_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        assert (result.collected_minor, result.entries) == (0, ())
        assert figures(book, contract)[0] == 534247

    def test_shares_a_part_as_the_single_service_does(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        spend(book, contract, left=300_000)
        collect_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        due, earned, spread = figures(book, contract)
        assert (due, earned, spread) == (
            234247,
            [271233 - 152308, 180822 - 101538, 0],
            82192 - 46154,
        )
        assert book.of(contract).cash_minor == 0

    def test_leaves_what_is_held_for_a_withdrawal(self, book: Lending, contract: FinancingContract) -> None:
        spend(book, contract, left=300_000)
        hold(book, contract, 200_000)
        result = collect_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        assert result.collected_minor == 100_000
        assert (book.of(contract).cash_minor, book.of(contract).available_cash_minor) == (200_000, 0)

    def test_takes_nothing_where_all_is_held(self, book: Lending, contract: FinancingContract) -> None:
        spend(book, contract, left=300_000)
        hold(book, contract, 300_000)
        result = collect_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        assert (result.collected_minor, result.entries) == (0, ())

    def test_asks_each_contract_once_a_date(self, book: Lending, contract: FinancingContract) -> None:
        spend(book, contract, left=300_000)
        collect_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        book.deposit(contract, 1_000_000)
        again = collect_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        assert again.entries == ()

    def test_collects_from_every_contract_at_once(self, book: Lending, contract: FinancingContract) -> None:
        other = book.open("F2", client="DUBOIS")
        book.deposit(other, 25_000_000)
        book.draw(other, 10_000_000)
        book.advance(book.day + dt.timedelta(days=10))
        accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        result = collect_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        assert len(result.entries) == 2
        assert [book.of(one).interest_minor for one in (contract, other)] == [0, 0]

    def test_pays_funders_no_more_than_the_client_does(self, book: Lending) -> None:
        """Funders at the client's rate: their rounded parts exceed the client's by a cent, which stays due to
        them.
        """
        from contracts.services.contracts import TrancheDraft

        book.put_terms_in_force("FLAT", replace(TERMS, client_rate_ppm=50_000))
        contract = book.open(
            "F3",
            terms="FLAT",
            tranches=(
                TrancheDraft(book.party("AURORA", "funder").id, 500_000, 50_000),
                TrancheDraft(book.party("BEACON", "funder").id, 500_000, 50_000),
            ),
        )
        book.deposit(contract, 25_000_000)
        book.fund("AURORA", 100_000)
        book.fund("BEACON", 100_000)
        book.draw(contract, 102_200)
        book.advance(book.day + dt.timedelta(days=1))
        accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        assert figures(book, contract) == (14, [7, 7, 0], 0)
        book.advance(book.day + dt.timedelta(days=1))
        book.draw(contract, 7_300)
        book.advance(book.day + dt.timedelta(days=1))
        accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        due, earned, spread = figures(book, contract)
        assert (due, sum(earned), spread) == (43, 44, -1)
        collect_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        due, earned, _ = figures(book, contract)
        assert (due, sum(earned)) == (0, 1)


class TestCollectInterestOf:
    def collect(self, book: Lending, contract: FinancingContract, amount: int) -> bool:
        return collect_interest_of(
            contract_id=contract.id,
            amount_minor=amount,
            booking_date=book.day,
            maker_id=book.maker.id,
            idempotency_key="collected",
        ).is_replay

    def test_shares_by_largest_remainder(self, book: Lending, contract: FinancingContract) -> None:
        self.collect(book, contract, 300_000)
        assert figures(book, contract) == (234247, [118925, 79284, 0], 36038)

    def test_answers_a_repeated_request(self, book: Lending, contract: FinancingContract) -> None:
        assert [self.collect(book, contract, 300_000) for _ in range(2)] == [False, True]

    def test_refuses_more_than_is_due(self, book: Lending, contract: FinancingContract) -> None:
        with pytest.raises(MoreThanOwed):
            self.collect(book, contract, 534_248)

    def test_refuses_more_than_there_is_cash(self, book: Lending, contract: FinancingContract) -> None:
        spend(book, contract, left=100)
        with pytest.raises(CashShort):
            self.collect(book, contract, 101)


class TestCapitaliseInterest:
    def capitalise(self, book: Lending, contract: FinancingContract, amount: int) -> None:
        capitalise_interest(
            contract_id=contract.id,
            amount_minor=amount,
            booking_date=book.day,
            maker_id=book.maker.id,
            idempotency_key=f"capitalised-{amount}",
        )

    def test_makes_the_spread_a_principal_of_the_house(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        self.capitalise(book, contract, 534_247)
        balances = book.of(contract)
        assert balances.principal_minor == 100_534_247
        assert [one.principal_minor for one in balances.tranches] == [60_271_233, 40_180_822, 82_192]
        assert (balances.interest_minor, book.balance("house/funding")) == (0, 82_192)

    def test_makes_it_bear_interest_from_that_day(self, book: Lending, contract: FinancingContract) -> None:
        self.capitalise(book, contract, 534_247)
        book.advance(book.day + dt.timedelta(days=365))
        accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        assert book.of(contract).interest_minor == 100_534_247 * 65 // 1000

    def test_refuses_where_the_terms_do_not_allow_it(self, book: Lending) -> None:
        book.put_terms_in_force("SIMPLE", replace(TERMS, capitalisation_allowed=False))
        contract = book.open("F9", terms="SIMPLE")
        with pytest.raises(CapitalisationNotAllowed):
            self.capitalise(book, contract, 1)

    def test_refuses_more_than_is_due(self, book: Lending, contract: FinancingContract) -> None:
        with pytest.raises(MoreThanOwed):
            self.capitalise(book, contract, 534_248)
