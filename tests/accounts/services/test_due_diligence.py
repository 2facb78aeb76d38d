"""What the services of due diligence refuse, by name, and that the name is public."""

import datetime as dt
from pathlib import Path

import pytest

from accounts.models import (
    AcknowledgementChannel,
    DisclosureVersion,
    IdentityOutcome,
    PartyLocale,
    PartyStatus,
    QuestionnaireVersion,
)
from accounts.services.approvals import ApprovalNotApproved
from accounts.services.credit_groups import create_credit_group, join_credit_group, leave_credit_group
from accounts.services.disclosures import acknowledge_disclosure, activate_disclosure, propose_disclosure
from accounts.services.due_diligence import (
    BY_CODE,
    AcknowledgedAlready,
    AlreadyDecided,
    AlreadyReviewed,
    AnotherText,
    DocumentMissing,
    DocumentOfNoFitSize,
    DueDiligenceRefusal,
    ExpiredDocumentPasses,
    GroupExists,
    IdentityExpiryMissing,
    InAnotherGroup,
    MembershipEnded,
    PartySanctioned,
    QuestionnaireNotInForce,
    UnfitDocument,
    UnhashedTexts,
    UnknownDueDiligence,
    UnsoundQuestionnaire,
    VersionActive,
    WronglyScored,
)
from accounts.services.identity import keep_identity_document, propose_identity_review, review_identity_check
from accounts.services.parties import change_party_status
from accounts.services.questionnaires import propose_questionnaire_activation
from accounts.services.screening import propose_screening_decision
from accounts.services.suitability import assess_suitability
from tests.accounts.builders import NAMESAKE, REASON, SANCTIONED, TODAY, Desk, in_days, set_up_desk

PAGE = (Path(__file__).parents[3] / "docs" / "rules" / "accounts.md").read_text()
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return set_up_desk()


class TestDueDiligenceRefusal:
    @pytest.mark.parametrize("code", sorted(BY_CODE))
    def test_is_public_and_says_what_to_do(self, code: str) -> None:
        assert str(BY_CODE[code].sentence).endswith(".")
        assert code == UnknownDueDiligence.code or f"`{code}`" in PAGE


class TestIdentity:
    def test_is_refused_by_name(self, desk: Desk) -> None:
        with pytest.raises(IdentityExpiryMissing):
            desk.check(expires_on=None)
        with pytest.raises(DocumentMissing):
            desk.reviewed(documents=())
        with pytest.raises(ExpiredDocumentPasses):
            desk.reviewed(expires_on=in_days(-1))
        with pytest.raises(UnknownDueDiligence):
            propose_identity_review(check_id=0, outcome=IdentityOutcome.PASSED, maker_id=desk.mei.pk)
        done = desk.reviewed()
        with pytest.raises(AlreadyReviewed):
            propose_identity_review(check_id=done.pk, outcome=IdentityOutcome.FAILED, maker_id=desk.mei.pk)

    @pytest.mark.parametrize(
        ("content", "refusal"),
        [(b"", DocumentOfNoFitSize), (b"MZ\x90\x00", UnfitDocument), (b"\xff\xfe\x00", UnfitDocument)],
    )
    def test_keeps_only_documents(
        self, desk: Desk, content: bytes, refusal: type[DueDiligenceRefusal]
    ) -> None:
        check = desk.check()
        with pytest.raises(refusal):
            keep_identity_document(check_id=check.pk, name="a", content=content, maker_id=desk.mei.pk)

    def test_waits_for_the_second_person(self, desk: Desk) -> None:
        check = desk.check()
        proposed = propose_identity_review(
            check_id=check.pk, outcome=IdentityOutcome.PASSED, maker_id=desk.mei.pk
        )
        with pytest.raises(ApprovalNotApproved):
            review_identity_check(
                check_id=check.pk,
                outcome=IdentityOutcome.PASSED,
                approval_id=proposed.pk,
                actor_id=desk.mei.pk,
            )


