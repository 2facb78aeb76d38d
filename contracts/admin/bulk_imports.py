"""Bulk imports: the list, one with its original, and the page that checks and proposes a file."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import list_act, staff_of
from accounts.admin.approvals import TONES_OF_STATUS, person
from accounts.admin.cells import page_of
from accounts.admin.columns import column, instant_column, state_column
from accounts.admin.filters import choices, rows
from accounts.admin.panels import Act, Link, Panel, Tone
from accounts.admin.read_only import ReadOnlyAdmin
from contracts.admin.import_panels import form_table, import_facts, report_panels
from contracts.admin.import_templates import CSV_TYPE, XLSX_TYPE, template_csv, template_xlsx
from contracts.models import BulkImport
from contracts.services.imports.bulk import (
    COLUMNS,
    ImportHasFaults,
    ImportRequest,
    check_import,
    propose_import,
)
from contracts.services.imports.report import ImportReport, report_csv
from ledger.models import Book

MOST_BYTES = 50_000_000
Kind = BulkImport.Kind


class ImportForm(forms.Form):
    book = forms.ModelChoiceField(label=gettext_lazy("Book"), queryset=Book.objects.order_by("code"))
    kind = forms.ChoiceField(label=gettext_lazy("What it holds"), choices=Kind.choices)
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text=gettext_lazy(
            "CSV or XLSX with one sheet, at most 50 MB; the first line names the columns."
        ),
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding of a CSV file"), choices=BulkImport.Encoding.choices, required=False
    )

    def clean_file(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        ending = _ending(file)
        if ending == "xls":
            raise forms.ValidationError(_("This is an old Excel file; save it as XLSX or as CSV UTF-8."))
        if ending not in BulkImport.Format.values:
            raise forms.ValidationError(_("Choose a file whose name ends in .csv or .xlsx."))
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 50 MB; split it."))
        return file

    def request(self) -> ImportRequest:
        """What is asked of the service, once the form is valid."""
        data = self.cleaned_data
        return ImportRequest(
            book_id=data["book"].pk,
            kind=data["kind"],
            file_format=_ending(data["file"]),
            name=(data["file"].name or "")[-200:],
            content=data["file"].read(),
            encoding=data["encoding"] or BulkImport.Encoding.UTF_8,
        )


@admin.register(BulkImport)
class BulkImportAdmin(ReadOnlyAdmin[BulkImport]):
    empty_hint = gettext_lazy("A file is checked with the button above, and kept once it is proposed.")
    list_display = [
        "name",
        "book",
        state_column(BulkImport, "kind"),
        column(lambda row: f"{row.lines:,}", name="num_lines", label=gettext_lazy("lines")),
        column(
            lambda row: f"{row.subjects:,}", name="num_subjects", label=gettext_lazy("parties or contracts")
        ),
        state_column(BulkImport, "approval.status", TONES_OF_STATUS),
        column(lambda row: person(row.approval.maker), name="maker", label=gettext_lazy("maker")),
        column(lambda row: person(row.approval.checker), name="checker", label=gettext_lazy("checker")),
        instant_column(BulkImport, "carried_out_at"),
    ]
    list_filter = [rows("book"), choices("kind")]
    list_select_related = ["book", "approval__maker", "approval__checker"]
    search_fields = ["name", "sha256"]
    ordering = ["-id"]
    actions_list = ["check_file"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[BulkImport]:
        return super().get_queryset(request).defer("content")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:import_id>/file/", view(self.file_view), name="contracts_bulkimport_file"),
            path(
                "template/<str:kind>.<str:ending>",
                view(self.template_view),
                name="contracts_bulkimport_template",
            ),
        ]
        return [*own, *super().get_urls()]

    def page_title(self, row: BulkImport) -> str:
        return row.name

    def acts(self, request: HttpRequest, row: BulkImport) -> list[Act]:
        return [
            Act(_("Download"), reverse("admin:contracts_bulkimport_file", args=[row.pk]), Tone.INFO),
            Act(_("To the approval"), page_of(row.approval, request)),
        ]

    def panels(self, request: HttpRequest, row: BulkImport) -> list[Panel]:
        return [import_facts(request, row)]

    def file_view(self, request: HttpRequest, import_id: int) -> HttpResponse:
        """The original, byte for byte."""
        row = BulkImport.objects.filter(pk=import_id).first()
        if not self.has_view_permission(request):
            raise PermissionDenied
        if row is None:
            raise Http404
        kind = CSV_TYPE if row.file_format == BulkImport.Format.CSV else XLSX_TYPE
        return download(bytes(row.content), row.name, kind.partition(";")[0])

    def template_view(self, request: HttpRequest, kind: str, ending: str) -> HttpResponse:
        """The column names and an example line."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if kind not in Kind.values or ending not in BulkImport.Format.values:
            raise Http404
        if ending == BulkImport.Format.CSV:
            return download(template_csv(COLUMNS[kind]), f"{kind}.csv", CSV_TYPE)
        return download(template_xlsx(COLUMNS[kind], kind), f"{kind}.xlsx", XLSX_TYPE)

    def has_propose_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("contracts.add_bulkimport")

    @list_act(label=gettext_lazy("Check a file"), url_path="check")
    def check_file(self, request: HttpRequest) -> HttpResponse:
        """The dry run, its report as a file, and the proposal: each from the same form."""
        if request.method != "POST":
            chosen = {
                "kind": request.GET.get("kind", Kind.CONTRACTS),
                "book": Book.objects.order_by("code").first(),
            }
            return self._page(request, ImportForm(initial=chosen), None)
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, form, None)
        asked = form.request()
        match request.POST.get("act"):
            case "propose":
                try:
                    report, kept = propose_import(request=asked, maker_id=staff_of(request).pk)
                except ImportHasFaults as refused:
                    return self._page(request, form, refused.report)
                said = (
                    _("Proposed to a colleague.")
                    if not report.is_replay
                    else _("This file was proposed or taken in before.")
                )
                messages.success(request, said)
                return HttpResponseRedirect(reverse("admin:contracts_bulkimport_change", args=[kept.pk]))
            case "report":
                name = f"{PurePath(asked.name).stem}-faults.csv"
                content = report_csv(report=check_import(request=asked)).encode("utf-8-sig")
                return download(content, name, CSV_TYPE)
            case _:
                return self._page(request, form, check_import(request=asked))

    def _page(self, request: HttpRequest, form: ImportForm, report: ImportReport | None) -> HttpResponse:
        """The form with the report below it, or for the script of the page the report alone."""
        kind = form.data.get("kind") or Kind.CONTRACTS
        context: dict[str, Any] = {
            "form": form,
            "report": report,
            "panels": report_panels(report, COLUMNS[kind]) if report is not None else [],
        }
        if request.headers.get("HX-Request"):
            return TemplateResponse(request, "plimsoll/import_report.html", context)
        page = {
            **self.admin_site.each_context(request),
            "title": _("Check a file"),
            "subtitle": None,
            "opts": self.opts,
            "back": reverse("admin:contracts_bulkimport_changelist"),
            "templates": [
                Link(
                    f"{label} ({ending.upper()})",
                    reverse("admin:contracts_bulkimport_template", args=[kind, ending]),
                )
                for kind, label in (
                    (Kind.CONTRACTS.value, _("Template of contracts")),
                    (Kind.PARTIES.value, _("Template of parties")),
                )
                for ending in BulkImport.Format.values
            ],
            "form_panels": [
                form_table(COLUMNS[Kind.CONTRACTS], _("Columns of contracts: a line for each tranche")),
                form_table(COLUMNS[Kind.PARTIES], _("Columns of parties")),
            ],
        }
        return TemplateResponse(request, "plimsoll/import.html", context | page)


def download(content: bytes, name: str, kind: str) -> HttpResponse:
    """A file that a browser saves and never shows."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _ending(file: "UploadedFile[Any]") -> str:
    return PurePath(file.name or "").suffix.lower()[1:]
