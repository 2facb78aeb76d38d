"""A client's appeal: taken down, answered in time by two people, or withdrawn."""

import datetime as dt

import pytest

from accounts.models import Approval
from accounts.services.approvals import ApprovalNotApproved, SelfApproval, approve
from contracts.models import Dispute, DisputeState, DisputeSubject, FinancingContract
from contracts.queries.disputes import disputed, is_disputed, overdue_disputes
from contracts.services.charges import accrue_fee
from contracts.services.disputes import (
    DisputeMissing,
    DisputeSubjectUnknown,
    open_dispute,
    propose_answer,
    resolve_dispute,
    withdraw_dispute,
)
from contracts.services.refusals_lifecycle import DisputeDecided, DisputeExists, DisputeIncomplete
from tests.contracts.builders import Lending

WEEK = dt.timedelta(days=7)
ANSWER = "the fee was charged twice; it is waived"


@pytest.fixture
def contract(book: Lending) -> FinancingContract:
    return book.drawn()


@pytest.fixture
def fee(book: Lending, contract: FinancingContract) -> str:
    posted = accrue_fee(
        contract_id=contract.id,
        amount_minor=100,
        booking_date=book.day,
        value_date=book.day,
        maker_id=book.maker.id,
        idempotency_key="fee",
    )
    return f"entry:{posted.entry_id}"


def opened(
    book: Lending,
    contract: FinancingContract,
    reference: str,
    subject: DisputeSubject = DisputeSubject.FEE,
    reason: str = "never agreed",
) -> Dispute:
    return open_dispute(
        contract_id=contract.id,
        subject=subject,
        subject_reference=reference,
        opened_on=book.day,
        answer_due_on=book.day + WEEK,
        reason=reason,
        actor_id=book.maker.id,
    )


def answered(book: Lending, dispute: Dispute, outcome: DisputeState) -> Approval:
    return propose_answer(dispute_id=dispute.pk, outcome=outcome, answer=ANSWER, maker_id=book.maker.id)


class TestOpenDispute:
    def test_says_what_why_and_until_when(self, book: Lending, contract: FinancingContract, fee: str) -> None:
        dispute = opened(book, contract, fee)
        assert (dispute.reference, dispute.state) == ("DSP-F1-1", "open")
        assert disputed(contract_ids=[contract.id], on=book.day) == {contract.id: (dispute,)}
        assert disputed(contract_ids=[contract.id], on=book.day - WEEK) == {}
        assert is_disputed(contract_id=contract.id, subject=DisputeSubject.FEE, reference=fee)
        assert overdue_disputes(book_id=book.book.id, on=book.day + WEEK) == []
        assert overdue_disputes(book_id=book.book.id, on=book.day + 2 * WEEK) == [dispute]

    def test_refuses_what_is_incomplete_unknown_or_open_already(
        self, book: Lending, contract: FinancingContract, fee: str
    ) -> None:
        with pytest.raises(DisputeIncomplete):
            opened(book, contract, fee, reason=" ")
        with pytest.raises(DisputeSubjectUnknown):
            opened(book, contract, fee, DisputeSubject.INTEREST)
        with pytest.raises(DisputeSubjectUnknown):
            opened(book, book.open("F2", client="DUBOIS"), fee)
        opened(book, contract, fee)
        with pytest.raises(DisputeExists):
            opened(book, contract, fee)
        assert opened(book, contract, "call:7", DisputeSubject.CALL).reference == "DSP-F1-2"


class TestResolveDispute:
    def test_needs_two_people(self, book: Lending, contract: FinancingContract, fee: str) -> None:
        dispute = opened(book, contract, fee)
        approval = answered(book, dispute, DisputeState.UPHELD)
        with pytest.raises(SelfApproval):
            approve(approval_id=approval.pk, checker_id=book.maker.id)
        with pytest.raises(ApprovalNotApproved):
            resolve_dispute(approval_id=approval.pk, decided_on=book.day, actor_id=book.maker.id)
        number = book.agree(approval)
        done = resolve_dispute(approval_id=number, decided_on=book.day, actor_id=book.checker.id)
        assert (done.state, done.answer, done.decided_on) == ("upheld", ANSWER, book.day)
        assert disputed(contract_ids=[contract.id], on=book.day) == {}
        said = done.history.latest("history_date")
        assert (said.history_user_id, ANSWER in (said.history_change_reason or "")) == (book.checker.id, True)
        with pytest.raises(DisputeDecided):
            answered(book, dispute, DisputeState.REJECTED)

    def test_needs_an_answer(self, book: Lending, contract: FinancingContract, fee: str) -> None:
        dispute = opened(book, contract, fee)
        with pytest.raises(DisputeIncomplete):
            answered(book, dispute, DisputeState.WITHDRAWN)
        with pytest.raises(DisputeMissing):
            propose_answer(dispute_id=0, outcome=DisputeState.UPHELD, answer="x", maker_id=book.maker.id)


class TestWithdrawDispute:
    def test_ends_it_and_lets_it_be_opened_anew(
        self, book: Lending, contract: FinancingContract, fee: str
    ) -> None:
        dispute = opened(book, contract, fee)
        done = withdraw_dispute(
            dispute_id=dispute.pk, decided_on=book.day, reason="explained", actor_id=book.maker.id
        )
        assert done.state == "withdrawn"
        assert opened(book, contract, fee).reference == "DSP-F1-2"
