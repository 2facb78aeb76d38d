"""Disputes: the list by what is due, one with its answer, and answering or withdrawing it."""

from collections.abc import Iterable

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.approvals import may_decide, person
from accounts.admin.cells import day, related
from accounts.admin.columns import code_column, column, day_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import Act, Cell, Column, Facts, Look, Panel, Table, Tone, chip, code, text
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import Approval, ApprovalKind, ApprovalStatus
from contracts.admin.lifecycle import business_day, proposed
from contracts.models import Dispute, DisputeState, DisputeSubject, FinancingContract
from contracts.services.disputes import propose_answer, withdraw_dispute

TONES_OF_DISPUTE = {
    DisputeState.OPEN: Tone.NOTICE,
    DisputeState.UPHELD: Tone.GOOD,
    DisputeState.REJECTED: Tone.NEUTRAL,
    DisputeState.WITHDRAWN: Tone.NEUTRAL,
}


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=[(one.value, one.label) for one in (DisputeState.UPHELD, DisputeState.REJECTED)],
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer to the client"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What the client said"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin[Dispute]):
    empty_hint = gettext_lazy("A dispute is recorded on the page of its contract.")
    tones = {"state": TONES_OF_DISPUTE, "subject_kind": {}}
    list_display = [
        code_column(Dispute, "reference"),
        column(lambda row: row.contract.code, name="contract", label=gettext_lazy("contract")),
        column(lambda row: str(row.contract.client), name="client", label=gettext_lazy("client")),
        state_column(Dispute, "subject_kind"),
        state_column(Dispute, "state", TONES_OF_DISPUTE),
        day_column(Dispute, "opened_on"),
        day_column(Dispute, "answer_due_on"),
        day_column(Dispute, "decided_on"),
    ]
    list_filter = [rows("book"), choices("state"), choices("subject_kind"), days("answer_due_on")]
    list_select_related = ["contract__client"]
    search_fields = ["reference", "contract__code", "contract__client__code"]
    ordering = ["decided_on", "answer_due_on", "id"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:dispute_id>/answer/", view(self.answer_view), name="contracts_dispute_answer"),
            path("<int:dispute_id>/withdraw/", view(self.withdraw_view), name="contracts_dispute_withdraw"),
        ]
        return [*own, *super().get_urls()]

    def page_title(self, row: Dispute) -> str:
        return row.reference

    def acts(self, request: HttpRequest, row: Dispute) -> list[Act]:
        if row.state != DisputeState.OPEN:
            return []
        waiting = _waiting(row)
        if waiting is not None:
            return [Act(_("Decide on the proposal"), _approval_page(waiting), Tone.INFO)]
        if not may_decide(staff_of(request)):
            return []
        return [
            Act(_("Answer"), reverse("admin:contracts_dispute_answer", args=[row.pk]), Tone.INFO),
            Act(
                _("Record the client's withdrawal"),
                reverse("admin:contracts_dispute_withdraw", args=[row.pk]),
            ),
        ]

    def panels(self, request: HttpRequest, row: Dispute) -> list[Panel]:
        return [dispute_facts(request, row)]

    def answer_view(self, request: HttpRequest, dispute_id: int) -> HttpResponse:
        """Propose an outcome with its answer; a colleague decides."""
        row = self._open(request, dispute_id)

        def do(data: dict[str, object]) -> Done:
            return proposed(
                propose_answer(
                    dispute_id=row.pk,
                    outcome=DisputeState(str(data["outcome"])),
                    answer=str(data["answer"]),
                    maker_id=staff_of(request).pk,
                )
            )

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=_("Answer dispute %(reference)s") % {"reference": row.reference},
                question=_(
                    "A second person decides on exactly this answer. What follows from it, such as a waived "
                    "fee or a payment, is booked by its own act: waive a charge before you uphold its "
                    "dispute, for from the answer on nothing holds it back."
                ),
                button=_("Propose"),
                back=reverse("admin:contracts_dispute_change", args=[row.pk]),
                keeps_form=True,
                panels=[dispute_facts(request, row)],
            ),
            do=do,
            form_class=AnswerForm,
            model=Dispute,
        )

    def withdraw_view(self, request: HttpRequest, dispute_id: int) -> HttpResponse:
        row = self._open(request, dispute_id)

        def do(data: dict[str, object]) -> Done:
            withdraw_dispute(
                dispute_id=row.pk,
                decided_on=business_day(row.contract),
                reason=str(data["reason"]),
                actor_id=staff_of(request).pk,
            )
            return Done(
                sentence=_("%(reference)s is withdrawn.") % {"reference": row.reference},
                href=reverse("admin:contracts_dispute_change", args=[row.pk]),
            )

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=_("Withdraw dispute %(reference)s") % {"reference": row.reference},
                question=_("Only the client withdraws a dispute; write down what it said."),
                button=_("Withdraw"),
                back=reverse("admin:contracts_dispute_change", args=[row.pk]),
                keeps_form=True,
                panels=[dispute_facts(request, row)],
            ),
            do=do,
            form_class=WithdrawalForm,
            model=Dispute,
        )

    def _open(self, request: HttpRequest, dispute_id: int) -> Dispute:
        if not may_decide(staff_of(request)):
            raise PermissionDenied
        row = Dispute.objects.select_related(
            "contract__client", "contract__book", "book", "opened_by", "approval"
        )
        found = row.filter(pk=dispute_id, state=DisputeState.OPEN).first()
        if found is None:
            raise Http404
        return found


