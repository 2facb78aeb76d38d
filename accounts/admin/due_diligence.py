"""Identity checks, screenings, assessments and acknowledgements, with what ends soon."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.columns import day_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import Act, Column, Look, Panel, Table, Tone, number, text
from accounts.admin.party_acts import keep_document, party_page
from accounts.admin.party_forms import DecisionForm, DocumentForm
from accounts.admin.party_panels import (
    TONES_OF_OUTCOME,
    TONES_OF_RESULT,
    documents_panel,
)
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.domain.questionnaire import read_questionnaire
from accounts.models import (
    DisclosureAcknowledgement,
    IdentityCheck,
    IdentityDocument,
    IdentityOutcome,
    Screening,
    ScreeningResult,
    SuitabilityAssessment,
)
from accounts.services.identity import propose_identity_review
from accounts.services.screening import ScreeningDecision, propose_screening_decision

DECISIONS = {
    "namesake": ScreeningDecision(is_sanctioned=False, is_politically_exposed=False),
    "exposed": ScreeningDecision(is_sanctioned=False, is_politically_exposed=True),
    "sanctioned": ScreeningDecision(is_sanctioned=True, is_politically_exposed=False),
    "both": ScreeningDecision(is_sanctioned=True, is_politically_exposed=True),
}


class ExpiryFilter(admin.SimpleListFilter):
    """What ends within some days of today, or has ended."""

    title = gettext_lazy("expiring soon")
    parameter_name = "ends"
    field = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("past", _("has ended")),
            ("30", _("within 30 days")),
            ("90", _("within 90 days")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = timezone.localdate()
        if self.value() == "past":
            return queryset.filter(**{f"{self.field}__lt": today})
        if self.value() in ("30", "90"):
            until = today + dt.timedelta(days=int(self.value() or 0))
            return queryset.filter(**{f"{self.field}__range": (today, until)})
        return queryset


class DocumentExpiry(ExpiryFilter):
    title = gettext_lazy("document ends")
    parameter_name = "document_ends"
    field = "expires_on"


class ReviewDue(ExpiryFilter):
    title = gettext_lazy("review is due")
    parameter_name = "review_due"
    field = "next_review_on"


class ScreeningExpiry(ExpiryFilter):
    title = gettext_lazy("screening ends")
    field = "valid_until"


class AssessmentExpiry(ExpiryFilter):
    title = gettext_lazy("assessment ends")
    field = "expires_on"


@admin.register(IdentityCheck)
class IdentityCheckAdmin(ReadOnlyAdmin[IdentityCheck]):
    empty_hint = gettext_lazy("Identity is checked on the page of the party.")
    tones = {"outcome": TONES_OF_OUTCOME}
    list_display = [
        "party",
        state_column(IdentityCheck, "document_kind"),
        state_column(IdentityCheck, "outcome", TONES_OF_OUTCOME),
        day_column(IdentityCheck, "checked_on"),
        day_column(IdentityCheck, "expires_on"),
        day_column(IdentityCheck, "next_review_on"),
    ]
    list_filter = [
        choices("outcome"),
        DocumentExpiry,
        ReviewDue,
        choices("kind"),
        days("expires_on"),
        days("next_review_on"),
    ]
    list_select_related = ["party"]
    search_fields = ["party__code", "party__display_name", "number"]
    ordering = ["next_review_on", "id"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path(
                "document/<int:document_id>/",
                view(self.download_view),
                name="accounts_identitydocument_download",
            ),
            path(
                "<int:check_id>/add-document/",
                view(self.add_document_view),
                name="accounts_identitycheck_document",
            ),
            path(
                "<int:check_id>/propose/<str:outcome>/",
                view(self.propose_view),
                name="accounts_identitycheck_propose",
            ),
        ]
        return [*own, *super().get_urls()]

    def page_title(self, row: IdentityCheck) -> str:
        return f"{_('Identity check')} {row} · {row.party}"

    def acts(self, request: HttpRequest, row: IdentityCheck) -> list[Act]:
        if row.outcome != IdentityOutcome.PENDING or not request.user.has_perm("accounts.add_identitycheck"):
            return []
        passed = reverse("admin:accounts_identitycheck_propose", args=[row.pk, "passed"])
        failed = reverse("admin:accounts_identitycheck_propose", args=[row.pk, "failed"])
        return [
            Act(_("Add a document"), reverse("admin:accounts_identitycheck_document", args=[row.pk])),
            Act(_("Propose: passed"), passed, Tone.INFO),
            Act(_("Propose: failed"), failed, Tone.BAD),
        ]

    def panels(self, request: HttpRequest, row: IdentityCheck) -> list[Panel]:
        return [self.facts(request, row), documents_panel(request, row)]

    def download_view(self, request: HttpRequest, document_id: int) -> HttpResponse:
        if not request.user.has_perm("accounts.view_identitydocument"):
            raise PermissionDenied
        document = IdentityDocument.objects.filter(pk=document_id).first()
        if document is None:
            raise Http404
        response = HttpResponse(bytes(document.content), content_type=document.media_type)
        response["Content-Disposition"] = content_disposition_header(
            as_attachment=True, filename=document.name
        )
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "no-store"
        return response

    def _pending(self, request: HttpRequest, check_id: int) -> IdentityCheck:
        if not request.user.has_perm("accounts.add_identitycheck"):
            raise PermissionDenied
        row = IdentityCheck.objects.select_related("party").filter(pk=check_id).first()
        if row is None:
            raise Http404
        return row

    def add_document_view(self, request: HttpRequest, check_id: int) -> HttpResponse:
        row, user = self._pending(request, check_id), staff_of(request)
        page = reverse("admin:accounts_identitycheck_change", args=[row.pk])

        def do(cleaned: dict[str, Any]) -> Done:
            keep_document(row.pk, cleaned["document"], user.pk)
            return Done(sentence=_("The document is kept; propose the outcome over all of them."), href=page)

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=f"{_('Add a document')}: {row}",
                question=_("What was proposed before covers the documents of then; propose anew afterwards."),
                button=_("Keep"),
                back=page,
                keeps_form=True,
            ),
            do=do,
            form_class=DocumentForm,
            model=IdentityCheck,
        )

    def propose_view(self, request: HttpRequest, check_id: int, outcome: str) -> HttpResponse:
        row, user = self._pending(request, check_id), staff_of(request)
        if outcome not in (IdentityOutcome.PASSED, IdentityOutcome.FAILED):
            raise Http404
        page = reverse("admin:accounts_identitycheck_change", args=[row.pk])

        def do(_cleaned: dict[str, Any]) -> Done:
            propose_identity_review(check_id=row.pk, outcome=IdentityOutcome(outcome), maker_id=user.pk)
            return Done(sentence=_("Proposed; a colleague decides under Approvals."), href=page)

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=f"{IdentityOutcome(outcome).label}: {row}",
                question=_("Propose this outcome? It counts once a colleague has approved it."),
                button=_("Propose"),
                back=page,
                panels=self.panels(request, row),
            ),
            do=do,
            model=IdentityCheck,
        )


@admin.register(Screening)
class ScreeningAdmin(ReadOnlyAdmin[Screening]):
    empty_hint = gettext_lazy("A screening is recorded on the page of the party.")
    tones = {"result": TONES_OF_RESULT}
    list_display = [
        "party",
        "list_name",
        state_column(Screening, "scope"),
        state_column(Screening, "result", TONES_OF_RESULT),
        "is_sanctioned",
        "is_politically_exposed",
        day_column(Screening, "screened_on"),
        day_column(Screening, "valid_until"),
    ]
    list_filter = [choices("result"), ScreeningExpiry, choices("scope"), "is_politically_exposed"]
    list_select_related = ["party"]
    search_fields = ["party__code", "party__display_name", "list_name"]
    ordering = ["valid_until", "id"]

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "<int:screening_id>/decide/",
            self.admin_site.admin_view(self.decide_view),
            name="accounts_screening_decide",
        )
        return [own, *super().get_urls()]

    def page_title(self, row: Screening) -> str:
        return f"{_('Screening')} {row} · {row.party}"

    def acts(self, request: HttpRequest, row: Screening) -> list[Act]:
        if row.result != ScreeningResult.POSSIBLE or not request.user.has_perm("accounts.add_screening"):
            return []
        return [
            Act(_("Propose a decision"), reverse("admin:accounts_screening_decide", args=[row.pk]), Tone.INFO)
        ]

    def decide_view(self, request: HttpRequest, screening_id: int) -> HttpResponse:
        if not request.user.has_perm("accounts.add_screening"):
            raise PermissionDenied
        row, user = (
            Screening.objects.select_related("party").filter(pk=screening_id).first(),
            staff_of(request),
        )
        if row is None:
            raise Http404

        def do(cleaned: dict[str, Any]) -> Done:
            propose_screening_decision(
                screening_id=screening_id, decision=DECISIONS[cleaned["decision"]], maker_id=user.pk
            )
            return Done(
                sentence=_("Proposed; a colleague decides under Approvals."), href=party_page(row.party)
            )

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=f"{_('Decide a hit')}: {row.party}",
                question=_("Is the person on the list this party? Until two people agree nothing is lent."),
                button=_("Propose"),
                back=reverse("admin:accounts_screening_change", args=[row.pk]),
                keeps_form=True,
                panels=[self.facts(request, row)],
            ),
            do=do,
            form_class=DecisionForm,
            model=Screening,
        )


@admin.register(SuitabilityAssessment)
class SuitabilityAssessmentAdmin(ReadOnlyAdmin[SuitabilityAssessment]):
    empty_hint = gettext_lazy("Suitability is assessed on the page of the client.")
    tones = {"tier": {}}
    hidden = ("answers",)
    list_display = [
        "party",
        state_column(SuitabilityAssessment, "tier"),
        "score",
        "questionnaire",
        day_column(SuitabilityAssessment, "assessed_on"),
        day_column(SuitabilityAssessment, "expires_on"),
    ]
    list_filter = [choices("tier"), AssessmentExpiry, days("expires_on"), rows("questionnaire")]
    list_select_related = ["party", "questionnaire"]
    search_fields = ["party__code", "party__display_name"]
    ordering = ["expires_on", "id"]

    def page_title(self, row: SuitabilityAssessment) -> str:
        return f"{_('Suitability assessment')} {row} · {row.party}"

    def panels(self, request: HttpRequest, row: SuitabilityAssessment) -> list[Panel]:
        return [self.facts(request, row), answers_panel(row)]


def answers_panel(row: SuitabilityAssessment) -> Table:
    """What was asked and answered, in the party's own language."""
    asked = read_questionnaire(row.questionnaire.content)
    found = []
    for question in asked.questions:
        (given,) = [one for one in question.answers if one.code == row.answers[question.code]]
        cap = f"≤ C{given.max_tier}" if given.max_tier < 5 else "—"
        found.append(
            [
                text(question.text[row.party.locale]),
                text(given.text[row.party.locale]),
                number(str(given.points)),
                text(cap),
            ]
        )
    return Table(
        title=_("Answers, in the client's language"),
        columns=[
            Column(_("question"), Look.PROSE),
            Column(_("answer"), Look.PROSE),
            Column(_("points"), Look.NUMBER),
            Column(_("at most tier")),
        ],
        rows=found,
        empty="",
        foot=[text(_("Score")), text(""), number(str(row.score)), text(row.get_tier_display())],
    )


@admin.register(DisclosureAcknowledgement)
class DisclosureAcknowledgementAdmin(ReadOnlyAdmin[DisclosureAcknowledgement]):
    list_display = [
        "party",
        "disclosure",
        "locale",
        day_column(DisclosureAcknowledgement, "acknowledged_on"),
        state_column(DisclosureAcknowledgement, "channel"),
    ]
    list_filter = [rows("disclosure"), choices("locale"), choices("channel"), days("acknowledged_on")]
    list_select_related = ["party", "disclosure"]
    search_fields = ["party__code", "party__display_name"]
