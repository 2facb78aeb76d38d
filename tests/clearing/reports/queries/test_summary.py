"""What a risk officer asks at the end, on the small platform."""

from pathlib import Path

import pytest

from clearing.domain.ladder import Level
from clearing.reports.queries.breaks import break_figures
from clearing.reports.queries.money import deficit_figures, interest_figures, reserve_figures
from clearing.reports.queries.risk import (
    calls_by_status,
    liquidation_sales,
    liquidations_by_state,
    risk_by_day,
)
from custody.services.payments import contribute_reserve
from ledger.queries.accounts import account_id
from ledger.queries.balances import balance
from tests.world import SESSIONS, World

FALL = {"XNYS:HARB": 6_600, "XNYS:LITE": 660, "XNYS:ROCK": 16_500}


@pytest.fixture
def crashed(world: World, tmp_path: Path) -> World:
    """A week, then a fall that calls everybody; the reserve was filled on the second day."""
    world.play(SESSIONS[0])
    world.prepare(SESSIONS[1])
    contribute_reserve(
        book_id=world.book.pk,
        booking_date=SESSIONS[1],
        value_date=SESSIONS[1],
        unit_code="USD",
        amount_minor=1_000_00,
        idempotency_key="first",
        maker_id=world.maker_id,
    )
    world.run(SESSIONS[1])
    world.play(*SESSIONS[2:5])
    world.prepare(SESSIONS[5], FALL)
    world.run(SESSIONS[5])
    return world


class TestRiskByDay:
    def test_counts_contracts_by_level_each_day(self, crashed: World) -> None:
        days = risk_by_day(book_id=crashed.book.pk)
        assert [day.business_date for day in days] == SESSIONS[1:6]
        assert days[0].at(Level.NORMAL) == 6
        assert (days[-1].at(Level.NORMAL), days[-1].calls_issued) == (0, 6)
        assert days[-1].debt_minor > 6 * 15_000_000
        assert days[-1].lowest_coverage_ppm is not None

    def test_keeps_to_its_span(self, crashed: World) -> None:
        [day] = risk_by_day(book_id=crashed.book.pk, first=SESSIONS[2], last=SESSIONS[2])
        assert (day.business_date, day.contracts, day.on_hold) == (SESSIONS[2], 6, 0)

    def test_tells_calls_and_liquidations_by_their_state(self, crashed: World) -> None:
        assert calls_by_status(book_id=crashed.book.pk) == {"open": 6}
        assert liquidations_by_state(book_id=crashed.book.pk) == {}
        assert liquidation_sales(book_id=crashed.book.pk).fills == 0


class TestInterestFigures:
    def test_is_what_clients_owe_split_between_funders_and_spread(self, crashed: World) -> None:
        figures = interest_figures(book_id=crashed.book.pk, unit_code="USD")
        receivable = sum(balance(account_id=contract.interest_account_id) for contract in crashed.contracts)
        assert figures.charged_minor == receivable
        assert figures.charged_minor == figures.funders_minor + figures.spread_minor
        assert (figures.collected_minor, figures.capitalised_minor) == (0, 0)


class TestReserveFigures:
    def test_follows_the_fund(self, crashed: World) -> None:
        figures = reserve_figures(book_id=crashed.book.pk, unit_code="USD")
        fund = account_id(book_id=crashed.book.pk, address="reserve/fund", unit_code="USD")
        assert figures.balance_minor == -balance(account_id=fund) == 1_000_00


class TestDeficitFigures:
    def test_is_nothing_where_nobody_lost(self, crashed: World) -> None:
        figures = deficit_figures(book_id=crashed.book.pk, unit_code="USD")
        assert (figures.total_minor, dict(figures.funder_losses_minor)) == (0, {})


class TestBreakFigures:
    def test_counts_matches_by_rule(self, crashed: World) -> None:
        figures = break_figures(book_id=crashed.book.pk, as_of=SESSIONS[5])
        assert figures.still_open == {}
        assert set(figures.matches) == {"reference_amount_date"}
