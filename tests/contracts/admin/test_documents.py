"""Documents in the admin: made from the pages of contract, party and call, listed, and downloaded as made."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import DisclosureVersion, StaffRole
from clearing.margin.models import MarginCall
from contracts.models import Document
from tests.clearing.margin.harbour import Harbour, harbour
from tests.contracts.builders import Lending
from tests.desk import colleague, desk_of, text_of


@pytest.fixture
def office(book: Lending) -> Client:
    book.open()
    book.advance(dt.date(2025, 2, 3))
    return desk_of(colleague("lin.wei", StaffRole.OPERATIONS))


def of_contract(book: Lending, kind: str) -> str:
    contract = book.party("CHEN", "client").contracts.get()
    return reverse("admin:contracts_document_of_contract", args=[contract.pk, kind])


def of_client(book: Lending, kind: str) -> str:
    return reverse("admin:contracts_document_of_client", args=[book.party("CHEN", "client").pk, kind])


class TestDocumentAdmin:
    def test_makes_a_contract_and_hands_it_out(self, book: Lending, office: Client) -> None:
        contract = book.party("CHEN", "client").contracts.get()
        page = office.get(reverse("admin:contracts_financingcontract_change", args=[contract.pk]))
        assert of_contract(book, "contract") in page.content.decode()
        asked = office.get(of_contract(book, "contract"))
        assert "2025-02-03" in asked.content.decode()
        office.post(of_contract(book, "contract"), {"locale": "zh-hans", "issued_on": "2025-02-03"})
        made = Document.objects.get()
        assert (made.reference, made.locale) == ("LEND-CTR-2025-000001", "zh-hans")
        shown = text_of(
            office.get(reverse("admin:contracts_document_change", args=[made.pk])).content.decode()
        )
        for said in (made.sha256, made.inputs_sha256, "current templates", "client_rate_ppm"):
            assert said in shown
        file = office.get(reverse("admin:contracts_document_file", args=[made.pk]))
        assert file.content == bytes(made.content)
        assert file["Content-Disposition"] == 'attachment; filename="LEND-CTR-2025-000001.zh-hans.pdf"'
        listed = office.get(reverse("admin:contracts_document_changelist"))
        assert made.reference in listed.content.decode()
        assert office.get(reverse("admin:contracts_document_file", args=[made.pk + 1])).status_code == 404

    def test_makes_what_a_party_is_given(self, book: Lending, office: Client) -> None:
        page = office.get(
            reverse("admin:accounts_party_change", args=[book.party("CHEN", "client").pk])
        ).content.decode()
        assert of_client(book, "client_statement") in page
        common = {"book": book.book.pk, "locale": "en", "issued_on": "2025-02-03"}
        office.get(of_client(book, "client_statement"))
        days = {"since": "2025-01-01", "until": "2025-01-31"}
        office.post(of_client(book, "client_statement"), {**common, **days})
        disclosure = DisclosureVersion.objects.get(code="MARGIN-RISK", version=1)
        office.post(of_client(book, "disclosure"), {**common, "disclosure": disclosure.pk})
        kinds = Document.objects.order_by("id").values_list("kind", flat=True)
        assert list(kinds) == ["client_statement", "disclosure"]
        refused = office.post(
            of_client(book, "client_statement"), {**common, **days, "until": "2025-02-03"}, follow=True
        )
        assert "made of closed days only" in refused.content.decode()

    def test_lets_an_auditor_look_and_not_make(self, book: Lending, office: Client) -> None:
        auditor = desk_of(colleague("noor.haddad", StaffRole.AUDITOR))
        assert auditor.get(reverse("admin:contracts_document_changelist")).status_code == 200
        for address in (of_contract(book, "contract"), of_client(book, "disclosure")):
            assert auditor.post(address, {"locale": "en", "issued_on": "2025-02-03"}).status_code == 403
        assert office.get(of_contract(book, "poem")).status_code == 404
        assert office.get(of_client(book, "contract")).status_code == 404


class TestMarginCallAdmin:
    def test_makes_the_notice(self, db: None) -> None:
        world: Harbour = harbour()
        world.contract(owes=10_000_000, harbour=1_000)
        world.evening(harbour=13_900)
        call = MarginCall.objects.get()
        desk = desk_of(colleague("lin.wei", StaffRole.RISK))
        address = reverse("admin:margin_margincall_notice", args=[call.pk])
        page = desk.get(reverse("admin:margin_margincall_change", args=[call.pk]))
        assert address in page.content.decode()
        assert "2008-09-15" in desk.get(address).content.decode()
        desk.post(address, {"locale": "zh-hant", "issued_on": "2008-09-15"})
        assert Document.objects.get().kind == "margin_call_notice"
