"""What the database refuses of a contract's end and of its first maturity, round the services."""

import datetime as dt

import pytest

from accounts.services.actor import acting
from contracts.models import FinancingContract
from contracts.services.interest import accrue_interest
from contracts.services.repayment import repay
from tests.contracts.builders import DAY_ONE, REASON, Lending, lending
from tests.contracts.services.test_rule_packs import CN_TERMS
from tests.invariants.test_contracts import execute, refused

CLOSE = "UPDATE contracts_financingcontract SET state = 'closed', closed_on = %s WHERE id = %s"


@pytest.fixture
def book(db: None) -> Lending:
    return lending()


class TestClosing:
    @pytest.fixture
    def repaid(self, book: Lending) -> FinancingContract:
        """Nothing is owed, as the books stand; nine nights have not been counted."""
        contract = book.drawn()
        book.advance(DAY_ONE + dt.timedelta(days=9))
        repay(
            contract_id=contract.pk,
            amount_minor=100_000_000,
            booking_date=book.day,
            value_date=book.day,
            maker_id=book.maker.id,
            idempotency_key="all",
        )
        return contract

    def test_waits_for_interest_that_is_not_counted(self, book: Lending, repaid: FinancingContract) -> None:
        for closed_on in (book.day, DAY_ONE):
            with refused(book, "contracts_financingcontract_closed_interest_counted"):
                execute(CLOSE, closed_on, repaid.pk)
        accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        with refused(book, "contracts_financingcontract_closed_owes_nothing"):
            execute(CLOSE, book.day, repaid.pk)

    def test_needs_nothing_of_a_contract_that_was_never_drawn(self, book: Lending) -> None:
        book.move(book.open("F2", client="DUBOIS"), "closed")


class TestFirstMaturity:
    def test_keeps_within_the_pack_until_the_approval(self, book: Lending) -> None:
        """Six months, written in the contract's first row; ten years in a second thought of the draft."""
        book.put_terms_in_force("OLD", CN_TERMS)
        contract = book.open("F1", terms="OLD", approved=False, matures_on=dt.date(2025, 7, 1))
        row = FinancingContract.objects.filter(pk=contract.pk)
        for matures_on in (dt.date(2035, 1, 1), None):
            with refused(book, "contracts_financingcontract_term_within_pack"):
                row.update(matures_on=matures_on)
        with acting(actor_id=book.maker.id, reason=REASON):
            row.update(matures_on=dt.date(2025, 6, 1))
