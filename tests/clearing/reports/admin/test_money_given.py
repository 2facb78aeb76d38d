"""Money that two people let go through the admin, and what waits for somebody on the first page."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import StaffRole
from clearing.day.services.report import report_day
from clearing.reports.queries.money import interest_figures, source_figures
from contracts.models import DisputeSubject, FinancingContract
from contracts.queries.defaults import waiting_defaults
from contracts.services.charges import accrue_fee
from contracts.services.disputes import open_dispute
from contracts.services.early_repayment import repay_in_order
from contracts.services.interest import accrue_interest
from contracts.services.maturity import run_maturities
from custody.models import Payment
from tests.clearing.reports.admin.test_lifecycle import approve_newest, page, seen
from tests.contracts.builders import Lending, lending
from tests.desk import colleague, desk_of, text_of

MATURITY = dt.date(2025, 2, 10)


@pytest.fixture
def book(db: None) -> Lending:
    return lending()


@pytest.fixture
def contract(book: Lending) -> FinancingContract:
    return book.drawn(matures_on=MATURITY)


@pytest.fixture
def maker(book: Lending) -> Client:
    return desk_of(colleague("rosa.maker", StaffRole.RISK))


@pytest.fixture
def checker(book: Lending) -> Client:
    return desk_of(colleague("omar.checker", StaffRole.RISK))


def charge(book: Lending, contract: FinancingContract) -> str:
    posted = accrue_fee(
        contract_id=contract.id,
        amount_minor=200_000,
        booking_date=book.day,
        value_date=book.day,
        maker_id=book.maker.id,
        idempotency_key="fee",
    )
    return f"entry:{posted.entry_id}"


class TestWaiver:
    def test_is_asked_for_and_decided_by_a_colleague(
        self, book: Lending, contract: FinancingContract, maker: Client, checker: Client
    ) -> None:
        charge(book, contract)
        assert "Waive charges" in seen(maker, page("change", contract))
        assert "2,000.00 CNY" in seen(maker, page("waive", contract))
        sent = {"interest": "0", "penalty": "0", "fees": "1,5", "reason": "a complaint"}
        answer = maker.post(page("waive", contract), sent)
        assert "at most the decimals" in text_of(answer.content.decode())
        maker.post(page("waive", contract), {**sent, "fees": "1500.00"})
        assert "Waived by entry" in approve_newest(checker)
        assert book.of(contract).fees_minor == 50_000


class TestPayout:
    def test_sends_what_is_available_by_two(
        self, book: Lending, contract: FinancingContract, maker: Client, checker: Client
    ) -> None:
        """Aurora paid in 1,000,000.00 and has lent 600,000.00 of it."""
        aurora = book.parties["AURORA"]
        asked = reverse("admin:custody_payment_pay_funder_out", args=[aurora.pk])
        assert "Pay out" in seen(maker, reverse("admin:accounts_party_change", args=[aurora.pk]))
        assert "400,000.00" in seen(maker, asked)
        account = book.id_of("funder/AURORA/available")
        sent = {"account": account, "amount": "400000.01", "counterparty_account": "AURORA-BANK"}
        assert "available" in text_of(maker.post(asked, sent).content.decode())
        maker.post(asked, {**sent, "amount": "400000.00"})
        payment = Payment.objects.get()
        assert payment.approval is not None
        assert (payment.approval.kind, payment.state) == ("pay_funder_out", "requested")
        assert "instructed to the bank" in approve_newest(checker)
        assert book.balance("funder/AURORA/available") == 0

    def test_is_of_funders_alone(self, book: Lending, contract: FinancingContract, maker: Client) -> None:
        asked = reverse("admin:custody_payment_pay_funder_out", args=[contract.client_id])
        assert maker.get(asked).status_code == 404


class TestWhatWaits:
    def test_is_on_the_first_page_and_in_the_report(
        self, book: Lending, contract: FinancingContract, checker: Client
    ) -> None:
        """A disputed fee, overdue; a contract in default for a day; what each source has lent."""
        reference = charge(book, contract)
        open_dispute(
            contract_id=contract.id,
            subject=DisputeSubject.FEE,
            subject_reference=reference,
            opened_on=book.day,
            answer_due_on=book.day + dt.timedelta(days=14),
            reason="never agreed",
            actor_id=book.maker.id,
        )
        assert "disputed by the client" in seen(checker, page("change", contract))
        book.advance(dt.date(2025, 4, 10))
        days: dict[str, Any] = {"book_id": book.book.id, "business_date": book.day}
        accrue_interest(**days, maker_id=book.maker.id)
        run_maturities(**days, maker_id=book.maker.id)
        (waits,) = waiting_defaults(book_id=book.book.id, on=book.day)
        assert waits.contract_code == "F1"
        shown = seen(checker, reverse("admin:index"))
        assert "overdue since 2025-01-15" in shown
        assert f"{waits.age_days(book.day)} day" in shown
        evening = report_day(**days)
        assert (evening["disputes_overdue"], evening["defaults_waiting"]) == (1, 1)
        assert evening["lent_third_party_minor"] == 100_000_000
        interest = interest_figures(book_id=book.book.id, unit_code="CNY")
        sources = source_figures(book_id=book.book.id, unit_code="CNY")
        assert [(one.source, one.lent_minor) for one in sources] == [
            ("own", 0),
            ("third_party", 100_000_000),
        ]
        assert sum(one.earned_minor for one in sources) == interest.charged_minor
        book.deposit(contract, 50_000_000)
        repay_in_order(
            contract_id=contract.id,
            amount_minor=100_000_000,
            booking_date=book.day,
            maker_id=book.maker.id,
            reference="paid at last",
        )
        (waits,) = waiting_defaults(book_id=book.book.id, on=book.day)
        assert waits.owed_minor < 10_000_000
