"""The end of the term: reminded, matured, closed or defaulted; each once."""

import datetime as dt

import pytest

from accounts.models import OutboxMessage
from contracts.models import FinancingContract
from contracts.services.amendments import carry_out_amendment, propose_extension
from contracts.services.interest import accrue_interest
from contracts.services.maturity import MaturityResult, run_maturities
from contracts.services.repayment import repay
from tests.contracts.builders import DAY_ONE, Lending

MATURITY = DAY_ONE + dt.timedelta(days=30)


@pytest.fixture
def contract(book: Lending) -> FinancingContract:
    return book.drawn(matures_on=MATURITY)


def run(book: Lending, day: dt.date) -> MaturityResult:
    if day > book.day:
        book.advance(day)
    return run_maturities(book_id=book.book.id, business_date=day, maker_id=book.maker.id)


def state_of(contract: FinancingContract) -> str:
    contract.refresh_from_db()
    return contract.state


class TestRunMaturities:
    def test_reminds_once_so_many_days_before(self, book: Lending, contract: FinancingContract) -> None:
        assert run(book, MATURITY - dt.timedelta(days=15)).reminded == 0
        assert run(book, MATURITY - dt.timedelta(days=14)).reminded == 1
        assert run(book, MATURITY - dt.timedelta(days=13)).reminded == 0
        message = OutboxMessage.objects.get(kind="maturity_reminder")
        assert (message.party_id, message.payload["matures_on"]) == (contract.client_id, MATURITY.isoformat())
        assert message.payload["principal_minor"] == 100_000_000

    def test_reminds_of_an_extended_maturity_again(self, book: Lending, contract: FinancingContract) -> None:
        run(book, MATURITY - dt.timedelta(days=3))
        approval = propose_extension(
            contract_id=contract.id,
            matures_on=MATURITY + dt.timedelta(days=5),
            effective_from=MATURITY,
            reason="more time",
            maker_id=book.maker.id,
        )
        carry_out_amendment(approval_id=book.agree(approval), actor_id=book.checker.id)
        assert run(book, MATURITY - dt.timedelta(days=2)).reminded == 1
        assert run(book, MATURITY).matured == 0

    def test_matures_on_the_day_and_defaults_after_grace(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        assert run(book, MATURITY - dt.timedelta(days=1)).matured == 0
        assert run(book, MATURITY) == MaturityResult(reminded=0, matured=1, closed=0, defaulted=0)
        said = contract.history.latest("history_date")
        assert (said.state, said.history_user_id) == ("matured", book.maker.id)
        assert "the term is over" in (said.history_change_reason or "")
        assert run(book, MATURITY) == MaturityResult(reminded=0, matured=0, closed=0, defaulted=0)
        assert run(book, MATURITY + dt.timedelta(days=5)).defaulted == 0
        assert run(book, MATURITY + dt.timedelta(days=6)).defaulted == 1
        assert state_of(contract) == "defaulted"

    def test_closes_what_owes_nothing(self, book: Lending, contract: FinancingContract) -> None:
        repay(
            contract_id=contract.id,
            amount_minor=100_000_000,
            booking_date=book.day,
            value_date=book.day,
            maker_id=book.maker.id,
            idempotency_key="all",
        )
        result = run(book, MATURITY)
        assert (result.matured, result.closed, state_of(contract)) == (1, 1, "closed")
        assert contract.closed_on == MATURITY

    def test_catches_up_a_missed_maturity(self, book: Lending, contract: FinancingContract) -> None:
        late = MATURITY + dt.timedelta(days=9)
        book.advance(late)
        accrue_interest(book_id=book.book.id, business_date=late, maker_id=book.maker.id)
        assert run(book, late) == MaturityResult(reminded=0, matured=1, closed=0, defaulted=1)
