"""Who bore a deficit, by the books: a contract of a million that leaves 200,000 uncovered."""

import datetime as dt

import pytest

from clearing.reports.queries.money import deficit_figures, interest_figures, reserve_figures
from contracts.models import FinancingContract
from contracts.services.interest import accrue_interest
from contracts.services.recovery import apply_recovery
from contracts.services.waterfall import WaterfallStage, apply_waterfall
from tests.contracts.builders import DAY_ONE, Lending, lending

DEFICIT, RESERVE = 20_000_000, 8_000_000


@pytest.fixture
def book(db: None) -> Lending:
    return lending()


@pytest.fixture
def contract(book: Lending) -> FinancingContract:
    """Thirty days accrued; the client's assets have shrunk to the debts less the deficit."""
    made = book.drawn()
    book.fill_reserve(RESERVE)
    book.advance(DAY_ONE + dt.timedelta(days=30))
    accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
    lost = book.of(made).cash_minor - (100_534_247 - DEFICIT)
    book.post_at(
        "client_withdrawal", {made.cash_account_id: lost, book.id_of("client/payments/BANKA"): -lost}
    )
    apply_waterfall(
        contract_id=made.id,
        pot_minor=None,
        stage=WaterfallStage.FINAL,
        booking_date=book.day,
        maker_id=book.maker.id,
        reference="LQ-1",
    )
    return made


class TestDeficitFigures:
    def test_tells_the_reserve_and_each_funder(self, book: Lending, contract: FinancingContract) -> None:
        figures = deficit_figures(book_id=book.book.id, unit_code="CNY")
        assert figures.reserve_drawn_minor == RESERVE
        assert figures.funder_losses_minor == {"AURORA": 7_200_000, "BEACON": 4_800_000}
        assert (figures.house_loss_minor, figures.bad_spread_minor, figures.recovered_minor) == (0, 0, 0)
        assert figures.total_minor == DEFICIT

    def test_counts_what_came_back_later(self, book: Lending, contract: FinancingContract) -> None:
        book.deposit(contract, 13_000_000)
        apply_recovery(
            contract_id=contract.id,
            amount_minor=13_000_000,
            booking_date=book.day,
            maker_id=book.maker.id,
            idempotency_key="recovered",
        )
        figures = deficit_figures(book_id=book.book.id, unit_code="CNY")
        assert (figures.total_minor, figures.recovered_minor) == (DEFICIT, 13_000_000)
        reserve = reserve_figures(book_id=book.book.id, unit_code="CNY")
        assert (reserve.drawn_minor, reserve.recovered_minor) == (RESERVE, 1_000_000)
        assert reserve.balance_minor == -book.balance("reserve/fund")


class TestInterestFigures:
    def test_tells_what_was_collected(self, book: Lending, contract: FinancingContract) -> None:
        figures = interest_figures(book_id=book.book.id, unit_code="CNY")
        assert figures.charged_minor == figures.collected_minor == 534_247
        assert (figures.funders_minor, figures.spread_minor) == (452_055, 82_192)
