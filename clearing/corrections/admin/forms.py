"""What the forms ask for each kind of correction, and the service that each calls.

Amounts are asked as decimals and read exactly; what is left out is as it was.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.admin.party_forms import day_field
from clearing.corrections.models import Correction, CorrectionKind
from clearing.corrections.services.marks import propose_mark_correction
from clearing.corrections.services.official_rates import propose_official_rate_correction
from clearing.corrections.services.rates import propose_rate_correction
from clearing.corrections.services.refusals import CorrectionUnfit
from clearing.corrections.services.trades import propose_trade_correction
from clearing.marks.models import Instrument
from clearing.settlement.domain.trade_lines import TradeRow
from clearing.settlement.models import Side, Trade
from contracts.models import FundingTranche, TermsState, TermsVersion
from custody.models import Custodian
from ledger.domain.money import parse_amount_minor
from ledger.models import Book, Unit

Values = Mapping[str, Any]


class TrancheChoice(forms.ModelChoiceField[FundingTranche]):
    def label_from_instance(self, obj: FundingTranche) -> str:
        return f"{obj.contract.code} · {obj.funder}"


class CorrectionForm(forms.Form):
    """What every correction says: of which book, why, and where that can be seen."""

    book = forms.ModelChoiceField(label=_("Book"), queryset=Book.objects.order_by("code"), empty_label=None)
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=200,
        help_text=_("For example an exchange notice or a message of the custodian."),
    )
    field_order: Any = None


class MarkForm(CorrectionForm):
    instrument = forms.ModelChoiceField(
        label=_("Security"), queryset=Instrument.objects.select_related("unit").order_by("unit__code")
    )
    session_date = day_field(_("Session"))
    price = forms.CharField(
        label=_("Correct price"),
        required=False,
        help_text=_("A decimal number. Empty: no price, the mark is on hold."),
    )
    field_order = ("book", "instrument", "session_date", "price", "reason", "evidence")


class RateForm(CorrectionForm):
    terms = forms.ModelChoiceField(
        label=_("Terms, for the clients' rate"),
        queryset=TermsVersion.objects.filter(state=TermsState.ACTIVE, benchmark__isnull=True).select_related(
            "product"
        ),
        required=False,
    )
    tranche = TrancheChoice(
        label=_("Or tranche, for the funder's rate"),
        queryset=FundingTranche.objects.filter(funder__isnull=False).select_related("contract", "funder"),
        required=False,
    )
    from_date = day_field(_("Wrong since"))
    rate = forms.CharField(label=_("Correct interest rate, per cent a year"))
    field_order = ("book", "terms", "tranche", "from_date", "rate", "reason", "evidence")


class TradeForm(CorrectionForm):
    broker_reference = forms.CharField(label=_("Broker's reference of the wrong trade"), max_length=80)
    again = forms.CharField(
        label=_("Broker's reference of the correct trade"),
        max_length=80,
        required=False,
        help_text=_("Empty: the trade is cancelled. What is left empty below stays as reported."),
    )
    contract = forms.CharField(label=_("Correct contract"), max_length=32, required=False)
    side = forms.ChoiceField(label=_("Side"), choices=[("", "—"), *Side.choices], required=False)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, required=False)
    price = forms.CharField(label=_("Price"), required=False)
    traded = day_field(_("Trade date"), required=False)
    field_order = (
        "book",
        "broker_reference",
        "again",
        "contract",
        "side",
        "quantity",
        "price",
        "traded",
        "reason",
        "evidence",
    )

    def clean(self) -> dict[str, Any]:
        """A trade that was meant to be put right is never cancelled because its new reference is missing."""
        said = super().clean() or self.cleaned_data
        if not said.get("again") and any(
            said.get(name) for name in ("contract", "side", "quantity", "price", "traded")
        ):
            self.add_error(
                "again",
                _(
                    "Give the reference of the correct trade, or leave all below empty to cancel the wrong"
                    " one."
                ),
            )
        return said


class OfficialRateForm(CorrectionForm):
    unit = forms.ModelChoiceField(
        label=_("Currency"), queryset=Unit.objects.filter(kind=Unit.Kind.CURRENCY).order_by("code")
    )
    base = forms.ModelChoiceField(
        label=_("Quoted in"), queryset=Unit.objects.filter(kind=Unit.Kind.CURRENCY).order_by("code")
    )
    rate_date = day_field(_("Rate date"))
    rate = forms.CharField(
        label=_("Correct official rate"), help_text=_("A plain decimal, for one of the first currency.")
    )
    field_order = ("book", "unit", "base", "rate_date", "rate", "reason", "evidence")


class StatementFileForm(forms.Form):
    """The corrected file; it is kept, and shown beside the accepted one, before anything is proposed."""

    book = forms.ModelChoiceField(label=_("Book"), queryset=Book.objects.order_by("code"), empty_label=None)
    custodian = forms.ModelChoiceField(
        label=_("Custodian"), queryset=Custodian.objects.order_by("code"), to_field_name="code"
    )
    file = forms.FileField(
        label=_("The corrected statement"),
        help_text=_("As the custodian sent it; kept byte for byte, accepted only by a second person."),
    )


class StatementForm(forms.Form):
    """Why the kept file is to take the accepted one's place."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=200,
        help_text=_("For example an exchange notice or a message of the custodian."),
    )


