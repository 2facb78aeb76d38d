"""What a client disputes is left alone until the dispute is answered, and no longer."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from contracts.models import Dispute, DisputeSubject, FinancingContract, InterestRun
from contracts.queries.disputes import disputed_amounts
from contracts.services.charges import Charge, accrue_fee, collect_charge
from contracts.services.disputed_amounts import AmountDisputed
from contracts.services.disputes import open_dispute, withdraw_dispute
from contracts.services.early_repayment import repay_in_order, terminate_early
from contracts.services.interest import accrue_interest
from contracts.services.interest_collection import (
    capitalise_interest,
    collect_interest,
    collect_interest_of,
)
from contracts.services.maturity import default_contracts, mature_contracts
from contracts.services.waterfall import WaterfallStage, apply_waterfall
from tests.contracts.builders import Lending
from tests.invariants.rows import change_row, end_transaction, refused

SECOND = dt.date(2025, 1, 2)
FEBRUARY = dt.date(2025, 2, 1)
MATURITY = dt.date(2025, 2, 10)


@pytest.fixture
def contract(book: Lending) -> FinancingContract:
    """Chen owes interest of 178.08 for a night, disputed, and a fee of 1.00, not disputed."""
    contract = book.drawn(matures_on=MATURITY)
    book.advance(SECOND)
    accrue(book)
    accrue_fee(
        contract_id=contract.id,
        amount_minor=100,
        booking_date=book.day,
        value_date=book.day,
        maker_id=book.maker.id,
        idempotency_key="fee",
    )
    return contract


@pytest.fixture
def dispute(book: Lending, contract: FinancingContract) -> Dispute:
    return disputing(book, contract, f"entry:{InterestRun.objects.get().entry_id}", DisputeSubject.INTEREST)


def accrue(book: Lending) -> None:
    accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)


def disputing(book: Lending, contract: FinancingContract, reference: str, subject: DisputeSubject) -> Dispute:
    return open_dispute(
        contract_id=contract.id,
        subject=subject,
        subject_reference=reference,
        opened_on=book.day,
        answer_due_on=book.day + dt.timedelta(days=30),
        reason="never agreed",
        actor_id=book.maker.id,
    )


def withdraw(book: Lending, dispute: Dispute) -> None:
    withdraw_dispute(dispute_id=dispute.pk, decided_on=book.day, reason="explained", actor_id=book.maker.id)


def collected(book: Lending, contract: FinancingContract, amount: int) -> None:
    collect_interest_of(
        contract_id=contract.id,
        amount_minor=amount,
        booking_date=book.day,
        maker_id=book.maker.id,
        idempotency_key=f"collected-{book.day}-{amount}",
    )


class TestRefuseDisputed:
    def test_leaves_what_is_disputed_and_takes_the_rest(
        self, book: Lending, contract: FinancingContract, dispute: Dispute
    ) -> None:
        """178.08 of 5,520.55 waits, in February and still in March; then it is withdrawn."""
        assert disputed_amounts(contract_ids=[contract.id]) == {contract.interest_account_id: 17_808}
        with pytest.raises(AmountDisputed):
            collected(book, contract, 1)
        with pytest.raises(AmountDisputed):
            capitalise_interest(
                contract_id=contract.id,
                amount_minor=1,
                booking_date=book.day,
                maker_id=book.maker.id,
                idempotency_key="capitalised",
            )
        book.advance(FEBRUARY)
        accrue(book)
        done = collect_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        assert (done.collected_minor, book.of(contract).interest_minor) == (552_055 - 17_808, 17_808)
        end_transaction()
        with pytest.raises(AmountDisputed):
            collected(book, contract, 1)
        withdraw(book, dispute)
        collected(book, contract, 17_808)
        end_transaction()

    def test_holds_nothing_that_was_paid_before(self, book: Lending, contract: FinancingContract) -> None:
        collected(book, contract, 17_808)
        book.advance(SECOND + dt.timedelta(days=1))
        accrue(book)
        entry = InterestRun.objects.order_by("id")[0].entry_id
        disputing(book, contract, f"entry:{entry}", DisputeSubject.INTEREST)
        assert disputed_amounts(contract_ids=[contract.id]) == {}
        collected(book, contract, 17_808)

    def test_of_a_fee_keeps_it_out_of_the_waterfall(self, book: Lending, contract: FinancingContract) -> None:
        posted = accrue_fee(
            contract_id=contract.id,
            amount_minor=500,
            booking_date=book.day,
            value_date=book.day,
            maker_id=book.maker.id,
            idempotency_key="fee-2",
        )
        disputing(book, contract, f"entry:{posted.entry_id}", DisputeSubject.FEE)
        collect: dict[str, Any] = {
            "contract_id": contract.id,
            "booking_date": book.day,
            "maker_id": book.maker.id,
        }
        with pytest.raises(AmountDisputed):
            collect_charge(charge=Charge.FEE, amount_minor=101, idempotency_key="c-101", **collect)
        with pytest.raises(AmountDisputed):
            repay_in_order(amount_minor=book.of(contract).debt_minor - 499, reference="all", **collect)
        with pytest.raises(AmountDisputed):
            terminate_early(reason="moves away", **collect)
        paid = apply_waterfall(pot_minor=None, stage=WaterfallStage.PARTIAL, reference="LQ-1", **collect)
        assert (paid.result.residual_minor > 0, book.of(contract).debt_minor) == (True, 500)
        with pytest.raises(AmountDisputed):
            apply_waterfall(pot_minor=None, stage=WaterfallStage.FINAL, reference="LQ-2", **collect)
        end_transaction()


class TestGuards:
    def test_take_nothing_round_the_service(
        self, book: Lending, contract: FinancingContract, dispute: Dispute
    ) -> None:
        earned = {
            book.id_of(f"contract/F1/interest-payable/{code}"): -book.balance(
                f"contract/F1/interest-payable/{code}"
            )
            for code in ("AURORA", "BEACON")
        }
        spread = 17_808 - sum(earned.values())
        with refused("contracts_dispute_amount_not_collected"), transaction.atomic():
            book.post_at(
                "bad_spread_written_off",
                {contract.interest_account_id: -spread, book.id_of("house/expense/bad-spread"): spread},
            )
            end_transaction()

    def test_default_by_what_is_not_disputed_alone(
        self, book: Lending, contract: FinancingContract, dispute: Dispute
    ) -> None:
        """All is repaid but what is disputed: the contract stays matured until the dispute is withdrawn."""
        book.deposit(contract, 100_000_000)
        apply_waterfall(
            contract_id=contract.id,
            pot_minor=None,
            stage=WaterfallStage.PARTIAL,
            booking_date=book.day,
            maker_id=book.maker.id,
            reference="early",
        )
        assert book.of(contract).debt_minor == 17_808
        book.advance(dt.date(2025, 4, 10))
        days: dict[str, Any] = {"book_id": book.book.id, "business_date": book.day, "maker_id": book.maker.id}
        mature_contracts(**days)
        assert default_contracts(**days) == 0
        with refused("contracts_financingcontract_default_undisputed"), transaction.atomic():
            change_row("contracts_financingcontract", contract.id, state="defaulted")
        withdraw(book, dispute)
        assert default_contracts(**days) == 1
