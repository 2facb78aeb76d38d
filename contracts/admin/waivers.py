"""Waive what a contract owes beside its principal: asked for on its page, decided by a colleague."""

from django import forms
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.approvals import may_decide
from accounts.admin.cells import page_of_key
from accounts.admin.panels import Act, Facts
from contracts.admin.lifecycle import contract_to_act_on, proposed
from contracts.models import FinancingContract
from contracts.queries.balances import contract_balances
from contracts.services.waivers import Waiver, propose_waiver
from ledger.admin.amounts import amount
from ledger.domain.money import InvalidAmount, parse_amount_minor

RUNNING = frozenset({"active", "restricted", "in_call", "liquidating", "matured", "defaulted"})
AMOUNTS = ("interest", "penalty", "fees")


class WaiverForm(forms.Form):
    interest = forms.CharField(label=gettext_lazy("Interest waived"), max_length=40, initial="0")
    penalty = forms.CharField(label=gettext_lazy("Penalty waived"), max_length=40, initial="0")
    fees = forms.CharField(label=gettext_lazy("Fees waived"), max_length=40, initial="0")
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )


def waiver_url(site: AdminSite) -> URLPattern:
    """The page, under the contract's own address."""
    return path(
        "<int:contract_id>/waive/", site.admin_view(waive_view), name="contracts_financingcontract_waive"
    )


def waiver_act(request: HttpRequest, row: FinancingContract) -> list[Act]:
    """The act on the contract's page, while it may owe something."""
    if row.state not in RUNNING or not may_decide(staff_of(request)):
        return []
    return [Act(_("Waive charges"), reverse("admin:contracts_financingcontract_waive", args=[row.pk]))]


def waive_view(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Ask for charges to be given up."""
    row = contract_to_act_on(request, contract_id)
    held = contract_balances(contract_ids=[row.pk])[row.pk]
    exponent, unit = row.unit.exponent, row.unit.code

    class Form(WaiverForm):
        def clean(self) -> dict[str, object]:
            found = super().clean() or {}
            for name in AMOUNTS:
                try:
                    found[name] = parse_amount_minor(str(found.get(name, "")).strip(), exponent=exponent)
                except InvalidAmount:
                    self.add_error(name, _("Write an amount with at most the decimals of its currency."))
            return found

    def do(data: dict[str, object]) -> Done:
        interest_minor, penalty_minor, fees_minor = (int(str(data[name])) for name in AMOUNTS)
        return proposed(
            propose_waiver(
                contract_id=row.pk,
                waiver=Waiver(
                    interest_minor=interest_minor, penalty_minor=penalty_minor, fees_minor=fees_minor
                ),
                reason=str(data["reason"]),
                maker_id=staff_of(request).pk,
            )
        )

    owed = Facts(
        title=_("Amounts that may be waived"),
        items=[
            (_("House spread in accrued interest"), amount(max(held.spread_minor, 0), exponent, unit)),
            (_("Penalty"), amount(held.penalty_minor, exponent, unit)),
            (_("Fees"), amount(held.fees_minor, exponent, unit)),
        ],
    )
    return confirm_and_do(
        request,
        confirmation=Confirmation(
            title=_("Waive charges of %(contract)s") % {"contract": row.code},
            question=_(
                "The house bears what is given up; what funders have earned stays theirs. A second person "
                "decides, up to the limit of its role."
            ),
            button=_("Propose"),
            back=page_of_key(FinancingContract, row.pk, request),
            panels=[owed],
            keeps_form=True,
        ),
        do=do,
        form_class=Form,
        model=FinancingContract,
    )