def propose(kind: CorrectionKind, cleaned: Values, *, maker_id: int) -> Correction:
    """Call the service of a kind with what its form says.

    :raises CorrectionRefusal: as the service; a number that cannot be read is `CorrectionUnfit`.
    """
    signed = {
        "book_id": cleaned["book"].pk,
        "reason": cleaned["reason"],
        "evidence": cleaned["evidence"],
        "maker_id": maker_id,
    }
    try:
        return _PROPOSERS[kind](cleaned, signed)
    except ValueError as error:
        raise CorrectionUnfit(str(error)) from error


def _mark(said: Values, signed: Values) -> Correction:
    exponent = said["instrument"].currency.exponent
    return propose_mark_correction(
        security_code=said["instrument"].unit.code,
        session_date=said["session_date"],
        price_minor=parse_amount_minor(said["price"], exponent=exponent) if said["price"] else None,
        **signed,
    )


def _rate(said: Values, signed: Values) -> Correction:
    return propose_rate_correction(
        terms_id=said["terms"].pk if said["terms"] else None,
        tranche_id=said["tranche"].pk if said["tranche"] else None,
        from_date=said["from_date"],
        rate_ppm=parse_amount_minor(said["rate"], exponent=4),
        **signed,
    )


def _trade(said: Values, signed: Values) -> Correction:
    found = (
        Trade.objects.select_related("contract__unit", "instrument__unit")
        .filter(book_id=signed["book_id"], broker_reference=said["broker_reference"])
        .first()
    )
    replacement = None
    if said["again"] and found is not None:
        exponent = found.contract.unit.exponent
        replacement = TradeRow(
            contract_code=said["contract"] or found.contract.code,
            instrument_code=found.instrument.unit.code,
            side=said["side"] or found.side,
            quantity=said["quantity"] or found.quantity,
            price_minor=parse_amount_minor(said["price"], exponent=exponent)
            if said["price"]
            else found.price_minor,
            trade_date=said["traded"] or found.trade_date,
            broker_reference=said["again"],
        )
    return propose_trade_correction(
        broker_reference=said["broker_reference"], replacement=replacement, **signed
    )


def _official_rate(said: Values, signed: Values) -> Correction:
    return propose_official_rate_correction(
        unit_code=said["unit"].code,
        base_code=said["base"].code,
        rate_date=said["rate_date"],
        rate=said["rate"].strip(),
        **signed,
    )


_PROPOSERS: Mapping[CorrectionKind, Callable[[Values, Values], Correction]] = {
    CorrectionKind.MARK: _mark,
    CorrectionKind.RATE: _rate,
    CorrectionKind.TRADE: _trade,
    CorrectionKind.FX: _official_rate,
}

FORMS: Mapping[CorrectionKind, type[CorrectionForm]] = {
    CorrectionKind.MARK: MarkForm,
    CorrectionKind.RATE: RateForm,
    CorrectionKind.TRADE: TradeForm,
    CorrectionKind.FX: OfficialRateForm,
}
