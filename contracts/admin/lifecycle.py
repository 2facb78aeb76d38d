"""What may be asked for in a contract's life: pages with a form each, that call one service each.

Amendments, extensions and another funder are proposals that a colleague decides; a contract is ended early at
once, by its own cash.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.approvals import may_decide
from accounts.admin.cells import day, page_of_key
from accounts.admin.panels import Act, Facts, Tone
from accounts.models import Approval, Party, PartyKind
from contracts.admin.lifecycle_panels import terms_facts
from contracts.admin.terms import ladder_facts, rate_facts
from contracts.models import (
    FinancingContract,
    FundingSource,
    FundingTranche,
    TermsState,
    TermsVersion,
)
from contracts.queries.terms_in_force import present_terms
from contracts.services.amendments import AMENDABLE, propose_amendment, propose_extension
from contracts.services.early_repayment import REPAYING, terminate_early, termination_quote
from contracts.services.funding import REPLACING, propose_replacement
from contracts.services.refusals import ContractRefusal
from ledger.admin.amounts import amount
from ledger.queries.days import open_business_date

DAY_INPUT = {"type": "date"}


class NoOpenDay(ContractRefusal):
    """No business day of this book is open."""

    code = "contracts_business_day_is_open"
    sentence = gettext_lazy("No business day of this book is open; open one first.")


def _day_field(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs=DAY_INPUT, format="%Y-%m-%d"))


def _reason_field() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )


class AmendmentForm(forms.Form):
    to_terms = forms.ModelChoiceField(label=gettext_lazy("New terms"), queryset=TermsVersion.objects)
    effective_from = _day_field(gettext_lazy("In force from"))
    reason = _reason_field()


class ExtensionForm(forms.Form):
    matures_on = _day_field(gettext_lazy("Matures on"))
    effective_from = _day_field(gettext_lazy("In force from"))
    reason = _reason_field()


class TerminationForm(forms.Form):
    reason = _reason_field()


class ReplacementForm(forms.Form):
    tranche = forms.ModelChoiceField(
        label=gettext_lazy("Funder to be replaced"), queryset=FundingTranche.objects.none()
    )
    funder = forms.ModelChoiceField(
        label=gettext_lazy("New funder"), queryset=Party.objects.filter(kind=PartyKind.FUNDER)
    )
    rate = forms.DecimalField(
        label=gettext_lazy("Rate to the funder, % a year"), min_value=0, max_value=100, decimal_places=4
    )
    seniority = forms.IntegerField(label=gettext_lazy("Seniority"), min_value=1, initial=1)
    source = forms.ChoiceField(
        label=gettext_lazy("Funding source"),
        choices=[(one.value, one.label) for one in (FundingSource.THIRD_PARTY, FundingSource.MATCHED)],
    )
    reason = _reason_field()


class TrancheChoice(forms.ModelChoiceField[FundingTranche]):
    def label_from_instance(self, obj: FundingTranche) -> str:
        return f"{obj.funder} · {obj.share_ppm / 10_000:g} %"


def lifecycle_urls(site: AdminSite) -> list[URLPattern]:
    """The pages, under the contract's own address."""
    views: dict[str, Callable[..., HttpResponse]] = {
        "amend": amend_view,
        "extend": extend_view,
        "terminate": terminate_view,
        "replace-funder": replace_view,
    }
    return [
        path(f"<int:contract_id>/{name}/", site.admin_view(view), name=f"contracts_financingcontract_{name}")
        for name, view in views.items()
    ]


def lifecycle_acts(request: HttpRequest, row: FinancingContract) -> list[Act]:
    """What this person may ask for, as the contract stands."""
    if not may_decide(staff_of(request)):
        return []
    acts = []
    if row.state in AMENDABLE:
        acts.append(Act(_("Amend"), _address("amend", row)))
        if row.matures_on is not None:
            acts.append(Act(_("Extend"), _address("extend", row)))
    if row.state in REPLACING and row.tranches.filter(funder__isnull=False, replaced_on=None).exists():
        acts.append(Act(_("Replace a funder"), _address("replace-funder", row)))
    if row.state in REPAYING:
        acts.append(Act(_("Terminate early"), _address("terminate", row)))
    return acts


