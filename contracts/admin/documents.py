"""Documents: the list, one with what it was made from, its download, and the ways to have one made."""

import json

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.approvals import person
from accounts.admin.cells import instant, related
from accounts.admin.columns import code_column, column, day_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import Act, Cell, Facts, Look, Panel, Tone, chip, code, text
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.refusals import refusal_sentence
from contracts.admin.document_making import of_client_view, of_contract_view
from contracts.documents.templates import template_version
from contracts.models import Document
from contracts.services.documents import DocumentDamaged, DocumentErased, UnknownDocument, hand_out


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin[Document]):
    empty_hint = gettext_lazy("A document is made on the page of its contract or client.")
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
                "of-contract/<int:contract_id>/<str:kind>/",
                view(of_contract_view),
                name="contracts_document_of_contract",
            ),
            path(
                "of-client/<int:client_id>/<str:kind>/",
                view(of_client_view),
                name="contracts_document_of_client",
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
        except (DocumentDamaged, DocumentErased) as refused:
            status = 410 if isinstance(refused, DocumentErased) else 409
            return HttpResponse(
                refusal_sentence(refused), status=status, content_type="text/plain; charset=utf-8"
            )
        response = HttpResponse(bytes(document.content), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{document.reference}.{document.locale}.pdf"'
        response["X-Content-Type-Options"] = "nosniff"
        response["ETag"] = f'"{document.sha256}"'
        return response

    def page_title(self, row: Document) -> str:
        return row.reference

    def acts(self, request: HttpRequest, row: Document) -> list[Act]:
        return [Act(_("Download"), reverse("admin:contracts_document_file", args=[row.pk]), Tone.INFO)]

    def panels(self, request: HttpRequest, row: Document) -> list[Panel]:
        templates = (
            chip(_("current templates"), Tone.GOOD)
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
                    (_("Maker"), related(row.maker, request, person(row.maker) or "")),
                    (_("Recorded at"), instant(row.recorded_at)),
                ],
            ),
            Facts(
                title=_("Evidence"),
                items=[
                    (_("SHA-256 of the file"), code(row.sha256)),
                    (_("SHA-256 of the inputs"), code(row.inputs_sha256)),
                    (_("Version of the templates"), code(row.template_version)),
                    (_("Templates"), templates),
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
