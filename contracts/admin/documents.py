"""Documents: the list, one with what it was made from, its download, and making one of a contract."""

import json

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.cells import instant, list_of, page_of_key, related
from accounts.admin.columns import code_column, column, day_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import Act, Cell, Facts, Look, Panel, Tone, chip, code, text
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.refusals import refusal_sentence
from accounts.models import PartyLocale
from contracts.documents.templates import template_version
from contracts.models import Document, DocumentKind, FinancingContract
from contracts.services.documents import DocumentDamaged, UnknownDocument, hand_out, issue_agreement
from ledger.queries.days import open_business_date


class LanguageForm(forms.Form):
    locale = forms.ChoiceField(label=gettext_lazy("Language"), choices=PartyLocale.choices)
    issued_on = forms.DateField(
        label=gettext_lazy("Issued on"), widget=forms.DateInput(attrs={"type": "date"})
    )


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin[Document]):
    list_display = [
        code_column(Document, "reference"),
        state_column(Document, "kind"),
        column(lambda row: str(row.client), name="client", label=gettext_lazy("client")),
        column(
            lambda row: row.contract.code if row.contract else None,
            name="contract",
            label=gettext_lazy("contract"),
        ),
        state_column(Document, "locale"),
        day_column(Document, "issued_on"),
    ]
    list_filter = [rows("book"), choices("kind"), choices("locale"), days("issued_on")]
    list_select_related = ["client", "contract"]
    search_fields = ["reference", "client__code", "contract__code", "sha256", "inputs_sha256"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        return super().get_queryset(request).defer("content", "inputs")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:document_id>/file/", view(self.file_view), name="contracts_document_file"),
            path(
                "of-contract/<int:contract_id>/",
                view(self.agreement_view),
                name="contracts_document_agreement",
            ),
        ]
        return [*own, *super().get_urls()]

    def file_view(self, request: HttpRequest, document_id: int) -> HttpResponse:
        """The file, compared with its hash on the way out."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            document = hand_out(document_id=document_id)
        except UnknownDocument:
            raise Http404 from None
        except DocumentDamaged as damaged:
            return HttpResponse(
                refusal_sentence(damaged), status=409, content_type="text/plain; charset=utf-8"
            )
        response = HttpResponse(bytes(document.content), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{document.reference}.{document.locale}.pdf"'
        response["X-Content-Type-Options"] = "nosniff"
        response["ETag"] = f'"{document.sha256}"'
        return response

    def agreement_view(self, request: HttpRequest, contract_id: int) -> HttpResponse:
        if not may_make(request):
            raise PermissionDenied
        contract = FinancingContract.objects.select_related("client", "book").filter(pk=contract_id).first()
        if contract is None:
            raise Http404

        def do(data: dict[str, object]) -> Done:
            made = issue_agreement(
                contract_id=contract_id,
                locale=str(data["locale"]),
                issued_on=data["issued_on"],  # type: ignore[arg-type]
                maker_id=staff_of(request).pk,
            )
            return made_sentence(made, request)

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=_("Contract document of %(contract)s") % {"contract": contract.code},
                question=_("It is numbered and kept for good, with the terms that hold on the day of issue."),
                button=_("Make the document"),
                back=page_of_key(FinancingContract, contract_id, request),
            ),
            do=do,
            form_class=LanguageForm,
            initial={
                "locale": contract.client.locale,
                "issued_on": open_business_date(book_id=contract.book_id) or contract.opened_on,
            },
            model=Document,
        )

    def page_title(self, row: Document) -> str:
        return row.reference

    def acts(self, request: HttpRequest, row: Document) -> list[Act]:
        return [Act(_("Download"), reverse("admin:contracts_document_file", args=[row.pk]), Tone.INFO)]

    def panels(self, request: HttpRequest, row: Document) -> list[Panel]:
        templates = (
            chip(_("the templates of today"), Tone.GOOD)
            if row.template_version == template_version()
            else chip(_("earlier templates"), Tone.NEUTRAL)
        )
        return [
            Facts(
                title=_("Document"),
                items=[
                    (_("Kind"), text(row.get_kind_display())),
                    (_("Language"), text(row.get_locale_display())),
                    (_("Issued on"), text(row.issued_on.isoformat())),
                    (_("Client"), related(row.client, request)),
                    (_("Contract"), related(row.contract, request)),
                    (_("Subject"), code(row.subject)),
                    (_("Book"), related(row.book, request)),
                    (_("Maker"), related(row.maker, request)),
                    (_("Recorded at"), instant(row.recorded_at)),
                ],
            ),
            Facts(
                title=_("Evidence"),
                items=[
                    (_("SHA-256 of the file"), code(row.sha256)),
                    (_("SHA-256 of the inputs"), code(row.inputs_sha256)),
                    (_("Version of the templates"), code(row.template_version)),
                    (_("Made with"), templates),
                ],
                note=_("The same inputs, templates, language and number give the same bytes."),
            ),
            Facts(
                title=_("Inputs"),
                items=[
                    (name, Cell(json.dumps(value, ensure_ascii=False), look=Look.CODE))
                    for name, value in json.loads(row.inputs).items()
                ],
            ),
        ]


def may_make(request: HttpRequest) -> bool:
    """Whether this person may have documents made."""
    return request.user.has_perm("contracts.add_document")


def documents_to_make(request: HttpRequest, contract: FinancingContract) -> list[Act]:
    """The documents that this person may have made of a contract, and where those are that were made."""
    found = [Act(_("Its documents"), list_of(Document, request, f"contract__id__exact={contract.pk}"))]
    if may_make(request):
        found.append(
            Act(
                _("Make the contract document"),
                reverse("admin:contracts_document_agreement", args=[contract.pk]),
            )
        )
    return found


def made_sentence(made: Document, request: HttpRequest) -> Done:
    """What to say of a document that was made, or had been made before from the same inputs."""
    return Done(
        sentence=_("%(kind)s %(reference)s is there.")
        % {"kind": DocumentKind(made.kind).label, "reference": made.reference},
        href=page_of_key(Document, made.pk, request),
    )