def amend_view(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Ask for other terms from a day on."""
    row = contract_to_act_on(request, contract_id)
    held_to = present_terms(contract=row)

    class Form(AmendmentForm):
        to_terms = forms.ModelChoiceField(
            label=gettext_lazy("New terms"),
            queryset=TermsVersion.objects.filter(
                state=TermsState.ACTIVE, unit_id=row.unit_id, day_count=held_to.day_count
            )
            .exclude(pk=held_to.pk)
            .select_related("product"),
        )

    def do(data: dict[str, object]) -> Done:
        terms, effective_from = data["to_terms"], data["effective_from"]
        assert isinstance(terms, TermsVersion), "the form's field"
        assert isinstance(effective_from, dt.date), "the form's field"
        approval = propose_amendment(
            contract_id=row.pk,
            to_terms_id=terms.pk,
            effective_from=effective_from,
            reason=str(data["reason"]),
            maker_id=staff_of(request).pk,
        )
        return proposed(approval)

    return confirm_and_do(
        request,
        confirmation=Confirmation(
            title=_("Amend contract %(contract)s") % {"contract": row.code},
            question=_(
                "From the day on the contract is held to other terms: rate, lines, margins and fees. "
                "What was counted before stays. A second person decides."
            ),
            button=_("Propose"),
            back=page_of_key(FinancingContract, row.pk, request),
            keeps_form=True,
            panels=[terms_facts(request, row, held_to), ladder_facts(held_to), rate_facts(request, held_to)],
        ),
        do=do,
        form_class=Form,
        initial={"effective_from": business_day(row)},
        model=FinancingContract,
    )


def extend_view(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Ask for a later maturity; the terms and their vintage stay."""
    row = contract_to_act_on(request, contract_id)

    def do(data: dict[str, object]) -> Done:
        matures_on, effective_from = data["matures_on"], data["effective_from"]
        assert isinstance(matures_on, dt.date), "the form's field"
        assert isinstance(effective_from, dt.date), "the form's field"
        approval = propose_extension(
            contract_id=row.pk,
            matures_on=matures_on,
            effective_from=effective_from,
            reason=str(data["reason"]),
            maker_id=staff_of(request).pk,
        )
        return proposed(approval)

    return confirm_and_do(
        request,
        confirmation=Confirmation(
            title=_("Extend contract %(contract)s") % {"contract": row.code},
            question=_(
                "The contract matures later. It keeps its terms, and the version of the rule pack that it "
                "was opened under. A second person decides."
            ),
            button=_("Propose"),
            back=page_of_key(FinancingContract, row.pk, request),
            keeps_form=True,
            panels=[terms_facts(request, row, present_terms(contract=row))],
        ),
        do=do,
        form_class=ExtensionForm,
        initial={"effective_from": business_day(row)},
        model=FinancingContract,
    )


def terminate_view(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Pay everything from the contract's cash and close it."""
    row = contract_to_act_on(request, contract_id)
    on = business_day(row)
    quote = termination_quote(contract_id=row.pk, on=on)
    figures = Facts(
        title=_("Payoff amount on current balances"),
        items=[
            (_("Day"), day(on)),
            (_("Total outstanding"), amount(quote.debt_minor, row.unit.exponent, row.unit.code)),
            (_("Early-termination fee"), amount(quote.fee_minor, row.unit.exponent, row.unit.code)),
            (_("Settled cash"), amount(quote.cash_minor, row.unit.exponent, row.unit.code)),
            (_("Still to be deposited"), amount(quote.missing_minor, row.unit.exponent, row.unit.code)),
        ],
    )

    def do(data: dict[str, object]) -> Done:
        open_day = open_business_date(book_id=row.book_id)
        if open_day is None:
            raise NoOpenDay
        terminate_early(
            contract_id=row.pk,
            booking_date=open_day,
            maker_id=staff_of(request).pk,
            reason=str(data["reason"]),
        )
        return Done(
            sentence=_("%(contract)s is repaid and closed.") % {"contract": row.code},
            href=page_of_key(FinancingContract, row.pk, request),
        )

    return confirm_and_do(
        request,
        confirmation=Confirmation(
            title=_("Terminate contract %(contract)s early") % {"contract": row.code},
            question=_("Everything owed and the fee of the terms are paid from its cash, and it is closed."),
            button=_("Repay and close"),
            back=page_of_key(FinancingContract, row.pk, request),
            keeps_form=True,
            tone=Tone.WARN,
            warning=_("The cash does not suffice yet; this will be refused.") if quote.missing_minor else "",
            panels=[figures],
        ),
        do=do,
        form_class=TerminationForm,
        model=FinancingContract,
    )


def replace_view(request: HttpRequest, contract_id: int) -> HttpResponse:
    """Ask for another funder to take one's place."""
    row = contract_to_act_on(request, contract_id)
    there = row.tranches.filter(funder__isnull=False)

    class Form(ReplacementForm):
        tranche = TrancheChoice(
            label=gettext_lazy("Funder to be replaced"),
            queryset=there.filter(replaced_on=None).select_related("funder"),
        )
        funder = forms.ModelChoiceField(
            label=gettext_lazy("New funder"),
            queryset=Party.objects.filter(kind=PartyKind.FUNDER).exclude(pk__in=there.values("funder_id")),
        )

    def do(data: dict[str, object]) -> Done:
        tranche, funder = data["tranche"], data["funder"]
        assert isinstance(tranche, FundingTranche), "the form's field"
        assert isinstance(funder, Party), "the form's field"
        approval = propose_replacement(
            tranche_id=tranche.pk,
            funder_id=funder.pk,
            rate_ppm=int(data["rate"] * 10_000),  # type: ignore[operator]
            seniority=int(str(data["seniority"])),
            source=FundingSource(str(data["source"])),
            reason=str(data["reason"]),
            maker_id=staff_of(request).pk,
        )
        return proposed(approval)

    return confirm_and_do(
        request,
        confirmation=Confirmation(
            title=_("Replace a funder of %(contract)s") % {"contract": row.code},
            question=_(
                "The new funder pays out what the old one has lent and has its share from then on. What the "
                "old one has earned stays owed to it. A second person decides; the day of execution counts."
            ),
            button=_("Propose"),
            back=page_of_key(FinancingContract, row.pk, request),
            keeps_form=True,
        ),
        do=do,
        form_class=Form,
        model=FundingTranche,
    )


def contract_to_act_on(request: HttpRequest, contract_id: int) -> FinancingContract:
    """The contract, for somebody who may ask for something.

    :raises PermissionDenied: this person decides nothing.
    :raises Http404: there is no such contract.
    """
    if not may_decide(staff_of(request)):
        raise PermissionDenied
    row = FinancingContract.objects.select_related("unit", "book", "client").filter(pk=contract_id).first()
    if row is None:
        raise Http404
    return row


def business_day(row: FinancingContract) -> dt.date:
    """The open day of the book; the opening of the contract where none is open."""
    return open_business_date(book_id=row.book_id) or row.opened_on


def proposed(approval: Approval) -> Done:
    """What to say of a proposal, and where it waits."""
    return Done(
        sentence=_("Proposed; a colleague decides."),
        href=reverse("admin:accounts_approval_change", args=[approval.pk]),
    )


def _address(name: str, row: FinancingContract) -> str:
    return reverse(f"admin:contracts_financingcontract_{name}", args=[row.pk])
