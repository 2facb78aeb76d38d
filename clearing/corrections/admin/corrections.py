"""Corrections: what was wrong, what is right, what a run found and posted, and the reviews it opened."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import day, page_of_key, related
from accounts.admin.columns import code_column, column, day_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import Act, Column, Look, Panel, Table, Tone, chip, text
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.stored_texts import stored_text
from accounts.models import Approval, ApprovalStatus
from clearing.corrections.admin.panels import adjustments_panel, correction_panels
from clearing.corrections.admin.proposing import ProposesCorrections, deciders
from clearing.corrections.admin.reviews import TONES_OF_REVIEW
from clearing.corrections.models import Correction, CorrectionKind, CorrectionRun, ReviewState

TONES_OF_APPROVAL = {
    ApprovalStatus.PROPOSED: Tone.NOTICE,
    ApprovalStatus.APPROVED: Tone.INFO,
    ApprovalStatus.REJECTED: Tone.BAD,
    ApprovalStatus.EXECUTED: Tone.GOOD,
}


@admin.register(Correction)
class CorrectionAdmin(ProposesCorrections, ReadOnlyAdmin[Correction]):
    empty_hint = gettext_lazy(
        "A correction is proposed when something proves wrong after its day was closed."
    )
    tones = {"kind": {}}
    list_display = [
        code_column(Correction, "reference"),
        state_column(Correction, "kind"),
        code_column(Correction, "subject"),
        day_column(Correction, "effective_on"),
        column(lambda row: row.reason, name="reason", label=gettext_lazy("reason")),
        state_column(Correction, "approval.status", TONES_OF_APPROVAL),
    ]
    list_filter = [rows("book"), choices("kind"), days("effective_on")]
    list_select_related = ["approval"]
    search_fields = ["reference", "subject", "reason", "evidence"]
    ordering = ["-id"]

    def acts(self, request: HttpRequest, row: Correction) -> list[Act]:
        if row.approval.status not in (ApprovalStatus.PROPOSED, ApprovalStatus.APPROVED):
            return []
        return [Act(_("Decide on it"), page_of_key(Approval, row.approval_id, request), Tone.INFO)]

    def panels(self, request: HttpRequest, row: Correction) -> list[Panel]:
        run = CorrectionRun.objects.filter(correction=row).first()
        return [
            *correction_panels(request, row),
            *([deciders()] if row.approval.status == ApprovalStatus.PROPOSED else []),
            *([self._reviews(request, run), self._entries(request, run)] if run else []),
            *([adjustments_panel(request, run)] if run and row.kind == CorrectionKind.FX else []),
        ]

    def _reviews(self, request: HttpRequest, run: CorrectionRun) -> Table:
        found = run.reviews.select_related("contract").order_by("contract__code", "business_date", "kind")
        return Table(
            title=_("Decisions in doubt"),
            columns=[
                Column(_("contract")),
                Column(_("decision")),
                Column(_("decided on")),
                Column(_("deadline")),
                Column(_("state")),
            ],
            rows=[
                [
                    text(one.contract.code if one.contract else "—"),
                    related(one, request, one.get_kind_display()),
                    day(one.business_date),
                    day(one.deadline_on),
                    chip(one.get_state_display(), TONES_OF_REVIEW[ReviewState(one.state)]),
                ]
                for one in found
            ],
            empty=_("No decision is in doubt."),
        )

    def _entries(self, request: HttpRequest, run: CorrectionRun) -> Table:
        found = run.entries.select_related("entry").order_by("entry_id")
        return Table(
            title=_("Posted"),
            columns=[
                Column(_("entry")),
                Column(_("purpose")),
                Column(_("kind"), Look.CODE),
                Column(_("value date")),
                Column(_("narration"), Look.PROSE),
            ],
            rows=[
                [
                    related(one.entry, request, str(one.entry_id)),
                    chip(one.get_purpose_display()),
                    text(one.entry.kind_id),
                    day(one.entry.value_date),
                    text(stored_text(one.entry.narration)),
                ]
                for one in found
            ],
            empty=_("Nothing was to be posted."),
        )
