"""Amendments and extensions: other terms, or a later maturity, from a day on and by two people."""

import datetime as dt
from dataclasses import replace

import pytest

from accounts.models import Approval
from accounts.services.approvals import ApprovalNotApproved
from contracts.models import ContractAmendment, FinancingContract, TermsVersion
from contracts.queries.terms_in_force import present_terms, spans_of_terms, terms_in_force, terms_of
from contracts.services.amendments import (
    NoSuchContract,
    carry_out_amendment,
    propose_amendment,
    propose_extension,
)
from contracts.services.drawdown import LeverageExceeded
from contracts.services.interest import accrue_interest
from contracts.services.refusals import TermsNotActive
from contracts.services.refusals_lifecycle import (
    AmendmentBeforeAccrual,
    AmendmentChangesNothing,
    AmendmentNotLast,
    AmendmentTermsUnfit,
    ContractNotAlive,
    ExtensionNotLater,
)
from contracts.services.terms import propose_terms
from tests.contracts.builders import DAY_ONE, TERMS, Lending

SECOND, THIRD, TENTH = (DAY_ONE + dt.timedelta(days=days) for days in (1, 2, 9))
MATURITY = dt.date(2025, 7, 1)
LATER = dt.date(2025, 12, 31)
WHY = "the client asked for it"


@pytest.fixture
def contract(book: Lending) -> FinancingContract:
    return book.drawn(matures_on=MATURITY)


@pytest.fixture
def dearer(book: Lending) -> TermsVersion:
    return book.next_terms(replace(TERMS, client_rate_ppm=80_000, max_leverage_ppm=2_000_000))


def proposed(book: Lending, contract: FinancingContract, terms: TermsVersion, day: dt.date) -> Approval:
    return propose_amendment(
        contract_id=contract.id, to_terms_id=terms.id, effective_from=day, reason=WHY, maker_id=book.maker.id
    )


def extension(book: Lending, contract: FinancingContract, matures_on: dt.date, day: dt.date) -> Approval:
    return propose_extension(
        contract_id=contract.id,
        matures_on=matures_on,
        effective_from=day,
        reason=WHY,
        maker_id=book.maker.id,
    )


def carried_out(book: Lending, approval: Approval) -> ContractAmendment:
    return carry_out_amendment(approval_id=book.agree(approval), actor_id=book.checker.id)


class TestProposeAmendment:
    def test_changes_nothing_by_itself(
        self, book: Lending, contract: FinancingContract, dearer: TermsVersion
    ) -> None:
        approval = proposed(book, contract, dearer, TENTH)
        assert (approval.kind, approval.payload["to_terms"]) == ("amend_contract", str(dearer))
        assert not ContractAmendment.objects.exists()

    def test_names_what_does_not_fit(
        self, book: Lending, contract: FinancingContract, dearer: TermsVersion
    ) -> None:
        draft = propose_terms(product_id=dearer.product_id, unit_id=book.units["CNY"], draft=TERMS)
        with pytest.raises(TermsNotActive):
            proposed(book, contract, draft, TENTH)
        with pytest.raises(AmendmentTermsUnfit):
            proposed(book, contract, book.next_terms(replace(TERMS, day_count="ACT_360")), TENTH)
        with pytest.raises(AmendmentChangesNothing):
            proposed(book, contract, book.terms["MARGIN"], TENTH)
        with pytest.raises(AmendmentNotLast):
            proposed(book, contract, dearer, DAY_ONE)
        with pytest.raises(NoSuchContract):
            propose_amendment(
                contract_id=0, to_terms_id=1, effective_from=TENTH, reason=WHY, maker_id=book.maker.id
            )

    def test_does_not_reach_back_before_interest_that_was_counted(
        self, book: Lending, contract: FinancingContract, dearer: TermsVersion
    ) -> None:
        book.advance(THIRD)
        accrue_interest(book_id=book.book.id, business_date=THIRD, maker_id=book.maker.id)
        with pytest.raises(AmendmentBeforeAccrual):
            proposed(book, contract, dearer, SECOND)
        assert proposed(book, contract, dearer, THIRD).pk

    def test_is_for_contracts_that_live(self, book: Lending, dearer: TermsVersion) -> None:
        with pytest.raises(ContractNotAlive):
            proposed(book, book.open(approved=False), dearer, TENTH)


