"""Pay a funder out: its available money, asked for on its page and decided by a colleague."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.approvals import may_decide
from accounts.admin.cells import page_of_key
from accounts.admin.panels import Act, Column, Look, Panel, Table, text
from accounts.admin.parties import ACTS_OF_PARTY
from accounts.models import Approval, Party, PartyKind
from custody.models import Payment
from custody.services.withdrawals import request_funder_withdrawal
from ledger.admin.amounts import amount
from ledger.domain.money import InvalidAmount, parse_amount_minor
from ledger.models import Account
from ledger.queries.days import open_business_date
from ledger.queries.holds import account_balances


class NoDayToPayIn(Exception):
    """No business day of this book is open; open one first."""


class AvailableChoice(forms.ModelChoiceField[Account]):
    def label_from_instance(self, obj: Account) -> str:
        return f"{obj.unit.code} · {obj.book.code}"


class PayoutForm(forms.Form):
    account = AvailableChoice(label=gettext_lazy("Owner of the funds"), queryset=Account.objects.none())
    amount = forms.CharField(label=gettext_lazy("Amount"), max_length=40)
    counterparty_account = forms.CharField(
        label=gettext_lazy("To the funder's account outside"), max_length=34
    )

    def clean(self) -> dict[str, object]:
        found = super().clean() or {}
        account = found.get("account")
        if isinstance(account, Account) and "amount" in found:
            try:
                exact = parse_amount_minor(str(found["amount"]).strip(), exponent=account.unit.exponent)
            except InvalidAmount:
                self.add_error("amount", _("Write an amount with at most the decimals of its currency."))
            else:
                found["amount_minor"] = exact
        return found


def payout_act(request: HttpRequest, party: Party) -> list[Act]:
    """The act on a funder's page, for who decides something."""
    if party.kind != PartyKind.FUNDER or not may_decide(staff_of(request)):
        return []
    return [Act(_("Pay out"), reverse("admin:custody_payment_pay_funder_out", args=[party.pk]))]


ACTS_OF_PARTY.append(payout_act)


def payout_view(request: HttpRequest, party_id: int) -> HttpResponse:
    """Ask for a funder's available money to be paid out."""
    if not may_decide(staff_of(request)):
        raise PermissionDenied
    funder = Party.objects.filter(pk=party_id, kind=PartyKind.FUNDER).first()
    if funder is None:
        raise Http404
    accounts = Account.objects.filter(owner=funder, ring="funder", role="funder_available")

    class Form(PayoutForm):
        account = AvailableChoice(
            label=gettext_lazy("Owner of the funds"),
            queryset=accounts.select_related("unit", "book").order_by("book__code", "unit__code"),
        )

    def do(data: dict[str, object]) -> Done:
        source = data["account"]
        assert isinstance(source, Account), "the form's field"
        day = open_business_date(book_id=source.book_id)
        if day is None:
            raise NoDayToPayIn
        payment = request_funder_withdrawal(
            book_id=source.book_id,
            funder_id=funder.pk,
            unit_code=source.unit.code,
            amount_minor=int(str(data["amount_minor"])),
            counterparty_account=str(data["counterparty_account"]),
            requested_on=day,
            maker_id=staff_of(request).pk,
        )
        return Done(
            sentence=_("%(reference)s is asked for; a colleague decides.") % {"reference": payment.reference},
            href=page_of_key(Approval, payment.approval_id, request)
            or reverse("admin:custody_payment_change", args=[payment.pk]),
        )

    return confirm_and_do(
        request,
        confirmation=Confirmation(
            title=_("Pay out %(funder)s") % {"funder": funder.display_name},
            question=_(
                "Only what is available leaves: not what is lent, nor what is held already. It is held from "
                "now on; a second person decides, and the bank is instructed."
            ),
            button=_("Propose"),
            back=page_of_key(Party, funder.pk, request),
            panels=[available_panel(list(accounts.select_related("unit", "book")))],
            keeps_form=True,
        ),
        do=do,
        form_class=Form,
        model=Payment,
    )


def available_panel(accounts: list[Account]) -> Panel:
    """What a funder has booked, held and available."""
    found = account_balances(account_ids=[one.pk for one in accounts])
    return Table(
        title=_("Money of the funder that is not lent"),
        columns=[
            Column(_("book")),
            Column(_("currency")),
            Column(_("booked"), Look.NUMBER),
            Column(_("held"), Look.NUMBER),
            Column(_("available"), Look.NUMBER),
        ],
        rows=[
            [
                text(one.book.code),
                text(one.unit.code),
                amount(-found[one.pk].booked_minor, one.unit.exponent),
                amount(found[one.pk].held_minor, one.unit.exponent),
                amount(found[one.pk].available_minor, one.unit.exponent),
            ]
            for one in accounts
            if one.pk in found
        ],
        empty=_("This funder has no account for available money."),
    )
