"""Access reviews: every role that staff hold, kept or withdrawn by somebody else."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, list_act, staff_of
from accounts.admin.approvals import may_decide, person
from accounts.admin.cells import instant, related
from accounts.admin.columns import chip_html, column, day_column, state_column
from accounts.admin.panels import NOTHING, Act, Column, Look, Panel, Table, Tone, chip, text
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.staff import role_name
from accounts.models import AccessReview, AccessReviewItem, AccessReviewStatus
from accounts.services.access_reviews import decide_role, open_access_review, propose_completion

TONES_OF_REVIEW = {AccessReviewStatus.OPEN: Tone.NOTICE, AccessReviewStatus.COMPLETED: Tone.GOOD}
TONES_OF_DECISION = {
    AccessReviewItem.Decision.KEEP: Tone.GOOD,
    AccessReviewItem.Decision.WITHDRAW: Tone.WARN,
}


class OpenForm(forms.Form):
    period = forms.CharField(label=gettext_lazy("Period"), max_length=32, help_text="2026-Q4")
    due_on = forms.DateField(
        label=gettext_lazy("Due on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"), choices=AccessReviewItem.Decision.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


def due(row: AccessReview) -> str | None:
    """Whether an open review is late."""
    if row.status != AccessReviewStatus.OPEN:
        return None
    late = row.due_on < timezone.localdate()
    return chip_html(_("overdue"), Tone.BAD) if late else chip_html(_("in time"))


def progress(row: AccessReview) -> str:
    items = list(row.items.all())
    return _("%(done)d of %(all)d") % {
        "done": sum(one.decision is not None for one in items),
        "all": len(items),
    }


@admin.register(AccessReview)
class AccessReviewAdmin(ReadOnlyAdmin[AccessReview]):
    empty_hint = gettext_lazy("A review is opened with the button above.")
    tones = {"status": TONES_OF_REVIEW}
    list_display = [
        "period",
        state_column(AccessReview, "status", TONES_OF_REVIEW),
        day_column(AccessReview, "due_on"),
        column(due, name="due", label=gettext_lazy("deadline")),
        column(progress, name="progress", label=gettext_lazy("roles decided")),
        column(lambda row: person(row.opened_by), name="opened_by", label=gettext_lazy("opened by")),
    ]
    list_select_related = ["opened_by"]
    actions_list = ["open_review"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("items")

    def has_propose_permission(self, request: HttpRequest) -> bool:
        return may_decide(staff_of(request))

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                "item/<int:item_id>/",
                self.admin_site.admin_view(self.item_view),
                name="accounts_accessreview_item",
            ),
            path(
                "<int:review_id>/complete/",
                self.admin_site.admin_view(self.complete_view),
                name="accounts_accessreview_complete",
            ),
        ]
        return [*own, *super().get_urls()]

    def acts(self, request: HttpRequest, row: AccessReview) -> list[Act]:
        undecided = any(one.decision is None for one in row.items.all())
        if row.status != AccessReviewStatus.OPEN or undecided or not may_decide(staff_of(request)):
            return []
        address = reverse("admin:accounts_accessreview_complete", args=[row.pk])
        return [Act(_("Propose completion"), address, Tone.INFO)]

    def panels(self, request: HttpRequest, row: AccessReview) -> list[Panel]:
        return [self.facts(request, row), self._items(request, row)]

    def _items(self, request: HttpRequest, row: AccessReview) -> Table:
        user = staff_of(request)
        answers = row.status == AccessReviewStatus.OPEN and may_decide(user)
        items = row.items.select_related("user", "group", "reviewer").order_by(
            "user__username", "group__name"
        )
        return Table(
            title=_("Roles"),
            columns=[
                Column(_("person")),
                Column(_("role")),
                Column(_("decision")),
                Column(_("reviewer")),
                Column(_("reason"), Look.PROSE),
                Column(_("when")),
                Column(""),
            ],
            rows=[
                [
                    related(one.user, request, person(one.user) or ""),
                    text(role_name(one.group)),
                    chip(
                        one.get_decision_display(), TONES_OF_DECISION[AccessReviewItem.Decision(one.decision)]
                    )
                    if one.decision
                    else chip(_("open"), Tone.NOTICE),
                    text(person(one.reviewer) or "—"),
                    text(one.reason or "—"),
                    instant(one.decided_at),
                    text(_("Decide"), reverse("admin:accounts_accessreview_item", args=[one.pk]))
                    if answers and one.user_id != user.pk
                    else NOTHING,
                ]
                for one in items
            ],
            empty=_("Nobody held a role when this review was opened."),
        )

    @list_act(label=gettext_lazy("Open a review"), url_path="open")
    def open_review(self, request: HttpRequest) -> HttpResponse:
        user = staff_of(request)
        if not may_decide(user):
            raise PermissionDenied

        def do(cleaned: dict[str, Any]) -> Done:
            review = open_access_review(period=cleaned["period"], due_on=cleaned["due_on"], actor_id=user.pk)
            return Done(
                sentence=_("Opened. Every role is to be decided by somebody else."), href=_page(review.pk)
            )

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=_("Open a review"),
                question=_("List every role that staff hold now, each to be kept or withdrawn?"),
                button=_("Open the review"),
                back=reverse("admin:accounts_accessreview_changelist"),
            ),
            do=do,
            form_class=OpenForm,
            model=AccessReview,
        )

    def item_view(self, request: HttpRequest, item_id: int) -> HttpResponse:
        user = staff_of(request)
        item = AccessReviewItem.objects.select_related("review", "user", "group").filter(pk=item_id).first()
        if not may_decide(user):
            raise PermissionDenied
        if item is None:
            raise Http404

        def do(cleaned: dict[str, Any]) -> Done:
            decide_role(
                item_id=item_id,
                decision=cleaned["decision"],
                reason=cleaned["reason"],
                reviewer_id=user.pk,
            )
            return Done(
                sentence=_("Decided. It takes effect when the review is completed."),
                href=_page(item.review_id),
            )

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=f"{person(item.user)} · {role_name(item.group)}",
                question=_("Does this person still need this role?"),
                button=_("Decide"),
                back=_page(item.review_id),
            ),
            do=do,
            form_class=DecisionForm,
            model=AccessReview,
        )

    def complete_view(self, request: HttpRequest, review_id: int) -> HttpResponse:
        user = staff_of(request)
        if not may_decide(user):
            raise PermissionDenied

        def do(_cleaned: dict[str, object]) -> Done:
            proposed = propose_completion(review_id=review_id, maker_id=user.pk)
            return Done(
                sentence=_("Proposed. A second person decides."),
                href=reverse("admin:accounts_approval_change", args=[proposed.pk]),
            )

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=_("Propose completion"),
                question=_(
                    "Propose to complete this review? A second person decides; roles are withdrawn then."
                ),
                button=_("Propose"),
                back=_page(review_id),
            ),
            do=do,
            model=AccessReview,
        )


def _page(review_id: int) -> str:
    return reverse("admin:accounts_accessreview_change", args=[review_id])
