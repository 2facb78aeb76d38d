"""A client taken on through the admin: what is missing is shown, and each act is done by its form."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import (
    Approval,
    CreditGroup,
    DisclosureVersion,
    IdentityCheck,
    IdentityDocument,
    QuestionnaireVersion,
    Screening,
    StaffRole,
    SuitabilityAssessment,
)
from accounts.queries.suitability import standings
from accounts.services.onboarding import onboard_clients
from tests.accounts.builders import PASSPORT, TODAY, Desk, in_days, set_up_desk
from tests.desk import colleague, desk_of, text_of

CHECK_FORM = {
    "kind": "onboarding",
    "document_kind": "passport",
    "issuing_country": "gb",
    "number": "P-1815",
    "issued_on": "",
    "expires_on": in_days(900).isoformat(),
    "checked_on": TODAY.isoformat(),
    "next_review_on": in_days(365).isoformat(),
    "outcome": "passed",
    "reason": "applied for a loan",
}


@pytest.fixture
def desk(db: None) -> Desk:
    return set_up_desk()


@pytest.fixture
def mei(desk: Desk) -> Client:
    return desk_of(desk.mei)


@pytest.fixture
def li(desk: Desk) -> Client:
    return desk_of(desk.li)


def page(desk: Desk, act: str = "change") -> str:
    return f"/admin/accounts/party/{desk.ada.pk}/{act}/"


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return text_of(response.content.decode())


def send(client: Client, address: str, **fields: Any) -> str:
    response = client.post(address, fields, follow=True)
    assert response.status_code == 200
    return text_of(response.content.decode())


def carry_through(li: Client) -> str:
    """The colleague approves the newest proposal, which carries it out."""
    approval = Approval.objects.latest("pk")
    address = f"/admin/accounts/approval/{approval.pk}/approve/"
    assert li.get(address).status_code == 200
    return send(li, address, comment="looked at")


class TestPartyPage:
    def test_says_what_is_missing_and_leads_to_the_act(self, desk: Desk, mei: Client) -> None:
        html = mei.get(page(desk)).content.decode()
        said = text_of(html)
        assert "No identity check has been passed" in said
        assert "Go through the questionnaire with the client." in said
        for act in ("check-identity", "screen", "assess", "acknowledge", "join-group"):
            assert page(desk, act) in html

    def test_says_that_nothing_is_missing_on_that_day(self, desk: Desk, mei: Client) -> None:
        onboard_clients(party_ids=[desk.ada.pk], on=TODAY, maker_id=desk.mei.pk, checker_id=desk.li.pk)
        said = read(mei, f"{page(desk)}?on={TODAY.isoformat()}")
        assert "as far as due diligence goes, this party may be lent to" in said
        assert "Passport · XX" in said
        assert "C4 growth-seeking" in said

    def test_shows_no_acts_and_no_documents_to_those_whom_they_do_not_concern(self, desk: Desk) -> None:
        rita = desk_of(colleague("rita.rossi", StaffRole.RISK))
        html = rita.get(page(desk)).content.decode()
        assert "Identity checks" not in text_of(html)
        assert page(desk, "screen") not in html
        assert rita.get(page(desk, "screen")).status_code == 403
        document = desk.check().documents.get()
        assert rita.get(f"/admin/accounts/identitycheck/document/{document.pk}/").status_code == 403


class TestIdentity:
    def test_is_recorded_with_its_document_and_reviewed_by_another(
        self, desk: Desk, mei: Client, li: Client
    ) -> None:
        scan = SimpleUploadedFile("passport.pdf", PASSPORT)
        said = send(mei, page(desk, "check-identity"), **CHECK_FORM, document=scan)
        assert "counts once a colleague has reviewed it" in said
        document = IdentityDocument.objects.get()
        kept = mei.get(f"/admin/accounts/identitycheck/document/{document.pk}/")
        assert kept.content == PASSPORT
        assert kept["Content-Disposition"] == 'attachment; filename="passport.pdf"'
        assert "The identity check of ADA Ada Lovelace has the outcome: Passed." in carry_through(li)
        assert IdentityCheck.objects.get().outcome == "passed"

    def test_that_is_refused_keeps_what_was_filled_in(self, desk: Desk, mei: Client) -> None:
        scan = SimpleUploadedFile("passport.exe", b"MZ\x00\x01")
        said = mei.post(page(desk, "check-identity"), {**CHECK_FORM, "document": scan}).content.decode()
        assert "Only PDF, PNG, JPEG and plain text are kept" in said
        assert 'value="P-1815"' in said
        assert not IdentityCheck.objects.exists()

    def test_gets_further_documents_and_another_proposal(self, desk: Desk, mei: Client, li: Client) -> None:
        check = desk.check()
        address = f"/admin/accounts/identitycheck/{check.pk}"
        assert "Propose: failed" in read(mei, f"{address}/change/")
        send(mei, f"{address}/add-document/", document=SimpleUploadedFile("back.pdf", b"%PDF-1.7 back"))
        assert check.documents.count() == 2
        send(mei, f"{address}/propose/failed/")
        carry_through(li)
        check.refresh_from_db()
        assert check.outcome == "failed"


class TestScreening:
    def test_hit_is_decided_by_two_and_suspends(self, desk: Desk, mei: Client, li: Client) -> None:
        form = {
            "scope": "both",
            "list_name": "Harbour list",
            "list_version": "7",
            "screened_on": TODAY.isoformat(),
            "valid_until": in_days(365).isoformat(),
            "is_sanctioned": "on",
            "finding": "same name and birthday",
            "reason": "weekly run",
        }
        assert "until two people decide it" in send(mei, page(desk, "screen"), **form)
        hit = Screening.objects.get()
        send(mei, f"/admin/accounts/screening/{hit.pk}/decide/", decision="sanctioned")
        assert "is sanctioned, and suspended" in carry_through(li)
        said = read(mei, page(desk))
        assert "Suspended" in said
        assert "A screening hit stands" in said
        assert "Confirmed" in said


class TestQuestionnaire:
    def test_scores_what_was_answered(self, desk: Desk, mei: Client) -> None:
        version = QuestionnaireVersion.objects.get()
        answers = {one["code"]: one["answers"][-1]["code"] for one in version.content["questions"]}
        assert "When will you need it back?" in read(mei, page(desk, "assess"))
        said = send(mei, page(desk, "assess"), **answers, assessed_on=TODAY.isoformat())
        assert "40 points: tier C5 aggressive" in said
        made = SuitabilityAssessment.objects.get()
        answered = read(mei, f"/admin/accounts/suitabilityassessment/{made.pk}/change/")
        assert "Your investments lose a fifth within a month." in answered

    def test_asks_for_every_answer(self, desk: Desk, mei: Client) -> None:
        said = send(mei, page(desk, "assess"), assessed_on=TODAY.isoformat())
        assert said.count("This field is required.") == 10

    def test_speaks_the_language_chosen(self, desk: Desk, mei: Client) -> None:
        mei.cookies["django_language"] = "zh-hant"
        assert "閣下何時需要取回這筆資金" in read(mei, page(desk, "assess"))


class TestDisclosure:
    def test_is_acknowledged_by_its_hash(self, desk: Desk, mei: Client) -> None:
        version = DisclosureVersion.objects.get()
        said = send(
            mei,
            page(desk, "acknowledge"),
            disclosure=version.pk,
            locale="zh-hans",
            acknowledged_on=TODAY.isoformat(),
            acknowledged_time="09:30",
            channel="in_person",
        )
        assert "MARGIN-RISK v1 was acknowledged" in said
        kept = desk.ada.acknowledgements.get()
        assert bytes(kept.text_sha256).hex() == version.texts["zh-hans"]["sha256"]
        assert "融资买入证券的风险揭示" in read(
            mei, f"/admin/accounts/disclosureversion/{version.pk}/change/"
        )


class TestVersions:
    def test_are_written_by_one_and_put_in_force_by_another(self, desk: Desk, li: Client) -> None:
        noor = desk_of(colleague("noor.haddad", StaffRole.COMPLIANCE))
        for name, model in (
            ("questionnaireversion", QuestionnaireVersion),
            ("disclosureversion", DisclosureVersion),
        ):
            address = f"/admin/accounts/{name}/{model.objects.get().pk}/next/"
            form = li.get(address).context["form"]
            filled = {key: form[key].value() for key in form.fields} | {
                "effective_from": in_days(10).isoformat(),
                "reason": "the rules changed",
            }
            send(li, address, **filled)
            draft = model.objects.get(version=2)
            send(li, f"/admin/accounts/{name}/{draft.pk}/activate/")
            assert "is in force from" in carry_through(noor)
            draft.refresh_from_db()
            assert draft.state == "active"


class TestCreditGroup:
    def test_takes_a_party_in_and_lets_it_go(self, desk: Desk, mei: Client) -> None:
        form = {
            "group": "",
            "code": "BYRON",
            "name": "The Byrons",
            "relation": "family",
            "member_from": TODAY.isoformat(),
            "reason": "father and daughter",
        }
        assert "The party belongs to BYRON The Byrons." in send(mei, page(desk, "join-group"), **form)
        again = send(mei, page(desk, "join-group"), **{**form, "code": "OTHER"})
        assert "end that membership first" in again
        member = CreditGroup.objects.get().members.get()
        address = f"/admin/accounts/creditgroup/member/{member.pk}/end/"
        said = send(mei, address, member_until=in_days(30).isoformat(), reason="estranged")
        assert "estranged" in said


class TestLists:
    @pytest.mark.parametrize(
        "address",
        [
            "identitycheck/?document_ends=90&review_due=past",
            "screening/?ends=30",
            "suitabilityassessment/?ends=90",
            "disclosureacknowledgement/",
            "creditgroup/",
            "questionnaireversion/",
            "disclosureversion/",
            "party/",
        ],
    )
    def test_are_shown(self, desk: Desk, address: str) -> None:
        onboard_clients(party_ids=[desk.ada.pk], on=TODAY, maker_id=desk.mei.pk, checker_id=desk.li.pk)
        assert standings(party_ids=[desk.ada.pk], on=TODAY)[desk.ada.pk].faults == ()
        ava = desk_of(colleague("ava.stone", StaffRole.AUDITOR))
        read(ava, f"/admin/accounts/{address}")
