"""The cost calculator: what a financing under some terms costs a client, all together, for chosen figures.

Nothing is booked and nothing kept; the form comes back with the figures below it.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, staff_of
from accounts.admin.cells import page_of_key, percent
from accounts.admin.panels import NOTHING, Column, Look, Panel, Table, number, text
from contracts.models import TermsState, TermsVersion
from contracts.queries.cost import CostEstimate, estimate_cost, rates_ahead, scheduled_fees
from contracts.queries.forecast import RateUnknown
from ledger.admin.amounts import amount
from ledger.domain.money import format_amount

LONGEST_DAYS = 3660
MOST_MINOR = 10**15
COSTS: dict[str, Any] = {
    "interest": gettext_lazy("interest"),
    "commission_buy": gettext_lazy("commission of the purchase"),
    "external_buy": gettext_lazy("taxes and fees of the purchase"),
    "slippage_buy": gettext_lazy("slippage of the purchase"),
    "commission_sell": gettext_lazy("commission of the sale"),
    "external_sell": gettext_lazy("taxes and fees of the sale"),
    "slippage_sell": gettext_lazy("slippage of the sale"),
    "fees": gettext_lazy("fees"),
}


class CalculatorForm(forms.Form):
    own = forms.DecimalField(label=gettext_lazy("The client's own money"), min_value=0)
    financed = forms.DecimalField(label=gettext_lazy("Financed"), min_value=0)
    from_date = forms.DateField(
        label=gettext_lazy("Bought on"), widget=forms.DateInput(attrs={"type": "date"})
    )
    until_date = forms.DateField(
        label=gettext_lazy("Sold and repaid on"), widget=forms.DateInput(attrs={"type": "date"})
    )
    slippage = forms.DecimalField(
        label=gettext_lazy("Slippage of each trade, %"),
        min_value=0,
        max_value=100,
        decimal_places=4,
        initial=Decimal("0.10"),
    )

    def __init__(self, *args: Any, exponent: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.exponent = exponent

    def clean_own(self) -> int:
        return self._minor("own")

    def clean_financed(self) -> int:
        minor = self._minor("financed")
        if minor == 0:
            raise forms.ValidationError(_("Nothing would be financed."))
        return minor

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("from_date"), cleaned.get("until_date")
        if first and last and not dt.timedelta(0) < last - first <= dt.timedelta(days=LONGEST_DAYS):
            self.add_error("until_date", _("Choose a later day, within ten years."))
        return cleaned

    def _minor(self, name: str) -> int:
        exact = self.cleaned_data[name].scaleb(self.exponent)
        if exact != exact.to_integral_value() or exact > MOST_MINOR:
            raise forms.ValidationError(_("The currency has no such amount."))
        return int(exact)


def calculator_view(request: HttpRequest, terms_id: int) -> HttpResponse:
    """Ask for the figures; with them, show what it costs. Nothing changes, whoever sends it.

    :raises PermissionDenied: this person may not see terms.
    :raises Http404: there are no such terms in force.
    """
    if not staff_of(request).has_perm("contracts.view_termsversion"):
        raise PermissionDenied
    terms = (
        TermsVersion.objects.select_related("unit", "product", "benchmark")
        .filter(pk=terms_id, state=TermsState.ACTIVE)
        .first()
    )
    if terms is None:
        raise Http404
    form = CalculatorForm(
        request.POST if request.method == "POST" else None, exponent=terms.unit.exponent, initial={"own": ""}
    )
    panels: list[Panel] = []
    if request.method == "POST" and form.is_valid():
        try:
            panels = [estimate_table(terms, estimated(terms, form.cleaned_data))]
        except RateUnknown:
            form.add_error(None, _("A fixing of the benchmark is missing by the first day."))
    context = {
        **admin.site.each_context(request),
        "title": _("What %(terms)s costs a client") % {"terms": terms},
        "subtitle": None,
        "confirmation": Confirmation(
            title=_("What %(terms)s costs a client") % {"terms": terms},
            question=_("Interest, trading costs, fees and slippage together. Nothing is booked."),
            button=_("Work it out"),
            back=page_of_key(TermsVersion, terms.pk, request),
        ),
        "panels": panels,
        "form": form,
        "opts": TermsVersion._meta,
    }
    return TemplateResponse(request, "plimsoll/confirm.html", context)


def estimated(terms: TermsVersion, data: dict[str, Any]) -> CostEstimate:
    """:raises RateUnknown: a fixing is missing by the first day."""
    span = {"from_date": data["from_date"], "until_date": data["until_date"]}
    return estimate_cost(
        terms=terms,
        own_minor=data["own"],
        financed_minor=data["financed"],
        slippage_ppm=int(data["slippage"] * 10_000),
        fees_minor=scheduled_fees(terms=terms, financed_minor=data["financed"], **span),
        rates=rates_ahead(terms=terms, **span),
        **span,
    )


def estimate_table(terms: TermsVersion, found: CostEstimate) -> Table:
    """Each cost with what it is taken of and its rate; all together, in a year, and the rise that pays it."""
    exponent = terms.unit.exponent
    rows = [
        [
            text(COSTS[line.name]),
            amount(line.base_minor, exponent),
            percent(line.rate_ppm, 4) if line.rate_ppm else NOTHING,
            amount(line.amount_minor, exponent),
        ]
        for line in found.lines
    ]
    rows += [
        [text(_("in a year, of what is financed")), text(""), text(""), percent(found.yearly_ppm)],
        [text(_("prices must rise by")), text(""), text(""), percent(found.break_even_ppm)],
    ]
    return Table(
        title=_("%(days)d days: %(own)s of its own, %(financed)s financed, %(unit)s")
        % {
            "days": found.days,
            "own": format_amount(found.own_minor, exponent),
            "financed": format_amount(found.financed_minor, exponent),
            "unit": terms.unit.code,
        },
        columns=[
            Column(_("cost")),
            Column(_("of"), Look.NUMBER),
            Column(_("rate"), Look.NUMBER),
            Column(_("amount"), Look.NUMBER),
        ],
        rows=rows,
        foot=[text(_("All together")), number(""), number(""), amount(found.total_minor, exponent)],
        empty=_("It costs nothing."),
        note=_(
            "Prices are taken as unchanged, and a rate that floats as staying where it is after its last "
            "known reset. An estimate, not an offer."
        ),
    )
