"""Due diligence on Ada Lovelace, a client: Mei of operations records, Li of compliance reviews."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from accounts.models import (
    DisclosureVersion,
    IdentityCheck,
    IdentityOutcome,
    Party,
    PartyLocale,
    QuestionnaireVersion,
    Screening,
    StaffRole,
    User,
)
from accounts.services.approvals import approve
from accounts.services.disclosures import propose_disclosure
from accounts.services.identity import (
    IdentityCheckDraft,
    keep_identity_document,
    propose_identity_review,
    record_identity_check,
    review_identity_check,
)
from accounts.services.parties import register_party
from accounts.services.questionnaires import propose_questionnaire
from accounts.services.screening import (
    ScreeningDecision,
    ScreeningDraft,
    decide_screening,
    propose_screening_decision,
    record_screening,
)
from tests.accounts.cast import staff

TODAY = dt.date(2025, 3, 3)
REASON = "test of due diligence"
PASSPORT = b"%PDF-1.7 the passport of Ada Lovelace"
SANCTIONED = ScreeningDecision(is_sanctioned=True, is_politically_exposed=False)
EXPOSED = ScreeningDecision(is_sanctioned=False, is_politically_exposed=True)
NAMESAKE = ScreeningDecision(is_sanctioned=False, is_politically_exposed=False)


def in_days(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


@dataclass
class Desk:
    """Where Ada is taken on."""

    mei: User
    li: User
    ada: Party

    def check(self, *, documents: tuple[bytes, ...] = (PASSPORT,), **changes: Any) -> IdentityCheck:
        """A check that awaits its review."""
        said: dict[str, Any] = {
            "party_id": self.ada.pk,
            "kind": "onboarding",
            "document_kind": "passport",
            "issuing_country": "GB",
            "number": "P-1815",
            "issued_on": in_days(-400),
            "expires_on": in_days(1000),
            "checked_on": TODAY,
            "next_review_on": in_days(700),
        }
        made = record_identity_check(
            draft=IdentityCheckDraft(**{**said, **changes}), maker_id=self.mei.pk, reason=REASON
        )
        for number, content in enumerate(documents):
            keep_identity_document(
                check_id=made.pk, name=f"page {number}.pdf", content=content, maker_id=self.mei.pk
            )
        return made

    def approved_review(self, check: IdentityCheck, outcome: IdentityOutcome) -> int:
        approval = propose_identity_review(check_id=check.pk, outcome=outcome, maker_id=self.mei.pk)
        approve(approval_id=approval.pk, checker_id=self.li.pk)
        return approval.pk

    def reviewed(self, outcome: IdentityOutcome = IdentityOutcome.PASSED, **changes: Any) -> IdentityCheck:
        made = self.check(**changes)
        return review_identity_check(
            check_id=made.pk,
            outcome=outcome,
            approval_id=self.approved_review(made, outcome),
            actor_id=self.li.pk,
        )

    def screened(self, **changes: Any) -> Screening:
        said: dict[str, Any] = {
            "party_id": self.ada.pk,
            "scope": "both",
            "list_name": "Harbour consolidated list",
            "list_version": "2025-03-01",
            "screened_on": TODAY,
            "valid_until": in_days(365),
        }
        return record_screening(
            draft=ScreeningDraft(**{**said, **changes}), maker_id=self.mei.pk, reason=REASON
        )

    def decided(self, hit: Screening, decision: ScreeningDecision) -> Screening:
        approval = propose_screening_decision(screening_id=hit.pk, decision=decision, maker_id=self.mei.pk)
        approve(approval_id=approval.pk, checker_id=self.li.pk)
        return decide_screening(
            screening_id=hit.pk, decision=decision, approval_id=approval.pk, actor_id=self.li.pk
        )

    def next_questionnaire(self, **changes: Any) -> QuestionnaireVersion:
        shipped = QuestionnaireVersion.objects.get(code="SUITABILITY", version=1)
        said = {"effective_from": in_days(10), "content": shipped.content, "valid_days": 365, **changes}
        return propose_questionnaire(code="SUITABILITY", maker_id=self.mei.pk, reason=REASON, **said)

    def next_disclosure(self, **changes: Any) -> DisclosureVersion:
        shipped = DisclosureVersion.objects.get(code="MARGIN-RISK", version=1)
        texts = {
            PartyLocale(key): (said["title"], said["text"] + " Amended.")
            for key, said in shipped.texts.items()
        }
        said = {"effective_from": in_days(10), "texts": texts, **changes}
        return propose_disclosure(code="MARGIN-RISK", maker_id=self.mei.pk, reason=REASON, **said)


def set_up_desk(kind: str = "client") -> Desk:
    mei = staff("mei.chan", StaffRole.OPERATIONS)
    li = staff("li.wei", StaffRole.COMPLIANCE)
    ada = register_party(code="ADA", kind=kind, display_name="Ada Lovelace", actor_id=mei.pk, reason=REASON)
    return Desk(mei, li, ada)
