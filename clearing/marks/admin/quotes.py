"""Price sources and what they delivered."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.admin.columns import code_column, instant_column
from accounts.admin.filters import rows
from accounts.admin.panels import Cell, Column, Look, Panel, Table, code, number, text
from accounts.admin.read_only import ReadOnlyAdmin
from clearing.marks.models import PriceSource, QuoteFile

MOST_REJECTED = 200


@admin.register(PriceSource)
class PriceSourceAdmin(ReadOnlyAdmin[PriceSource]):
    list_display = ["code", "label"]


@admin.register(QuoteFile)
class QuoteFileAdmin(ReadOnlyAdmin[QuoteFile]):
    hidden = ("original",)
    list_display = [
        code_column(QuoteFile, "file_name"),
        "source",
        instant_column(QuoteFile, "received_at"),
        "line_count",
        "rejected_count",
    ]
    list_filter = [rows("book"), rows("source")]
    list_select_related = ["source"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[QuoteFile]:
        return super().get_queryset(request).defer("original")

    def panels(self, request: HttpRequest, row: QuoteFile) -> list[Panel]:
        rejected = Table(
            title=_("Rejected lines"),
            columns=[
                Column(_("line"), Look.NUMBER),
                Column(_("reason")),
                Column(_("explanation"), Look.PROSE),
                Column(_("raw line"), Look.CODE),
            ],
            rows=[
                [
                    number(str(line.line_number)),
                    text(line.reason),
                    Cell(line.explanation, look=Look.PROSE),
                    code(line.raw),
                ]
                for line in row.rejected.all()[:MOST_REJECTED]
            ],
            empty=_("Every line could be read."),
        )
        return [self.facts(request, row), rejected]
