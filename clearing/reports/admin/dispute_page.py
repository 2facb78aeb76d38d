"""Take down a client's dispute: of a call, liquidation, fee or interest of the contract, out of a list."""

import datetime as dt

from django import forms
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.approvals import may_decide
from accounts.admin.cells import page_of_key
from accounts.admin.panels import Act
from clearing.liquidation.models import Liquidation
from clearing.margin.models import MarginCall
from contracts.admin.disputes import disputes_panel
from contracts.admin.lifecycle import business_day, contract_to_act_on
from contracts.models import Dispute, DisputeSubject, FinancingContract
from contracts.services.disputes import OF_ENTRIES, open_dispute
from ledger.admin.names import kind_name
from ledger.models import Posting

ANSWER_IN = dt.timedelta(days=14)
NEWEST = 40


class DisputeForm(forms.Form):
    subject = forms.ChoiceField(label=gettext_lazy("Disputed item"))
    answer_due_on = forms.DateField(
        label=gettext_lazy("Answer due on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason, in the client's words"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


def dispute_url(site: AdminSite) -> URLPattern:
    return path(
        "<int:contract_id>/dispute/",
        site.admin_view(dispute_view),
        name="contracts_financingcontract_dispute",
    )


def dispute_act(request: HttpRequest, row: FinancingContract) -> list[Act]:
    if not may_decide(staff_of(request)):
        return []
    return [Act(_("Record a dispute"), reverse("admin:contracts_financingcontract_dispute", args=[row.pk]))]


def dispute_view(request: HttpRequest, contract_id: int) -> HttpResponse:
    row = contract_to_act_on(request, contract_id)
    on = business_day(row)

    class Form(DisputeForm):
        subject = forms.ChoiceField(label=gettext_lazy("Disputed item"), choices=disputable(row))

    def do(data: dict[str, object]) -> Done:
        kind, _slash, reference = str(data["subject"]).partition("/")
        due = data["answer_due_on"]
        assert isinstance(due, dt.date), "the form's field"
        dispute = open_dispute(
            contract_id=row.pk,
            subject=DisputeSubject(kind),
            subject_reference=reference,
            opened_on=on,
            answer_due_on=due,
            reason=str(data["reason"]),
            actor_id=staff_of(request).pk,
        )
        return Done(
            sentence=_("%(reference)s is recorded.") % {"reference": dispute.reference},
            href=reverse("admin:contracts_dispute_change", args=[dispute.pk]),
        )

    return confirm_and_do(
        request,
        confirmation=Confirmation(
            title=_("Dispute about %(contract)s") % {"contract": row.code},
            question=_("Two people answer it, no later than the day given."),
            button=_("Record"),
            back=page_of_key(FinancingContract, row.pk, request),
            keeps_form=True,
            panels=[disputes_panel(request, row)],
        ),
        do=do,
        form_class=Form,
        initial={"answer_due_on": on + ANSWER_IN},
        model=Dispute,
    )


def disputable(row: FinancingContract) -> list[tuple[str, str]]:
    """What can be disputed, newest first: the value is kind and reference, the label what a person reads."""
    calls = MarginCall.objects.filter(contract=row).order_by("-id")[:NEWEST]
    liquidations = Liquidation.objects.filter(contract=row).order_by("-id")[:NEWEST]
    found = [
        (f"call/call:{one.pk}", f"{DisputeSubject.CALL.label} · {one.opened_on.isoformat()} · #{one.pk}")
        for one in calls
    ]
    found += [
        (f"liquidation/{one.reference}", f"{DisputeSubject.LIQUIDATION.label} · {one.reference}")
        for one in liquidations
    ]
    accounts = {
        DisputeSubject.FEE: [row.fee_account_id, row.penalty_account_id],
        DisputeSubject.INTEREST: [row.interest_account_id],
    }
    for subject, kinds in OF_ENTRIES.items():
        postings = Posting.objects.filter(
            account_id__in=accounts[subject], booking_date__gte=row.opened_on, entry__kind_id__in=kinds
        ).order_by("-booking_date", "-entry_id")
        found += [
            (
                f"{subject.value}/entry:{entry_id}",
                f"{subject.label} · {booked.isoformat()} · {kind_name(kind)} · #{entry_id}",
            )
            for entry_id, booked, kind in postings.values_list("entry_id", "booking_date", "entry__kind_id")[
                :NEWEST
            ]
        ]
    return found
