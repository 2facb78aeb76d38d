"""Reviews of decisions in doubt: what each was made on, what is right, and the proposal of how it ends."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.approvals import may_decide
from accounts.admin.cells import page_of_key
from accounts.admin.columns import code_column, column, day_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import Act, Panel, Tone
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import Approval, ApprovalKind, ApprovalStatus
from clearing.corrections.admin.panels import review_panels, unit_of
from clearing.corrections.models import DecisionReview, ReviewState
from clearing.corrections.services.reviews import propose_decision

TONES_OF_REVIEW = {
    ReviewState.OPEN: Tone.NOTICE,
    ReviewState.UPHELD: Tone.NEUTRAL,
    ReviewState.COMPENSATED: Tone.GOOD,
    ReviewState.WITHDRAWN: Tone.INFO,
}
ENDS = [ReviewState.UPHELD, ReviewState.COMPENSATED, ReviewState.WITHDRAWN]


class DecisionForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"), choices=[(state.value, state.label) for state in ENDS]
    )
    amount = forms.DecimalField(
        label=gettext_lazy("Compensation, in the contract's currency"),
        required=False,
        min_value=0,
        max_digits=18,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


@admin.register(DecisionReview)
class DecisionReviewAdmin(ReadOnlyAdmin[DecisionReview]):
    empty_hint = gettext_lazy("A review is opened by a correction that puts a decision in doubt.")
    tones = {"state": TONES_OF_REVIEW, "kind": {}}
    list_display = [
        column(
            lambda row: row.contract.code if row.contract else "—",
            name="contract",
            label=gettext_lazy("contract"),
        ),
        state_column(DecisionReview, "kind"),
        day_column(DecisionReview, "business_date"),
        code_column(DecisionReview, "run.correction.reference", label=gettext_lazy("correction")),
        day_column(DecisionReview, "opened_on"),
        day_column(DecisionReview, "deadline_on"),
        state_column(DecisionReview, "state", TONES_OF_REVIEW),
    ]
    list_filter = [rows("book"), choices("state"), choices("kind"), days("deadline_on")]
    list_select_related = ["contract", "run__correction"]
    search_fields = ["contract__code", "run__correction__reference"]
    ordering = ["closed_on", "deadline_on", "id"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.decide_view)
        own = path("<int:review_id>/decide/", view, name="corrections_decisionreview_decide")
        return [own, *super().get_urls()]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> DecisionReview | None:
        return _reviews().filter(pk=object_id).first() if object_id.isdigit() else None

    def page_title(self, row: DecisionReview) -> str:
        whose = row.contract.code if row.contract else str(row.payment or row.reconciliation_break)
        return f"{whose} · {row.get_kind_display()} · {row.business_date.isoformat()}"

    def acts(self, request: HttpRequest, row: DecisionReview) -> list[Act]:
        if row.state != ReviewState.OPEN:
            return []
        waiting = pending_decision(row)
        if waiting is not None:
            return [Act(_("Decide on the proposal"), page_of_key(Approval, waiting, request), Tone.INFO)]
        if not may_decide(staff_of(request)):
            return []
        return [
            Act(
                _("Propose how it ends"),
                reverse("admin:corrections_decisionreview_decide", args=[row.pk]),
                Tone.INFO,
            )
        ]

    def panels(self, request: HttpRequest, row: DecisionReview) -> list[Panel]:
        return review_panels(request, row)

    def decide_view(self, request: HttpRequest, review_id: int) -> HttpResponse:
        """Propose an outcome; a colleague decides on the approval."""
        user, row = staff_of(request), _reviews().filter(pk=review_id).first()
        if not may_decide(user):
            raise PermissionDenied
        if row is None:
            raise Http404
        unit = unit_of(row)
        exponent = unit.exponent if unit else 0

        def do(cleaned: dict[str, object]) -> Done:
            approval = propose_decision(
                review_id=row.pk,
                outcome=ReviewState(str(cleaned["outcome"])),
                reason=str(cleaned["reason"]),
                amount_minor=int((cleaned["amount"] or 0) * 10**exponent),
                maker_id=user.pk,
            )
            return Done(
                sentence=_("Proposed; a colleague decides."),
                href=reverse("admin:accounts_approval_change", args=[approval.pk]),
            )

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=_("How does this review end?"),
                question=_("A second person decides on exactly what you propose."),
                button=_("Propose"),
                back=reverse("admin:corrections_decisionreview_change", args=[row.pk]),
                panels=review_panels(request, row),
            ),
            do=do,
            form_class=DecisionForm,
            model=DecisionReview,
        )


def _reviews() -> QuerySet[DecisionReview]:
    return DecisionReview.objects.select_related(
        "book",
        "contract__unit",
        "run__correction",
        "level_change",
        "margin_call",
        "liquidation",
        "payment__unit",
        "reconciliation_break__unit",
        "approval",
        "entry",
    )


def pending_decision(row: DecisionReview) -> int | None:
    """The approval that waits for a second person."""
    return (
        Approval.objects.filter(
            kind=ApprovalKind.CORRECT_AFTER_CLOSE,
            subject=f"{row.book.code}/review/{row.pk}",
            status__in=[ApprovalStatus.PROPOSED, ApprovalStatus.APPROVED],
        )
        .values_list("id", flat=True)
        .first()
    )