class TestCarryOutAmendment:
    def test_puts_the_new_terms_in_force_from_the_day(
        self, book: Lending, contract: FinancingContract, dearer: TermsVersion
    ) -> None:
        made = carried_out(book, proposed(book, contract, dearer, TENTH))
        first = book.terms["MARGIN"]
        eve = TENTH - dt.timedelta(days=1)
        assert (made.ordinal, made.from_terms_id, made.to_terms_id) == (1, first.id, dearer.id)
        assert terms_of(contract_id=contract.id, on=eve) == first
        assert terms_in_force(contract_ids=[contract.id], on=TENTH) == {contract.id: dearer}
        assert terms_of(contract_id=contract.id, on=DAY_ONE - dt.timedelta(days=9)) == first
        spans = [
            (span.terms_id, span.from_date, span.until_date)
            for span in spans_of_terms(contract_id=contract.id)
        ]
        assert spans == [(first.id, DAY_ONE, TENTH), (dearer.id, TENTH, None)]
        contract.refresh_from_db()
        assert (contract.terms_id, present_terms(contract=contract)) == (first.id, first)

    def test_holds_the_contract_to_them(
        self, book: Lending, contract: FinancingContract, dearer: TermsVersion
    ) -> None:
        carried_out(book, proposed(book, contract, dearer, SECOND))
        book.draw(contract, 10_000_000)
        book.advance(SECOND)
        with pytest.raises(LeverageExceeded, match="maximum 2"):
            book.draw(contract, 10_000_000)

    def test_needs_a_second_person_and_what_he_approved(
        self, book: Lending, contract: FinancingContract, dearer: TermsVersion
    ) -> None:
        approval = proposed(book, contract, dearer, TENTH)
        with pytest.raises(ApprovalNotApproved):
            carry_out_amendment(approval_id=approval.pk, actor_id=book.maker.id)

    def test_refuses_what_does_not_fit_any_more(
        self, book: Lending, contract: FinancingContract, dearer: TermsVersion
    ) -> None:
        approval = proposed(book, contract, dearer, SECOND)
        book.advance(THIRD)
        accrue_interest(book_id=book.book.id, business_date=THIRD, maker_id=book.maker.id)
        with pytest.raises(AmendmentBeforeAccrual):
            carried_out(book, approval)


class TestExtension:
    def test_moves_the_maturity_and_keeps_the_terms(self, book: Lending, contract: FinancingContract) -> None:
        made = carried_out(book, extension(book, contract, LATER, TENTH))
        contract.refresh_from_db()
        assert (made.kind, contract.matures_on) == ("extension", LATER)
        assert made.from_terms_id == made.to_terms_id == contract.terms_id
        said = contract.history.latest("history_date")
        assert (said.history_user_id, WHY in (said.history_change_reason or "")) == (book.checker.id, True)

    def test_goes_on_from_an_amendment(
        self, book: Lending, contract: FinancingContract, dearer: TermsVersion
    ) -> None:
        carried_out(book, proposed(book, contract, dearer, SECOND))
        made = carried_out(book, extension(book, contract, LATER, TENTH))
        assert (made.ordinal, made.to_terms_id) == (2, dearer.id)

    def test_ends_later_and_begins_in_time(self, book: Lending, contract: FinancingContract) -> None:
        for matures_on, day in ((MATURITY, TENTH), (LATER, MATURITY + dt.timedelta(days=1))):
            with pytest.raises(ExtensionNotLater):
                extension(book, contract, matures_on, day)
        with pytest.raises(ExtensionNotLater):
            extension(book, book.open("F2"), LATER, TENTH)