class TestScreening:
    def test_is_decided_once_and_a_sanction_stays(self, desk: Desk) -> None:
        decided = desk.decided(desk.screened(is_sanctioned=True), SANCTIONED)
        with pytest.raises(AlreadyDecided):
            propose_screening_decision(screening_id=decided.pk, decision=NAMESAKE, maker_id=desk.mei.pk)
        with pytest.raises(PartySanctioned):
            activate(desk)
        desk.decided(desk.screened(is_sanctioned=True), NAMESAKE)
        activate(desk)
        reasons = desk.ada.history.order_by("-history_id").values_list("status", "history_change_reason")[:2]
        assert list(reasons) == [
            ("active", "lifted"),
            ("suspended", f"decision on screening {decided.pk}: confirmed"),
        ]


def activate(desk: Desk) -> None:
    change_party_status(party_id=desk.ada.pk, status=PartyStatus.ACTIVE, actor_id=desk.li.pk, reason="lifted")


class TestCreditGroup:
    def test_takes_a_party_once_at_a_time(self, desk: Desk) -> None:
        def make() -> int:
            made = create_credit_group(code="BYRON", name="The Byrons", actor_id=desk.mei.pk, reason=REASON)
            return made.pk

        group = make()
        with pytest.raises(GroupExists):
            make()
        given = {"group_id": group, "party_id": desk.ada.pk, "relation": "family", "actor_id": desk.mei.pk}
        member = join_credit_group(**given, member_from=TODAY, reason=REASON)  # type: ignore[arg-type]
        with pytest.raises(InAnotherGroup):
            join_credit_group(**given, member_from=in_days(5), reason=REASON)  # type: ignore[arg-type]
        ends = {"member_id": member.pk, "member_until": in_days(5), "actor_id": desk.mei.pk}
        leave_credit_group(**ends, reason=REASON)  # type: ignore[arg-type]
        with pytest.raises(MembershipEnded):
            leave_credit_group(**ends, reason=REASON)  # type: ignore[arg-type]


class TestSuitability:
    def test_is_asked_whole_and_by_what_is_in_force(self, desk: Desk) -> None:
        shipped = QuestionnaireVersion.objects.get()
        answers = {one["code"]: one["answers"][0]["code"] for one in shipped.content["questions"]}
        draft = desk.next_questionnaire(effective_from=TODAY)
        given = {
            "party_id": desk.ada.pk,
            "assessed_on": TODAY,
            "expires_on": None,
            "maker_id": desk.mei.pk,
        }
        with pytest.raises(WronglyScored):
            assess_suitability(version_id=shipped.pk, answers={}, **given)  # type: ignore[arg-type]
        with pytest.raises(QuestionnaireNotInForce):
            assess_suitability(version_id=draft.pk, answers=answers, **given)  # type: ignore[arg-type]
        with pytest.raises(VersionActive):
            propose_questionnaire_activation(version_id=shipped.pk, maker_id=desk.mei.pk)
        with pytest.raises(UnsoundQuestionnaire):
            desk.next_questionnaire(content={})


class TestDisclosure:
    def test_is_acknowledged_once_and_as_it_reads(self, desk: Desk) -> None:
        told = DisclosureVersion.objects.get()

        def acknowledge(digest: str) -> None:
            acknowledge_disclosure(
                party_id=desk.ada.pk,
                version_id=told.pk,
                locale=PartyLocale.ENGLISH,
                text_sha256=bytes.fromhex(digest),
                acknowledged_on=TODAY,
                acknowledged_at=dt.datetime.combine(TODAY, dt.time(9), dt.UTC),
                channel=AcknowledgementChannel.PORTAL,
                maker_id=desk.mei.pk,
            )

        with pytest.raises(AnotherText):
            acknowledge(told.texts["zh-hans"]["sha256"])
        acknowledge(told.texts["en"]["sha256"])
        with pytest.raises(AcknowledgedAlready):
            acknowledge(told.texts["en"]["sha256"])

    def test_has_three_languages(self, desk: Desk) -> None:
        with pytest.raises(UnhashedTexts):
            propose_disclosure(
                code="OTHER",
                effective_from=TODAY,
                texts={PartyLocale.ENGLISH: ("Title", "Text")},
                maker_id=desk.mei.pk,
                reason=REASON,
            )
        with pytest.raises(UnknownDueDiligence):
            activate_disclosure(version_id=0, approval_id=0, actor_id=desk.li.pk)
