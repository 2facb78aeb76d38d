"""Delegations: who decides for whom, until when."""

import datetime as dt
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
from accounts.admin.columns import chip_html, column, instant_column
from accounts.admin.filters import choices
from accounts.admin.panels import Act, Tone
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import ApprovalDelegation, ApprovalKind, User
from accounts.services.approval_rules import propose_delegation, revoke_delegation


class PersonField(forms.ModelChoiceField[User]):
    def label_from_instance(self, obj: Any) -> str:
        return person(obj) or ""


class DelegationForm(forms.Form):
    delegator = PersonField(
        label=gettext_lazy("Delegator"), queryset=User.objects.filter(is_active=True, is_staff=True)
    )
    delegate = PersonField(
        label=gettext_lazy("Delegate"), queryset=User.objects.filter(is_active=True, is_staff=True)
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("", gettext_lazy("every kind")), *ApprovalKind.choices],
        required=False,
    )
    first_day = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last_day = forms.DateField(
        label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


def state(row: ApprovalDelegation) -> str:
    now = timezone.now()
    if row.revoked_at is not None:
        return chip_html(_("revoked"))
    if row.ends_at <= now:
        return chip_html(_("ended"))
    return (
        chip_html(_("not started yet"), Tone.NOTICE)
        if row.starts_at > now
        else chip_html(_("in force"), Tone.GOOD)
    )


def midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


@admin.register(ApprovalDelegation)
class ApprovalDelegationAdmin(ReadOnlyAdmin[ApprovalDelegation]):
    empty_hint = gettext_lazy("A delegation is proposed with the button above.")
    list_display = [
        column(lambda row: person(row.delegate), name="delegate", label=gettext_lazy("delegate")),
        column(lambda row: person(row.delegator), name="delegator", label=gettext_lazy("delegator")),
        column(
            lambda row: row.get_kind_display() if row.kind else _("every kind"),
            name="kind",
            label=gettext_lazy("kind"),
        ),
        instant_column(ApprovalDelegation, "starts_at"),
        instant_column(ApprovalDelegation, "ends_at"),
        column(state, name="state", label=gettext_lazy("state")),
        "reason",
    ]
    list_filter = [choices("kind")]
    list_select_related = ["delegate", "delegator"]
    actions_list = ["propose_delegation"]

    def page_title(self, row: ApprovalDelegation) -> str:
        return _("%(delegate)s decides for %(delegator)s") % {
            "delegate": person(row.delegate),
            "delegator": person(row.delegator),
        }

    def has_propose_permission(self, request: HttpRequest) -> bool:
        return may_decide(staff_of(request))

    def get_urls(self) -> list[URLPattern]:
        revoke = path(
            "<int:delegation_id>/revoke/",
            self.admin_site.admin_view(self.revoke_view),
            name="accounts_approvaldelegation_revoke",
        )
        return [revoke, *super().get_urls()]

    def acts(self, request: HttpRequest, row: ApprovalDelegation) -> list[Act]:
        if row.revoked_at is not None or not may_decide(staff_of(request)):
            return []
        return [
            Act(_("Revoke"), reverse("admin:accounts_approvaldelegation_revoke", args=[row.pk]), Tone.WARN)
        ]

    @list_act(label=gettext_lazy("Propose a delegation"), url_path="propose")
    def propose_delegation(self, request: HttpRequest) -> HttpResponse:
        user = staff_of(request)
        if not may_decide(user):
            raise PermissionDenied

        def do(cleaned: dict[str, Any]) -> Done:
            proposed = propose_delegation(
                delegator_id=cleaned["delegator"].pk,
                delegate_id=cleaned["delegate"].pk,
                kind=cleaned["kind"] or None,
                starts_at=midnight(cleaned["first_day"]),
                ends_at=midnight(cleaned["last_day"] + dt.timedelta(days=1)),
                reason=cleaned["reason"],
                maker_id=user.pk,
            )
            return Done(
                sentence=_("Proposed. A third person decides."),
                href=reverse("admin:accounts_approval_change", args=[proposed.pk]),
            )

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=_("Propose a delegation"),
                question=_(
                    "Who decides for whom, and how long? The delegate never decides what the delegator "
                    "proposed; a third person agrees."
                ),
                button=_("Propose"),
                back=reverse("admin:accounts_approvaldelegation_changelist"),
                keeps_form=True,
            ),
            do=do,
            form_class=DelegationForm,
            initial={"delegator": user.pk},
            model=ApprovalDelegation,
        )

    def revoke_view(self, request: HttpRequest, delegation_id: int) -> HttpResponse:
        user = staff_of(request)
        row = (
            ApprovalDelegation.objects.select_related("delegator", "delegate")
            .filter(pk=delegation_id)
            .first()
        )
        if not may_decide(user):
            raise PermissionDenied
        if row is None:
            raise Http404
        back = reverse("admin:accounts_approvaldelegation_change", args=[row.pk])

        def do(_cleaned: dict[str, object]) -> Done:
            revoke_delegation(delegation_id=delegation_id, actor_id=user.pk)
            return Done(sentence=_("Revoked. What was decided by it stands."), href=back)

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=f"{_('Revoke')}: {self.page_title(row)}",
                question=_("End this delegation now? What was decided by it stands."),
                button=_("Revoke"),
                back=back,
                tone=Tone.WARN,
            ),
            do=do,
            model=ApprovalDelegation,
        )
