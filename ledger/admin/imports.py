"""Imported files, each with its refused lines."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import list_act, staff_of
from accounts.admin.approvals import may_decide
from accounts.admin.columns import column, instant_column, state_column
from accounts.admin.filters import choices, rows
from accounts.admin.panels import Cell, Column, Look, Panel, Table, number, text
from accounts.admin.read_only import ReadOnlyAdmin
from ledger.admin.names import kind_name
from ledger.models import ImportFile

SHOWN = 200
"""How many refused lines a page shows; the report of the command has all."""


@admin.register(ImportFile)
class ImportFileAdmin(ReadOnlyAdmin[ImportFile]):
    hidden = ["content", "mapping", "profile"]
    list_display = [
        "name",
        "book",
        column(lambda row: str(kind_name(row.kind_id)), name="kind", label=gettext_lazy("kind")),
        state_column(ImportFile, "file_format"),
        "taken",
        "refused",
        instant_column(ImportFile, "recorded_at"),
    ]
    list_filter = [rows("book"), choices("file_format")]
    list_select_related = ["book"]
    search_fields = ["name", "sha256"]
    ordering = ["-id"]
    actions_list = ["upload_file"]

    def has_propose_permission(self, request: HttpRequest) -> bool:
        return may_decide(staff_of(request))

    @list_act(label=gettext_lazy("Upload a file"), url_path="upload")
    def upload_file(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:ledger_importupload_new"))

    def panels(self, request: HttpRequest, row: ImportFile) -> list[Panel]:
        refused = row.lines.filter(outcome="refused").order_by("line_no")[:SHOWN]
        return [
            self.facts(request, row),
            Table(
                title=_("Refused lines"),
                columns=[
                    Column(_("line"), Look.NUMBER),
                    Column(_("code")),
                    Column(_("reason"), Look.PROSE),
                    Column(_("text"), Look.PROSE),
                ],
                rows=[
                    [
                        number(str(line.line_no)),
                        text(line.code),
                        Cell(line.detail, look=Look.PROSE),
                        Cell(line.text, look=Look.PROSE),
                    ]
                    for line in refused
                ],
                empty=_("Every line was taken."),
            ),
        ]
