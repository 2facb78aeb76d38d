"""Having documents made: each act asks for what the document needs, and one service makes it."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.cells import list_of, page_of_key
from accounts.admin.panels import Act
from accounts.admin.parties import ACTS_OF_PARTY
from accounts.models import DisclosureVersion, Party, PartyKind, PartyLocale, VersionState
from contracts.models import ContractState, Document, DocumentKind, FinancingContract
from contracts.services.documents import issue_agreement
from contracts.services.statements import (
    issue_client_statement,
    issue_closing_statement,
    issue_disclosure,
)
from ledger.models import Book, BusinessDay
from ledger.queries.days import open_business_date

KEPT = gettext_lazy("It gets the next number of its series and is kept for good, with what it was made from.")
ENDED = {ContractState.CLOSED, ContractState.DEFAULTED}


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class LanguageForm(forms.Form):
    """What every document needs."""

    locale = forms.ChoiceField(label=gettext_lazy("Language"), choices=PartyLocale.choices)
    issued_on = day_field(gettext_lazy("Issued on"))


class StatementForm(LanguageForm):
    book = forms.ModelChoiceField(label=gettext_lazy("Book"), queryset=Book.objects.order_by("code"))
    since = day_field(gettext_lazy("From"))
    until = day_field(gettext_lazy("To"))

    field_order = ["book", "since", "until", "locale", "issued_on"]


class DisclosureForm(LanguageForm):
    book = forms.ModelChoiceField(label=gettext_lazy("Book"), queryset=Book.objects.order_by("code"))
    disclosure = forms.ModelChoiceField(
        label=gettext_lazy("Disclosure"),
        queryset=DisclosureVersion.objects.filter(state=VersionState.ACTIVE).order_by("code", "-version"),
    )

    field_order = ["book", "disclosure", "locale", "issued_on"]


def may_make(request: HttpRequest) -> bool:
    """Whether this person may have documents made."""
    return request.user.has_perm("contracts.add_document")


def documents_to_make(request: HttpRequest, contract: FinancingContract) -> list[Act]:
    """What this person may have made of a contract, and where the documents are that were made of it."""
    found = [Act(_("Documents"), list_of(Document, request, f"contract__id__exact={contract.pk}"))]
    if may_make(request):
        kinds = [(DocumentKind.CONTRACT, _("Make the contract document"))]
        if contract.state in ENDED:
            kinds.append((DocumentKind.CLOSING_STATEMENT, _("Make the closing statement")))
        found += [
            Act(label, reverse("admin:contracts_document_of_contract", args=[contract.pk, kind.value]))
            for kind, label in kinds
        ]
        statement = reverse(
            "admin:contracts_document_of_client", args=[contract.client_id, "client_statement"]
        )
        found.append(Act(_("Make a client statement"), statement))
    return found


def documents_of_party(request: HttpRequest, party: Party) -> list[Act]:
    """What this person may have made for a client."""
    if party.kind != PartyKind.CLIENT:
        return []
    found = [Act(_("Documents"), list_of(Document, request, f"client__id__exact={party.pk}"))]
    if may_make(request):
        for kind, label in (
            (DocumentKind.CLIENT_STATEMENT, _("Make a client statement")),
            (DocumentKind.DISCLOSURE, _("Make a risk disclosure")),
        ):
            href = reverse("admin:contracts_document_of_client", args=[party.pk, kind.value])
            found.append(Act(label, href))
    return found


ACTS_OF_PARTY.append(documents_of_party)


def of_contract_view(request: HttpRequest, contract_id: int, kind: str) -> HttpResponse:
    """The contract document or the closing statement of one contract."""
    services = {
        DocumentKind.CONTRACT: issue_agreement,
        DocumentKind.CLOSING_STATEMENT: issue_closing_statement,
    }
    contract = FinancingContract.objects.select_related("client").filter(pk=contract_id).first()
    if not may_make(request):
        raise PermissionDenied
    if contract is None or kind not in services:
        raise Http404

    def do(data: dict[str, Any]) -> Done:
        made = services[DocumentKind(kind)](
            contract_id=contract_id,
            locale=data["locale"],
            issued_on=data["issued_on"],
            maker_id=staff_of(request).pk,
        )
        return made_done(made, request)

    return confirm_and_do(
        request,
        confirmation=Confirmation(
            title=f"{DocumentKind(kind).label} · {contract.code}",
            question=KEPT,
            button=_("Make the document"),
            back=page_of_key(FinancingContract, contract_id, request),
            keeps_form=True,
        ),
        do=do,
        form_class=LanguageForm,
        initial=defaults(contract.client, contract.book_id),
        model=Document,
    )


def of_client_view(request: HttpRequest, client_id: int, kind: str) -> HttpResponse:
    """The statement of a period, or a risk disclosure, for one client."""
    client = Party.objects.filter(pk=client_id, kind=PartyKind.CLIENT).first()
    if not may_make(request):
        raise PermissionDenied
    if client is None or kind not in (DocumentKind.CLIENT_STATEMENT, DocumentKind.DISCLOSURE):
        raise Http404
    is_statement = kind == DocumentKind.CLIENT_STATEMENT

    def do(data: dict[str, Any]) -> Done:
        common = {
            "book_id": data["book"].pk,
            "client_id": client_id,
            "locale": data["locale"],
            "issued_on": data["issued_on"],
            "maker_id": staff_of(request).pk,
        }
        made = (
            issue_client_statement(since=data["since"], until=data["until"], **common)
            if is_statement
            else issue_disclosure(disclosure_id=data["disclosure"].pk, **common)
        )
        return made_done(made, request)

    book_id = FinancingContract.objects.filter(client=client).values_list("book_id", flat=True).last()
    initial = defaults(client, book_id)
    if is_statement and book_id is not None:
        initial |= last_closed_month(book_id)
    return confirm_and_do(
        request,
        confirmation=Confirmation(
            title=f"{DocumentKind(kind).label} · {client.display_name}",
            question=KEPT,
            button=_("Make the document"),
            back=page_of_key(Party, client_id, request),
            keeps_form=True,
        ),
        do=do,
        form_class=StatementForm if is_statement else DisclosureForm,
        initial=initial,
        model=Document,
    )


def defaults(client: Party, book_id: int | None) -> dict[str, object]:
    """The client's language, and the open day or the newest one."""
    found: dict[str, object] = {"locale": client.locale, "book": book_id}
    if book_id is not None:
        found["issued_on"] = open_business_date(book_id=book_id) or newest_day(book_id)
    return found


def newest_day(book_id: int) -> dt.date | None:
    days = BusinessDay.objects.filter(book_id=book_id).order_by("-business_date")
    return days.values_list("business_date", flat=True).first()


def last_closed_month(book_id: int) -> dict[str, object]:
    """From the first of the month to the newest closed day."""
    closed = BusinessDay.objects.filter(book_id=book_id, status=BusinessDay.Status.CLOSED)
    newest = closed.order_by("-business_date").values_list("business_date", flat=True).first()
    return {"since": newest.replace(day=1), "until": newest} if newest else {}


def made_done(made: Document, request: HttpRequest) -> Done:
    """What to say of a document that was made, or had been made before from the same inputs."""
    return Done(
        sentence=_("%(kind)s %(reference)s has been made.")
        % {"kind": DocumentKind(made.kind).label, "reference": made.reference},
        href=page_of_key(Document, made.pk, request),
    )
