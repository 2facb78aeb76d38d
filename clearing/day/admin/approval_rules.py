"""Who may approve what: the rules in force, and the proposal of another one."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, list_act, staff_of
from accounts.admin.approvals import may_decide
from accounts.admin.columns import column, instant_column
from accounts.admin.filters import choices
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import Approval, ApprovalKind, ApprovalRule, StaffRole
from accounts.queries.approval_rules import rules_in_force
from accounts.services.approval_rules import propose_rule
from clearing.day.admin.payload_words import worth_words
from ledger.models import Unit


class RuleForm(forms.Form):
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[one for one in StaffRole.choices if one[0] != StaffRole.AUDITOR],
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=ApprovalKind.choices)
    is_permitted = forms.BooleanField(label=gettext_lazy("May approve this"), required=False, initial=True)
    currency = forms.ModelChoiceField(
        label=gettext_lazy("Currency"),
        queryset=Unit.objects.filter(kind="currency").order_by("code"),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("every currency, and what has no amount"),
    )
    most = forms.DecimalField(
        label=gettext_lazy("Up to this amount"),
        required=False,
        min_value=0,
        help_text=gettext_lazy("Empty: without a limit. A limit needs a currency."),
    )


def limit_words(row: ApprovalRule) -> str:
    if not row.is_permitted:
        return _("not permitted")
    if row.max_amount_minor is None:
        return _("any amount")
    return _("up to %(most)s") % {"most": worth_words(row.max_amount_minor, row.currency or "")}


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(ReadOnlyAdmin[ApprovalRule]):
    """Lists what is in force; an earlier rule is found in the approvals that set it."""

    list_display = [
        column(lambda row: row.get_kind_display(), name="kind", label=gettext_lazy("kind"), ordering="kind"),
        column(lambda row: row.get_role_display(), name="role", label=gettext_lazy("role"), ordering="role"),
        column(
            lambda row: row.currency or _("every currency"), name="currency", label=gettext_lazy("currency")
        ),
        column(limit_words, name="limit", label=gettext_lazy("may approve")),
        instant_column(ApprovalRule, "recorded_at"),
    ]
    list_filter = [choices("role"), choices("kind")]
    list_per_page = 150
    actions_list = ["propose_rule"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApprovalRule]:
        return rules_in_force()

    def page_title(self, row: ApprovalRule) -> str:
        return f"{row.get_role_display()} · {row.get_kind_display()}"

    def has_propose_permission(self, request: HttpRequest) -> bool:
        return may_decide(staff_of(request))

    @list_act(label=gettext_lazy("Propose a rule"), url_path="propose")
    def propose_rule(self, request: HttpRequest) -> HttpResponse:
        user = staff_of(request)
        if not may_decide(user):
            raise PermissionDenied

        def do(cleaned: dict[str, Any]) -> Done:
            unit: Unit | None = cleaned["currency"]
            most: Decimal | None = cleaned["most"]
            proposed = propose_rule(
                role=cleaned["role"],
                kind=cleaned["kind"],
                currency=unit.code if unit else None,
                max_amount_minor=None if most is None else int(most.scaleb(unit.exponent if unit else 0)),
                is_permitted=cleaned["is_permitted"],
                maker_id=user.pk,
            )
            return Done(
                sentence=_("Proposed. A second person decides."),
                href=reverse("admin:accounts_approval_change", args=[proposed.pk]),
            )

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=_("Propose a rule"),
                question=_("What may this role approve from now on? A second person decides."),
                button=_("Propose"),
                back=reverse("admin:accounts_approvalrule_changelist"),
            ),
            do=do,
            form_class=RuleForm,
            model=Approval,
        )
