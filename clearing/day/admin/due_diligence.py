"""Approvals of due diligence: what is decided, and how it is carried out."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import related
from accounts.admin.panels import Facts, Panel
from accounts.admin.party_panels import check_facts, documents_panel, screening_facts
from accounts.models import (
    Approval,
    ApprovalKind,
    DisclosureVersion,
    IdentityCheck,
    IdentityOutcome,
    Party,
    QuestionnaireVersion,
    Screening,
    ScreeningResult,
    User,
)
from accounts.services.disclosures import activate_disclosure
from accounts.services.due_diligence import UnknownDueDiligence
from accounts.services.erasure import erase_party
from accounts.services.identity import review_identity_check
from accounts.services.questionnaires import activate_questionnaire
from accounts.services.screening import ScreeningDecision, decide_screening

QUESTIONS = {
    ApprovalKind.REVIEW_IDENTITY: gettext_lazy(
        "Have you looked at these documents yourself, and is the outcome right? It never changes afterwards."
    ),
    ApprovalKind.CONFIRM_SCREENING: gettext_lazy(
        "Is the person on the list this party, as proposed? A confirmed sanction suspends the party at once."
    ),
    ApprovalKind.ACTIVATE_QUESTIONNAIRE: gettext_lazy(
        "Put this questionnaire in force? Clients are asked by it from its day on, and it never changes."
    ),
    ApprovalKind.ERASE_PARTY: gettext_lazy(
        "Erase the personal data of this party for good? Nobody can bring it back."
    ),
    ApprovalKind.ACTIVATE_DISCLOSURE: gettext_lazy(
        "Put this disclosure in force? From its day on clients acknowledge it before they borrow more."
    ),
}

PAYLOAD = {
    "check": gettext_lazy("Identity check"),
    "code": gettext_lazy("Code"),
    "content": gettext_lazy("Content"),
    "documents": gettext_lazy("Documents (SHA-256)"),
    "effective_from": gettext_lazy("Effective from"),
    "is_politically_exposed": gettext_lazy("Politically exposed"),
    "is_sanctioned": gettext_lazy("Sanctioned"),
    "outcome": gettext_lazy("Outcome"),
    "party": gettext_lazy("Party"),
    "result": gettext_lazy("Result"),
    "screening": gettext_lazy("Screening"),
    "texts": gettext_lazy("Texts"),
    "valid_days": gettext_lazy("An assessment holds for (days)"),
}


def due_diligence_words(row: Approval) -> str:
    """One line that says what is decided, without a name: who it is about stands on the page."""
    said = row.payload
    match row.kind:
        case ApprovalKind.ERASE_PARTY:
            return str(said["party"])
        case ApprovalKind.REVIEW_IDENTITY:
            return _("Identity check %(number)d: %(outcome)s") % {
                "number": said["check"],
                "outcome": IdentityOutcome(said["outcome"]).label,
            }
        case ApprovalKind.CONFIRM_SCREENING:
            return _("Screening %(number)d: %(result)s") % {
                "number": said["screening"],
                "result": ScreeningResult(said["result"]).label,
            }
        case _:
            return _("%(code)s, version %(version)d") % {"code": said["code"], "version": said["version"]}


def _review(approval: Approval, actor: User) -> str:
    outcome = IdentityOutcome(approval.payload["outcome"])
    check = review_identity_check(
        check_id=approval.payload["check"], outcome=outcome, approval_id=approval.pk, actor_id=actor.pk
    )
    return _("The identity check of %(party)s has the outcome: %(outcome)s.") % {
        "party": check.party,
        "outcome": outcome.label,
    }


def _decide(approval: Approval, actor: User) -> str:
    said = approval.payload
    screening = decide_screening(
        screening_id=said["screening"],
        decision=ScreeningDecision(
            is_sanctioned=said["is_sanctioned"], is_politically_exposed=said["is_politically_exposed"]
        ),
        approval_id=approval.pk,
        actor_id=actor.pk,
    )
    if screening.is_sanctioned:
        return _("%(party)s is sanctioned, and suspended.") % {"party": screening.party}
    return _("The hit on %(party)s is decided.") % {"party": screening.party}


def _version_id(model: type[QuestionnaireVersion] | type[DisclosureVersion], approval: Approval) -> int:
    found = model.objects.filter(code=approval.payload["code"], version=approval.payload["version"]).first()
    if found is None:
        raise UnknownDueDiligence(approval.subject)
    return found.pk


def _activate_questionnaire(approval: Approval, actor: User) -> str:
    version_id = _version_id(QuestionnaireVersion, approval)
    made = activate_questionnaire(version_id=version_id, approval_id=approval.pk, actor_id=actor.pk)
    return _("%(version)s is in force from %(day)s on.") % {
        "version": made,
        "day": made.effective_from.isoformat(),
    }


def _activate_disclosure(approval: Approval, actor: User) -> str:
    version_id = _version_id(DisclosureVersion, approval)
    made = activate_disclosure(version_id=version_id, approval_id=approval.pk, actor_id=actor.pk)
    return _("%(version)s is in force from %(day)s on.") % {
        "version": made,
        "day": made.effective_from.isoformat(),
    }


def _erase(approval: Approval, actor: User) -> str:
    code = str(approval.payload["party"])
    party = Party.objects.filter(code=code).first()
    if party is None:
        raise UnknownDueDiligence(code)
    erase_party(
        party_id=party.pk,
        approval_id=approval.pk,
        erased_on=timezone.now().date(),
        actor_id=actor.pk,
    )
    return _("The personal data of %(party)s is erased.") % {"party": code}


DUE_DILIGENCE: dict[str, Callable[[Approval, User], str]] = {
    ApprovalKind.REVIEW_IDENTITY: _review,
    ApprovalKind.CONFIRM_SCREENING: _decide,
    ApprovalKind.ACTIVATE_QUESTIONNAIRE: _activate_questionnaire,
    ApprovalKind.ACTIVATE_DISCLOSURE: _activate_disclosure,
    ApprovalKind.ERASE_PARTY: _erase,
}


def due_diligence_panels(request: HttpRequest, row: Approval) -> list[Panel]:
    """The check with its documents, the hit, or the version that is decided on."""
    match row.kind:
        case ApprovalKind.REVIEW_IDENTITY:
            checks = IdentityCheck.objects.select_related("party", "maker").filter(pk=row.payload["check"])
            if not request.user.has_perm("accounts.view_identitycheck"):
                return []
            return [
                panel
                for one in checks
                for panel in (check_facts(request, one), documents_panel(request, one))
            ]
        case ApprovalKind.CONFIRM_SCREENING:
            hits = Screening.objects.select_related("party", "maker").filter(pk=row.payload["screening"])
            if not request.user.has_perm("accounts.view_screening"):
                return []
            return [screening_facts(request, one) for one in hits]
        case ApprovalKind.ERASE_PARTY:
            party = Party.objects.filter(code=row.payload["party"]).first()
            return [Facts(title=_("Party"), items=[(_("Party"), related(party, request))])]
        case _:
            model = (
                QuestionnaireVersion if row.kind == ApprovalKind.ACTIVATE_QUESTIONNAIRE else DisclosureVersion
            )
            found = model.objects.filter(code=row.payload["code"], version=row.payload["version"]).first()
            return [Facts(title=_("Version"), items=[(_("Version"), related(found, request))])]
