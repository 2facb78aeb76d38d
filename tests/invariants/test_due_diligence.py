"""What the database itself refuses of due diligence, by the constraint's name. The services are bypassed."""

import json

import pytest
from django.db import connection

from accounts.models import (
    CreditGroupMember,
    IdentityCheck,
    IdentityOutcome,
    Party,
    SuitabilityAssessment,
)
from accounts.services.approvals import approve, execute_approval, propose_approval
from accounts.services.credit_groups import create_credit_group, join_credit_group
from accounts.services.onboarding import onboard_clients
from tests.accounts.builders import (
    NAMESAKE,
    REASON,
    SANCTIONED,
    TODAY,
    Desk,
    in_days,
    set_up_desk,
)
from tests.invariants.rows import change_row, copy_row, not_permitted, refused

pytestmark = pytest.mark.django_db
CHECK, DOCUMENT, SCREENING = "accounts_identitycheck", "accounts_identitydocument", "accounts_screening"
MEMBER, ASSESSMENT = "accounts_creditgroupmember", "accounts_suitabilityassessment"
QUESTIONNAIRE, DISCLOSURE = "accounts_questionnaireversion", "accounts_disclosureversion"
ACKNOWLEDGEMENT = "accounts_disclosureacknowledgement"


@pytest.fixture
def desk() -> Desk:
    return set_up_desk()


