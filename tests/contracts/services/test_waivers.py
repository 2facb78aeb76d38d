"""Charges given up by two people, at the house's expense, and nobody else's."""

import datetime as dt

import pytest
from django.db import transaction

from accounts.models import Approval
from accounts.services.approvals import ApprovalAlreadyExecuted, ApprovalNotApproved
from contracts.models import FinancingContract
from contracts.services.interest import accrue_interest
from contracts.services.refusals import AmountNotPositive, MoreThanOwed
from contracts.services.waivers import Waiver, WaiverBeyondSpread, carry_out_waiver, propose_waiver
from ledger.services.posting import EntryDraft, PostedEntry, PostingDraft, post_journal_entry
from tests.contracts.builders import Lending
from tests.contracts.services.test_charges import charge_fee, charge_penalty
from tests.invariants.rows import end_transaction, refused

MONTH_LATER = dt.date(2025, 1, 31)
TAKEN = {"penalty_minor": 33_767, "fees_minor": 200_000}


@pytest.fixture
def contract(book: Lending) -> FinancingContract:
    """Chen owes a penalty of 337.67, fees of 2,000.00 and interest of 5,342.47, of which 821.92 is spread."""
    contract = book.drawn()
    book.advance(MONTH_LATER)
    accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
    charge_penalty(book, contract, 10_534_247, 12)
    charge_fee(book, contract, 200_000)
    return contract


def asked(book: Lending, contract: FinancingContract, **waiver: int) -> Approval:
    return propose_waiver(
        contract_id=contract.id, waiver=Waiver(**waiver), reason="a complaint", maker_id=book.maker.id
    )


def done(book: Lending, approval: Approval) -> PostedEntry:
    return carry_out_waiver(approval_id=approval.pk, booking_date=book.day, actor_id=book.checker.id)


class TestProposeWaiver:
    def test_says_how_much_and_of_what(self, book: Lending, contract: FinancingContract) -> None:
        approval = asked(book, contract, **TAKEN)
        assert (approval.kind, approval.amount_minor, approval.currency) == ("waive_charge", 233_767, "CNY")
        assert book.of(contract).fees_minor == 200_000

    def test_refuses_nothing_less_and_more_than_is_owed(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        with pytest.raises(AmountNotPositive):
            asked(book, contract)
        with pytest.raises(AmountNotPositive):
            asked(book, contract, penalty_minor=-1, fees_minor=5)
        with pytest.raises(MoreThanOwed):
            asked(book, contract, fees_minor=200_001)

    def test_leaves_funders_what_they_have_earned(self, book: Lending, contract: FinancingContract) -> None:
        spread = book.of(contract).spread_minor
        assert spread == 82_192
        with pytest.raises(WaiverBeyondSpread):
            asked(book, contract, interest_minor=spread + 1)


class TestCarryOutWaiver:
    def test_costs_the_house_what_two_people_gave_up_once(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        before = book.of(contract)
        approval = asked(book, contract, interest_minor=82_192, **TAKEN)
        with pytest.raises(ApprovalNotApproved):
            done(book, approval)
        book.agree(approval)
        done(book, approval)
        end_transaction()
        after = book.of(contract)
        assert (after.penalty_minor, after.fees_minor, after.spread_minor) == (0, 0, 0)
        assert [one.interest_minor for one in after.tranches] == [
            one.interest_minor for one in before.tranches
        ]
        assert book.balance("house/expense/waived") == 82_192 + 233_767
        with pytest.raises(ApprovalAlreadyExecuted):
            done(book, approval)

    def test_refuses_what_was_paid_meanwhile(self, book: Lending, contract: FinancingContract) -> None:
        one, other = asked(book, contract, fees_minor=200_000), asked(book, contract, fees_minor=1)
        for approval in (one, other):
            book.agree(approval)
        done(book, one)
        with pytest.raises(MoreThanOwed):
            done(book, other)
        assert Approval.objects.get(pk=other.pk).status == "approved"


class TestGuard:
    def test_takes_no_waiver_that_nobody_approved(self, book: Lending, contract: FinancingContract) -> None:
        """Round the service: without approval, with one of another amount, and a second time with one."""
        approval = asked(book, contract, fees_minor=1_000)
        book.agree(approval)
        done(book, approval)
        end_transaction()

        def post(reference: str, key: str, amount: int) -> None:
            draft = EntryDraft(
                kind="charge_waived",
                value_date=book.day,
                narration="round the service",
                source_reference=reference,
                idempotency_key=key,
                postings=[
                    PostingDraft(book.id_of("house/expense/waived"), amount),
                    PostingDraft(contract.fee_account_id, -amount),
                ],
            )
            with refused("contracts_waiver_approved_by_two"), transaction.atomic():
                post_journal_entry(
                    book_id=book.book.id,
                    booking_date=book.day,
                    draft=draft,
                    caller="contracts",
                    maker_id=book.maker.id,
                )
                end_transaction()

        post("liquidation:LQ-1", "a key", 500)
        post(f"approval:{approval.pk}", "a key", 1_000)
        other = asked(book, contract, fees_minor=2_000)
        post(f"approval:{other.pk}", f"waived:{other.pk}", 2_000)
        book.agree(other)
        post(f"approval:{other.pk}", f"waived:{other.pk}", 2_001)