def dispute_facts(request: HttpRequest, row: Dispute) -> Facts:
    """What is disputed, why, until when, and the answer."""
    return Facts(
        title=_("Dispute"),
        items=[
            (_("Contract"), related(row.contract, request)),
            (_("Client"), related(row.contract.client, request)),
            (_("Type of disputed item"), text(row.get_subject_kind_display())),
            (_("Disputed item"), code(row.subject_reference)),
            (_("Reason"), Cell(row.reason, look=Look.PROSE)),
            (_("Opened on"), day(row.opened_on)),
            (_("Recorded by"), related(row.opened_by, request, person(row.opened_by) or "")),
            (_("Answer due on"), day(row.answer_due_on)),
            (_("State"), chip(row.get_state_display(), TONES_OF_DISPUTE[DisputeState(row.state)])),
            (_("Decided on"), day(row.decided_on)),
            (_("Answer"), Cell(row.answer, look=Look.PROSE)),
            (_("Approval"), related(row.approval, request, f"#{row.approval_id}")),
        ],
    )


def disputes_panel(request: HttpRequest, contract: FinancingContract) -> Panel:
    """The disputes of one contract."""
    return disputes_table(request, contract.disputes.order_by("-id"))


def disputes_table(request: HttpRequest, disputes: Iterable[Dispute]) -> Table:
    """Disputes, each with what it is about and how it stands."""
    return Table(
        title=_("Disputes"),
        columns=[
            Column(_("reference"), Look.CODE),
            Column(_("type of disputed item")),
            Column(_("disputed item"), Look.CODE),
            Column(_("answer due on")),
            Column(_("state"), Look.CHIP),
        ],
        rows=[
            [
                related(one, request, one.reference),
                text(one.get_subject_kind_display()),
                code(one.subject_reference),
                day(one.answer_due_on),
                chip(one.get_state_display(), TONES_OF_DISPUTE[DisputeState(one.state)]),
            ]
            for one in disputes
        ],
        empty=_("The client has raised no dispute."),
    )


def disputes_about(subject: DisputeSubject, reference: str, contract_id: int) -> list[Dispute]:
    """Every dispute about one call or liquidation, the newest first."""
    rows = Dispute.objects.filter(contract_id=contract_id, subject_kind=subject, subject_reference=reference)
    return list(rows.order_by("-id"))


def disputed_chip(disputes: Iterable[Dispute]) -> list[Cell]:
    """The side state: shown while a dispute waits for its answer."""
    if any(one.state == DisputeState.OPEN for one in disputes):
        return [chip(_("disputed by the client"), Tone.HOLD)]
    return []


def _waiting(row: Dispute) -> int | None:
    """The proposed answer that waits for a second person."""
    return (
        Approval.objects.filter(
            kind=ApprovalKind.RESOLVE_DISPUTE,
            book_code=row.book.code,
            subject=row.reference,
            status__in=[ApprovalStatus.PROPOSED, ApprovalStatus.APPROVED],
        )
        .values_list("id", flat=True)
        .first()
    )


def _approval_page(approval_id: int) -> str:
    return reverse("admin:accounts_approval_change", args=[approval_id])
