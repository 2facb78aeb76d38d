"""Money goes out by two people, never past what is there or what is restricted."""

import datetime as dt
from typing import Any

import pytest

from accounts.models import ApprovalStatus
from accounts.services.approvals import (
    ApprovalMissing,
    ApprovalNotApproved,
    ApprovalPayloadChanged,
    SelfApproval,
    approve,
)
from custody.models import Payment, PaymentState
from custody.queries.custody_accounts import UnitNotHeld
from custody.queries.instructions import Instruction, open_instructions
from custody.services.payments import NotAnAmount, NotUnidentified, WrongEntitlement, identify_receipt
from custody.services.withdrawals import (
    NotRequested,
    WithdrawalExceedsCash,
    WithdrawalNoLongerHeld,
    WithdrawalRestricted,
    cancel_withdrawal,
    release_withdrawal,
    request_funder_withdrawal,
    request_withdrawal,
    return_receipt,
)
from ledger.models import HoldEvent
from ledger.queries.accounts import account_id
from ledger.queries.holds import account_balances
from ledger.services.holds import release_holds_on
from ledger.services.posting import EntryDraft, PostingDraft, post_journal_entry
from ledger.services.refusals import LimitExceeded
from ledger.services.restrictions import RestrictionDraft, impose_restrictions
from tests.custody.cast import MONDAY, Cast
from tests.custody.services.test_payments import deposit, funder_deposit


@pytest.fixture
def rich(cast: Cast) -> Cast:
    """Wang has 1,000.00 at Harbour."""
    deposit(cast)
    return cast


def request(cast: Cast, **changes: Any) -> Payment:
    said: dict[str, Any] = {
        "book_id": cast.book.pk,
        "entitlement_account_id": cast.wang_cash,
        "custody_account_id": cast.custody["HARBOUR", "client"].pk,
        "amount_minor": 60_000,
        "counterparty_account": "EXTERNAL",
        "requested_on": MONDAY,
        "maker_id": cast.mei.pk,
    }
    return request_withdrawal(**(said | changes))


def release(cast: Cast, payment: Payment, approval_id: int | None = None) -> Payment:
    return release_withdrawal(
        payment_id=payment.pk,
        approval_id=payment.approval_id or 0 if approval_id is None else approval_id,
        booking_date=MONDAY,
        value_date=MONDAY,
        maker_id=cast.noah.pk,
    )


def cancel(cast: Cast, payment: Payment) -> Payment:
    return cancel_withdrawal(
        payment_id=payment.pk, reason="not wanted", business_date=MONDAY, maker_id=cast.mei.pk
    )


def standing(cast: Cast, account_id: int) -> tuple[int, int, int | None]:
    found = account_balances(account_ids=[account_id])[account_id]
    return found.booked_minor, found.held_minor, found.available_minor


def restrict(cast: Cast) -> None:
    draft = RestrictionDraft(cast.wang_cash, "outflow", "margin level CALL", "margin")
    impose_restrictions(drafts=[draft], business_date=MONDAY)


class TestRequestWithdrawal:
    def test_books_nothing_and_proposes_an_approval(self, rich: Cast) -> None:
        payment = request(rich)
        assert (payment.state, payment.reference) == (PaymentState.REQUESTED, "MAIN-P-20080915-0001")
        assert payment.approval is not None
        assert payment.approval.payload["amount_minor"] == 60_000
        assert rich.balance("client/C1/F1/cash") == -100_000
        assert open_instructions(book_id=rich.book.pk, custodian_code="HARBOUR") == []

    def test_holds_what_is_asked_for(self, rich: Cast) -> None:
        payment = request(rich)
        assert payment.hold is not None
        assert (payment.hold.account_id, payment.hold.open_minor) == (rich.wang_cash, 60_000)
        assert standing(rich, rich.wang_cash) == (-100_000, 60_000, 40_000)

    def test_leaves_nothing_behind_when_it_is_refused(self, rich: Cast) -> None:
        with pytest.raises(WithdrawalExceedsCash):
            request(rich, amount_minor=100_001)
        assert standing(rich, rich.wang_cash) == (-100_000, 0, 100_000)
        assert not Payment.objects.filter(direction="out").exists()

    def test_numbers_each_request(self, rich: Cast) -> None:
        references = [request(rich, amount_minor=5).reference for _ in range(2)]
        assert references == ["MAIN-P-20080915-0001", "MAIN-P-20080915-0002"]

    def test_refuses_more_than_the_settled_cash(self, rich: Cast) -> None:
        with pytest.raises(WithdrawalExceedsCash, match="100000 available"):
            request(rich, amount_minor=100_001)

    def test_counts_what_is_requested_already(self, rich: Cast) -> None:
        request(rich)
        with pytest.raises(WithdrawalExceedsCash, match="40000 available in client/C1/F1/cash, 60000 held"):
            request(rich)

    def test_is_refused_while_outflow_is_restricted(self, rich: Cast) -> None:
        restrict(rich)
        with pytest.raises(WithdrawalRestricted, match="margin level CALL"):
            request(rich)

    @pytest.mark.parametrize("amount", [0, -60_000])
    def test_refuses_what_is_no_amount(self, rich: Cast, amount: int) -> None:
        with pytest.raises(NotAnAmount):
            request(rich, amount_minor=amount)

    def test_refuses_an_account_that_is_no_client_s_cash(self, rich: Cast) -> None:
        with pytest.raises(WrongEntitlement):
            request(rich, entitlement_account_id=rich.wang_shares)

    def test_refuses_to_pay_clients_from_another_ring_s_account(self, rich: Cast) -> None:
        with pytest.raises(UnitNotHeld):
            request(rich, custody_account_id=rich.custody["HARBOUR", "house"].pk)


