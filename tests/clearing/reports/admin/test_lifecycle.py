"""The contract's page: what may be asked for in its life, by a form each, and decided by a colleague."""

import datetime as dt
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Approval, StaffRole
from accounts.services.approvals import propose_approval
from contracts.models import Dispute, FinancingContract
from contracts.queries.terms_in_force import terms_of
from contracts.services.charges import accrue_fee
from ledger.services.days import close_business_day
from tests.contracts.builders import TERMS, Lending, lending
from tests.desk import colleague, desk_of, text_of

MATURITY, LATER = dt.date(2025, 7, 1), dt.date(2025, 12, 31)
TENTH = dt.date(2025, 1, 10)


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


def page(name: str, row: FinancingContract) -> str:
    return reverse(f"admin:contracts_financingcontract_{name}", args=[row.pk])


def seen(desk: Client, address: str) -> str:
    answer = desk.get(address)
    assert answer.status_code == 200
    return text_of(answer.content.decode())


def approve_newest(desk: Client) -> str:
    """Approve what waits, and carry it out; return the page that says how it went."""
    newest = Approval.objects.latest("id")
    answer = desk.post(
        reverse("admin:accounts_approval_approve", args=[newest.pk]), {"comment": ""}, follow=True
    )
    return text_of(answer.content.decode())


class TestExtension:
    def test_is_asked_for_by_one_and_decided_by_another(
        self, contract: FinancingContract, maker: Client, checker: Client
    ) -> None:
        assert "Extend" in seen(maker, page("change", contract))
        assert "keeps its terms" in seen(maker, page("extend", contract))
        sent = {"matures_on": LATER.isoformat(), "effective_from": TENTH.isoformat(), "reason": "asked"}
        answer = maker.post(page("extend", contract), sent, follow=True)
        assert "a colleague decides" in text_of(answer.content.decode())
        assert f"matures on {LATER}" in approve_newest(checker)
        shown = seen(checker, page("change", contract))
        assert "Extension" in shown
        contract.refresh_from_db()
        assert contract.matures_on == LATER


class TestAmendment:
    def test_says_what_was_refused(self, contract: FinancingContract, book: Lending, maker: Client) -> None:
        dearer = book.next_terms(replace(TERMS, client_rate_ppm=80_000))
        sent = {"to_terms": dearer.pk, "effective_from": "2025-01-01", "reason": "asked"}
        answer = maker.post(page("amend", contract), sent, follow=True)
        assert "choose a later day" in text_of(answer.content.decode())

    def test_is_in_force_from_its_day(
        self, contract: FinancingContract, book: Lending, maker: Client, checker: Client
    ) -> None:
        dearer = book.next_terms(replace(TERMS, client_rate_ppm=80_000))
        sent = {"to_terms": dearer.pk, "effective_from": TENTH.isoformat(), "reason": "asked"}
        maker.post(page("amend", contract), sent)
        assert f"is held to {dearer} from {TENTH}" in approve_newest(checker)
        assert terms_of(contract_id=contract.id, on=TENTH) == dearer


class TestReplacement:
    def test_offers_funders_that_have_no_part_yet(
        self, contract: FinancingContract, book: Lending, maker: Client
    ) -> None:
        corvus = book.party("CORVUS", "funder")
        shown = seen(maker, page("replace-funder", contract))
        assert "CORVUS" in shown
        sent = {
            "tranche": contract.tranches.get(ordinal=1).pk,
            "funder": corvus.pk,
            "rate": "6.25",
            "seniority": 2,
            "source": "matched",
            "reason": "Aurora leaves",
        }
        maker.post(page("replace-funder", contract), sent)
        asked = Approval.objects.get(kind="replace_funder").payload
        assert (asked["rate_ppm"], asked["funder"], asked["replaced"]) == (62_500, "CORVUS", "AURORA")


class TestTermination:
    def test_shows_what_it_takes_then_closes(self, contract: FinancingContract, maker: Client) -> None:
        assert "Still to be deposited" in seen(maker, page("terminate", contract))
        answer = maker.post(page("terminate", contract), {"reason": "the client pays"}, follow=True)
        assert "is repaid and closed" in text_of(answer.content.decode())
        contract.refresh_from_db()
        assert contract.state == "closed"

    def test_needs_an_open_day(self, contract: FinancingContract, book: Lending, maker: Client) -> None:
        closing = propose_approval(
            book_code=book.book.code,
            kind="close_business_day",
            subject=f"{book.book.code}/{book.day}",
            payload={},
            maker_id=book.maker.id,
        )
        close_business_day(book_id=book.book.id, business_date=book.day, approval_id=book.agree(closing))
        answer = maker.post(page("terminate", contract), {"reason": "x"}, follow=True)
        assert "open one first" in text_of(answer.content.decode())


class TestDispute:
    def test_is_taken_down_and_answered_by_two(
        self, contract: FinancingContract, book: Lending, maker: Client, checker: Client
    ) -> None:
        posted = accrue_fee(
            contract_id=contract.id,
            amount_minor=100,
            booking_date=book.day,
            value_date=book.day,
            maker_id=book.maker.id,
            idempotency_key="fee",
        )
        sent = {
            "subject": f"fee/entry:{posted.entry_id}",
            "answer_due_on": TENTH.isoformat(),
            "reason": "never agreed",
        }
        maker.post(page("dispute", contract), sent)
        dispute = Dispute.objects.get()
        own = reverse("admin:contracts_dispute_change", args=[dispute.pk])
        assert "never agreed" in seen(checker, own)
        assert dispute.reference in seen(checker, reverse("admin:contracts_dispute_changelist"))
        maker.post(
            reverse("admin:contracts_dispute_answer", args=[dispute.pk]),
            {"outcome": "upheld", "answer": "it is waived"},
        )
        assert "it is waived" in seen(
            checker, reverse("admin:accounts_approval_change", args=[Approval.objects.latest("id").pk])
        )
        assert "is decided: Upheld for the client" in approve_newest(checker)
        assert "it is waived" in seen(checker, own)

    def test_is_withdrawn_by_the_client(
        self, contract: FinancingContract, book: Lending, maker: Client
    ) -> None:
        assert seen(maker, page("dispute", contract))
        auditor = desk_of(colleague("ada.auditor", StaffRole.AUDITOR))
        assert auditor.get(page("dispute", contract)).status_code == 403