@pytest.fixture(autouse=True)
def _somebody_acts(desk: Desk) -> None:
    """Whoever attacks says who and why; that alone is refused in test_accounts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('plimsoll.actor_id', %s, true), set_config('plimsoll.reason', 'attack', true)",
            [str(desk.mei.pk)],
        )


def executed(desk: Desk, kind: str, subject: str, payload: dict[str, object], *, by: str = "li") -> int:
    """An approval of this very payload, used up: what an attacker could get signed for something else."""
    maker, checker = (desk.mei, desk.li) if by == "li" else (desk.li, desk.mei)
    approval = propose_approval(book_code="", kind=kind, subject=subject, payload=payload, maker_id=maker.pk)
    approve(approval_id=approval.pk, checker_id=checker.pk)
    execute_approval(approval_id=approval.pk, kind=kind, subject=subject, payload=payload)
    return approval.pk


class TestIdentityCheck:
    @pytest.mark.parametrize(
        ("rule", "changes"),
        [
            ("accounts_identitycheck_kind_known", {"kind": "hearsay"}),
            ("accounts_identitycheck_document_kind_known", {"document_kind": "library"}),
            ("accounts_identitycheck_starts_pending", {"outcome": "maybe"}),
            ("accounts_identitycheck_country_is_iso", {"issuing_country": "gb"}),
            ("accounts_identitycheck_number_present", {"number": " "}),
            ("accounts_identitycheck_expiry_present", {"expires_on": None}),
            ("accounts_identitycheck_dates_in_order", {"issued_on": in_days(1)}),
            ("accounts_identitycheck_dates_in_order", {"next_review_on": TODAY}),
            (
                "accounts_identitycheck_dates_in_order",
                {"issued_on": in_days(-10), "expires_on": in_days(-11)},
            ),
            ("accounts_identitycheck_starts_pending", {"outcome": "passed"}),
        ],
    )
    def test_is_refused(self, desk: Desk, rule: str, changes: dict[str, object]) -> None:
        made = desk.check()
        with refused(rule):
            copy_row(CHECK, made.pk, **changes)

    def test_of_a_company_may_lack_an_expiry(self, desk: Desk) -> None:
        assert copy_row(CHECK, desk.check().pk, document_kind="incorporation", expires_on=None)


class TestIdentityReview:
    def payload(self, check: IdentityCheck, outcome: str = "passed") -> dict[str, object]:
        papers = check.documents.order_by("sha256").values_list("sha256", flat=True)
        return {"check": check.pk, "outcome": outcome, "documents": [bytes(one).hex() for one in papers]}

    def review(self, desk: Desk, check: IdentityCheck, payload: dict[str, object], *, by: str = "li") -> None:
        permit = executed(desk, "review_identity", f"identity/{check.pk}", payload, by=by)
        change_row(CHECK, check.pk, outcome="passed", approval_id=permit)

    def test_is_done_by_raw_sql_as_well(self, desk: Desk) -> None:
        made = desk.check()
        self.review(desk, made, self.payload(made))
        made.refresh_from_db()
        assert made.outcome == IdentityOutcome.PASSED

    def test_of_other_documents_is_refused(self, desk: Desk) -> None:
        made = desk.check()
        payload = self.payload(made)
        copy_row(DOCUMENT, made.documents.get().pk, content=b"x", sha256=psycopg_sha(b"x"))
        with refused("accounts_identitycheck_review_executed"):
            self.review(desk, made, payload)

    def test_of_another_outcome_or_check_is_refused(self, desk: Desk) -> None:
        made, other = desk.check(), desk.check()
        for payload in (self.payload(made, "failed"), self.payload(other)):
            with refused("accounts_identitycheck_review_executed"):
                self.review(desk, made, payload)

    def test_without_an_executed_approval_is_refused(self, desk: Desk) -> None:
        made = desk.check()
        with refused("accounts_identitycheck_review_executed"):
            change_row(CHECK, made.pk, outcome="passed")
        with refused("accounts_identitycheck_review_executed"):
            permit = desk.approved_review(made, IdentityOutcome.PASSED)
            change_row(CHECK, made.pk, outcome="passed", approval_id=permit)

    def test_by_who_recorded_it_is_refused(self, desk: Desk) -> None:
        made = desk.check()
        with refused("accounts_identitycheck_maker_is_not_reviewer"):
            self.review(desk, made, self.payload(made), by="mei")

    def test_without_a_document_is_refused(self, desk: Desk) -> None:
        made = desk.check(documents=())
        with refused("accounts_identitycheck_reviewed_with_document"):
            self.review(desk, made, self.payload(made))

    def test_of_an_expired_document_does_not_pass(self, desk: Desk) -> None:
        made = desk.check(expires_on=in_days(-1))
        with refused("accounts_identitycheck_passes_while_valid"):
            self.review(desk, made, self.payload(made))

    def test_is_final(self, desk: Desk) -> None:
        made = desk.reviewed()
        with refused("accounts_identitycheck_reviewed_once"):
            change_row(CHECK, made.pk, outcome="pending", approval_id=None)

    def test_approval_comes_with_the_outcome(self, desk: Desk) -> None:
        made = desk.check()
        permit = executed(desk, "review_identity", "x", self.payload(made))
        with refused("accounts_identitycheck_reviewed_as_outcome_says"):
            change_row(CHECK, made.pk, approval_id=permit)


class TestIdentityDocument:
    @pytest.mark.parametrize(
        ("rule", "changes"),
        [
            ("accounts_identitydocument_once", {}),
            ("accounts_identitydocument_media_type_known", {"media_type": "text/html"}),
            ("accounts_identitydocument_name_plain", {"name": "../passport.pdf"}),
            ("accounts_identitydocument_name_plain", {"name": ""}),
            ("accounts_identitydocument_sha256_is_of_content", {"content": b"another"}),
        ],
    )
    def test_is_refused(self, desk: Desk, rule: str, changes: dict[str, object]) -> None:
        document = desk.check().documents.get()
        with refused(rule):
            copy_row(DOCUMENT, document.pk, **changes)

    def test_has_a_size(self, desk: Desk) -> None:
        document = desk.check().documents.get()
        with refused("accounts_identitydocument_size_in_bounds"):
            copy_row(DOCUMENT, document.pk, content=b"", sha256=psycopg_sha(b""))

    def test_comes_before_the_review(self, desk: Desk) -> None:
        document = desk.reviewed().documents.get()
        with refused("accounts_identitydocument_check_awaits_review"):
            copy_row(DOCUMENT, document.pk, content=b"late", sha256=psycopg_sha(b"late"))


def psycopg_sha(content: bytes) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sha256(%s)", [content])
        return bytes(cursor.fetchone()[0])


class TestScreening:
    @pytest.mark.parametrize(
        ("rule", "changes"),
        [
            ("accounts_screening_scope_known", {"scope": "gossip"}),
            ("accounts_screening_list_present", {"list_version": ""}),
            ("accounts_screening_dates_in_order", {"valid_until": in_days(-1)}),
            ("accounts_screening_flags_as_result_says", {"is_sanctioned": True}),
            ("accounts_screening_flags_as_result_says", {"result": "possible"}),
            ("accounts_screening_starts_undecided", {"result": "confirmed", "is_sanctioned": True}),
        ],
    )
    def test_is_refused(self, desk: Desk, rule: str, changes: dict[str, object]) -> None:
        made = desk.screened()
        with refused(rule):
            copy_row(SCREENING, made.pk, **changes)

    def test_is_not_born_with_an_approval(self, desk: Desk) -> None:
        decided = desk.decided(desk.screened(is_sanctioned=True), NAMESAKE)
        with refused("accounts_screening_starts_undecided"):
            copy_row(SCREENING, decided.pk)


class TestScreeningDecision:
    def test_is_of_what_two_people_approved(self, desk: Desk) -> None:
        hit = desk.screened(is_sanctioned=True)
        namesake = {
            "screening": hit.pk,
            "result": "clear",
            "is_sanctioned": False,
            "is_politically_exposed": False,
        }
        cleared = {"result": "clear", "is_sanctioned": False}
        with refused("accounts_screening_decision_executed"):
            change_row(SCREENING, hit.pk, **cleared)
        with refused("accounts_screening_decision_executed"):
            permit = executed(desk, "confirm_screening", "x", {**namesake, "screening": hit.pk + 1})
            change_row(SCREENING, hit.pk, **cleared, approval_id=permit)
        with refused("accounts_screening_maker_is_not_decider"):
            permit = executed(desk, "confirm_screening", "x", namesake, by="mei")
            change_row(SCREENING, hit.pk, **cleared, approval_id=permit)
        with refused("accounts_screening_decided_as_result_says"):
            permit = executed(
                desk,
                "confirm_screening",
                "x",
                {**namesake, "result": "possible", "is_sanctioned": True},
            )
            change_row(SCREENING, hit.pk, approval_id=permit)

    def test_is_final(self, desk: Desk) -> None:
        decided = desk.decided(desk.screened(is_politically_exposed=True), NAMESAKE)
        with refused("accounts_screening_decided_once"):
            change_row(SCREENING, decided.pk, result="possible", is_sanctioned=True, approval_id=None)


class TestSanctionedParty:
    def test_is_suspended_by_the_decision_and_stays_so(self, desk: Desk) -> None:
        desk.decided(desk.screened(is_sanctioned=True), SANCTIONED)
        desk.ada.refresh_from_db()
        assert desk.ada.status == "suspended"
        desk.screened()
        with refused("accounts_party_sanctioned_stays_suspended"):
            change_row("accounts_party", desk.ada.pk, status="active")
        desk.decided(desk.screened(is_sanctioned=True), NAMESAKE)
        change_row("accounts_party", desk.ada.pk, status="active")
        assert Party.objects.get(pk=desk.ada.pk).status == "active"


class TestCreditGroup:
    @pytest.fixture
    def member(self, desk: Desk) -> CreditGroupMember:
        group = create_credit_group(code="BYRON", name="The Byrons", actor_id=desk.mei.pk, reason=REASON)
        return join_credit_group(
            group_id=group.pk,
            party_id=desk.ada.pk,
            relation="family",
            member_from=TODAY,
            actor_id=desk.mei.pk,
            reason=REASON,
        )

    @pytest.mark.parametrize(
        ("rule", "changes"),
        [
            ("accounts_creditgroupmember_one_group_at_a_time", {"member_from": in_days(100)}),
            ("accounts_creditgroupmember_relation_known", {"relation": "friendship"}),
            ("accounts_creditgroupmember_dates_in_order", {"member_until": TODAY}),
        ],
    )
    def test_member_is_refused(
        self, member: CreditGroupMember, rule: str, changes: dict[str, object]
    ) -> None:
        with refused(rule):
            copy_row(MEMBER, member.pk, **changes)

    def test_follows_another_without_a_gap(self, member: CreditGroupMember) -> None:
        change_row(MEMBER, member.pk, member_until=in_days(10))
        assert copy_row(MEMBER, member.pk, member_from=in_days(10), member_until=None)
        with refused("accounts_creditgroupmember_ends_once"):
            change_row(MEMBER, member.pk, member_until=in_days(9))

    @pytest.mark.parametrize(
        ("rule", "changes"),
        [
            ("accounts_creditgroup_code_unique", {}),
            ("accounts_creditgroup_code_well_formed", {"code": "a group"}),
            ("accounts_creditgroup_name_present", {"code": "OTHER", "name": " "}),
        ],
    )
    def test_is_refused(self, member: CreditGroupMember, rule: str, changes: dict[str, object]) -> None:
        with refused(rule):
            copy_row("accounts_creditgroup", member.group_id, **changes)


class TestAssessment:
    @pytest.fixture
    def ada(self, desk: Desk) -> SuitabilityAssessment:
        onboard_clients(party_ids=[desk.ada.pk], on=TODAY, maker_id=desk.mei.pk, checker_id=desk.li.pk)
        return SuitabilityAssessment.objects.get()

    @pytest.mark.parametrize(
        ("rule", "changes"),
        [
            ("accounts_suitabilityassessment_scored_as_answered", {"tier": 5}),
            ("accounts_suitabilityassessment_scored_as_answered", {"score": 40}),
            ("accounts_suitabilityassessment_scored_as_answered", {"answers": "{}"}),
            ("accounts_suitabilityassessment_scored_as_answered", {"answers": "[]"}),
            ("accounts_suitabilityassessment_scored_as_answered", {"answers": '{"objective": "e"}'}),
            ("accounts_suitabilityassessment_scored_as_answered", {"tier": 6}),
            ("accounts_suitabilityassessment_expires_in_time", {"expires_on": in_days(731)}),
            ("accounts_suitabilityassessment_dates_in_order", {"expires_on": TODAY}),
        ],
    )
    def test_is_refused(self, ada: SuitabilityAssessment, rule: str, changes: dict[str, object]) -> None:
        with refused(rule):
            copy_row(ASSESSMENT, ada.pk, **changes)

    def test_that_answers_too_much_is_refused(self, ada: SuitabilityAssessment) -> None:
        with refused("accounts_suitabilityassessment_scored_as_answered"):
            copy_row(ASSESSMENT, ada.pk, answers=json.dumps({**ada.answers, "luck": "a"}))

    def test_by_a_draft_is_refused(self, desk: Desk, ada: SuitabilityAssessment) -> None:
        draft = desk.next_questionnaire(effective_from=TODAY)
        with refused("accounts_suitabilityassessment_questionnaire_in_force"):
            copy_row(ASSESSMENT, ada.pk, questionnaire_id=draft.pk)


class TestPrivileges:
    @pytest.mark.parametrize(
        "statement",
        [
            *(f"DELETE FROM {table}" for table in (CHECK, DOCUMENT, SCREENING, MEMBER, ASSESSMENT)),
            *(f"TRUNCATE {table}" for table in (QUESTIONNAIRE, DISCLOSURE, ACKNOWLEDGEMENT)),
            f"UPDATE {CHECK} SET number = '1'",
            f"UPDATE {DOCUMENT} SET name = name",
            f"UPDATE {SCREENING} SET finding = ''",
            f"UPDATE {ASSESSMENT} SET tier = 5",
            f"UPDATE {QUESTIONNAIRE} SET content = '{{}}'",
            "UPDATE accounts_historicalidentitycheck SET number = '1'",
            "DELETE FROM accounts_historicalscreening",
        ],
    )
    def test_lack(self, statement: str) -> None:
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute(statement)