class TestReleaseWithdrawal:
    def test_books_it_as_under_way_and_instructs_the_bank(self, rich: Cast) -> None:
        payment = request(rich)
        release(rich, payment, rich.approved(payment))
        assert rich.balance("client/C1/F1/cash") == -40_000
        assert rich.balance("client/payments/HARBOUR") == -60_000
        assert rich.balance("client/custody/HARBOUR") == 100_000
        assert standing(rich, rich.wang_cash) == (-40_000, 0, 40_000)
        payment.refresh_from_db()
        event = HoldEvent.objects.get(hold=payment.hold)
        assert (event.event, event.amount_minor, event.entry) == ("posted", 60_000, payment.booked_entry)
        assert open_instructions(book_id=rich.book.pk, custodian_code="HARBOUR") == [
            Instruction("MAIN-P-20080915-0001", "H-CLIENT", "EXTERNAL", "USD", 60_000)
        ]

    def test_needs_a_second_person(self, rich: Cast) -> None:
        payment = request(rich)
        with pytest.raises(SelfApproval):
            approve(approval_id=payment.approval_id or 0, checker_id=rich.mei.pk)
        with pytest.raises(ApprovalNotApproved):
            release(rich, payment)

    def test_needs_its_own_approval(self, rich: Cast) -> None:
        first, second = request(rich, amount_minor=5), request(rich, amount_minor=6)
        with pytest.raises(ApprovalMissing):
            release(rich, second, rich.approved(first))

    def test_refuses_when_what_was_approved_is_not_what_is_paid(
        self, rich: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        payment = request(rich)
        approval_id = rich.approved(payment)
        monkeypatch.setattr("custody.services.withdrawals._payload", lambda _payment: {"reference": "x"})
        with pytest.raises(ApprovalPayloadChanged):
            release(rich, payment, approval_id)

    def test_happens_once(self, rich: Cast) -> None:
        payment = request(rich)
        approval_id = rich.approved(payment)
        release(rich, payment, approval_id)
        with pytest.raises(NotRequested):
            release(rich, payment, approval_id)

    def test_is_refused_by_the_ledger_when_restricted_meanwhile(self, rich: Cast) -> None:
        payment = request(rich)
        approval_id = rich.approved(payment)
        restrict(rich)
        with pytest.raises(WithdrawalRestricted, match="margin level CALL"):
            release(rich, payment, approval_id)
        self.assert_untouched(rich, payment)

    def test_keeps_the_cash_from_going_meanwhile(self, rich: Cast) -> None:
        payment = request(rich)
        approval_id = rich.approved(payment)
        with pytest.raises(LimitExceeded, match="would stand at -59999 with 60000 held"):
            self.take(rich, 40_001)
        self.take(rich, 40_000)
        assert release(rich, payment, approval_id).state == PaymentState.INSTRUCTED

    def test_is_refused_once_its_hold_was_given_up(self, rich: Cast) -> None:
        payment = request(rich)
        approval_id = rich.approved(payment)
        release_holds_on(
            account_ids=[rich.wang_cash],
            reason="a liquidation comes first",
            business_date=MONDAY,
            caller="tests",
            idempotency_key="liquidation",
            maker_id=rich.runner,
        )
        with pytest.raises(WithdrawalNoLongerHeld):
            release(rich, payment, approval_id)
        self.assert_untouched(rich, payment)
        assert cancel(rich, payment).state == PaymentState.REJECTED

    def take(self, cast: Cast, amount_minor: int) -> None:
        """A posting that would take Wang's cash for something else."""
        entry = EntryDraft(
            kind="receipt_identified",
            value_date=MONDAY,
            narration="taken for something else",
            source_reference="tests:1",
            idempotency_key=f"take/{amount_minor}",
            postings=[
                PostingDraft(cast.wang_cash, amount_minor),
                PostingDraft(
                    account_id(book_id=cast.book.pk, address="client/unallocated/HARBOUR", unit_code="USD"),
                    -amount_minor,
                ),
            ],
        )
        post_journal_entry(
            book_id=cast.book.pk, booking_date=MONDAY, draft=entry, caller="tests", maker_id=cast.runner
        )

    def assert_untouched(self, cast: Cast, payment: Payment) -> None:
        payment = Payment.objects.select_related("approval").get(pk=payment.pk)
        assert payment.state == PaymentState.REQUESTED
        assert payment.approval is not None
        assert payment.approval.status == ApprovalStatus.APPROVED
        assert payment.booked_entry is None


class TestCancelWithdrawal:
    def test_frees_the_cash_for_another_request(self, rich: Cast) -> None:
        payment = request(rich)
        approval_id = rich.approved(payment)
        assert cancel(rich, payment).state == PaymentState.REJECTED
        assert standing(rich, rich.wang_cash) == (-100_000, 0, 100_000)
        request(rich, amount_minor=100_000)
        with pytest.raises(NotRequested):
            release(rich, payment, approval_id)

    def test_comes_too_late_after_the_release(self, rich: Cast) -> None:
        payment = request(rich)
        release(rich, payment, rich.approved(payment))
        with pytest.raises(NotRequested):
            cancel(rich, payment)

    def test_says_why_the_hold_was_released(self, rich: Cast) -> None:
        payment = cancel(rich, request(rich))
        event = HoldEvent.objects.get(hold=payment.hold)
        assert (event.event, event.reason, event.maker) == ("released", "not wanted", rich.mei)


class TestRequestFunderWithdrawal:
    def request(self, cast: Cast, amount: int) -> Payment:
        assert cast.meridian is not None
        return request_funder_withdrawal(
            book_id=cast.book.pk,
            funder_id=cast.meridian.pk,
            unit_code="USD",
            amount_minor=amount,
            counterparty_account="EXTERNAL",
            requested_on=MONDAY,
            maker_id=cast.mei.pk,
        )

    def test_goes_out_from_the_funder_s_home(self, cast: Cast) -> None:
        funder_deposit(cast)
        payment = self.request(cast, 300_000)
        release(cast, payment, cast.approved(payment))
        assert cast.balance("funder/MERIDIAN/available") == -600_000
        assert cast.balance("funder/payments/ISLAND") == -300_000

    def test_holds_the_funder_s_available_money(self, cast: Cast) -> None:
        funder_deposit(cast)
        payment = self.request(cast, 300_000)
        assert standing(cast, payment.entitlement_account_id or 0) == (-900_000, 300_000, 600_000)
        with pytest.raises(WithdrawalExceedsCash, match="600000 available"):
            self.request(cast, 600_001)

    def test_stops_at_what_is_available(self, cast: Cast) -> None:
        funder_deposit(cast)
        with pytest.raises(WithdrawalExceedsCash):
            self.request(cast, 900_001)


class TestReturnReceipt:
    def ask(self, cast: Cast, receipt: Payment) -> Payment:
        return return_receipt(
            payment_id=receipt.pk,
            counterparty_account="EXTERNAL",
            requested_on=dt.date(2008, 9, 15),
            maker_id=cast.mei.pk,
        )

    def test_sends_the_whole_receipt_back_by_two_people(self, cast: Cast) -> None:
        receipt = deposit(cast, entitlement_account_id=None)
        payment = self.ask(cast, receipt)
        release(cast, payment, cast.approved(payment))
        receipt.refresh_from_db()
        assert receipt.state == PaymentState.RETURNED
        assert cast.balance("client/unallocated/HARBOUR") == 0
        assert cast.balance("client/payments/HARBOUR") == -100_000

    def test_keeps_it_from_being_identified_meanwhile(self, cast: Cast) -> None:
        receipt = deposit(cast, entitlement_account_id=None)
        payment = self.ask(cast, receipt)
        with pytest.raises(NotUnidentified):
            self.identify(cast, receipt)
        cancel(cast, payment)
        assert self.identify(cast, receipt).state == PaymentState.RECEIVED

    def test_is_asked_for_once(self, cast: Cast) -> None:
        receipt = deposit(cast, entitlement_account_id=None)
        self.ask(cast, receipt)
        with pytest.raises(NotUnidentified):
            self.ask(cast, receipt)

    def test_can_be_asked_for_anew_after_it_was_given_up(self, cast: Cast) -> None:
        receipt = deposit(cast, entitlement_account_id=None)
        cancel(cast, self.ask(cast, receipt))
        assert self.ask(cast, receipt).state == PaymentState.REQUESTED

    def test_is_refused_for_what_is_identified(self, cast: Cast) -> None:
        with pytest.raises(NotUnidentified):
            self.ask(cast, deposit(cast))

    def identify(self, cast: Cast, receipt: Payment) -> Payment:
        return identify_receipt(
            payment_id=receipt.pk,
            entitlement_account_id=cast.wang_cash,
            booking_date=MONDAY,
            maker_id=cast.runner,
        )
