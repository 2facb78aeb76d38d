"""Statements as the custodians sent them: lines, balances, holdings, findings, and the original file."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from accounts.admin.cells import count, day, instant, related
from accounts.admin.columns import code_column, day_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import (
    Act,
    Cell,
    Column,
    Facts,
    Look,
    Panel,
    Table,
    Tone,
    chip,
    code,
    number,
    text,
)
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.stored_texts import stored_text
from custody.admin.replacements import replacement_panels
from custody.models import Statement, StatementKind, StatementState
from ledger.admin.amounts import amount

TONES_OF_STATE = {
    StatementState.ACCEPTED: Tone.GOOD,
    StatementState.MARKED: Tone.WARN,
    StatementState.UNREADABLE: Tone.BAD,
}
MOST_LINES = 500


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin[Statement]):
    tones = {"kind": {}, "state": TONES_OF_STATE}
    list_display = [
        day_column(Statement, "statement_date"),
        "custodian",
        state_column(Statement, "kind"),
        code_column(Statement, "external_number"),
        code_column(Statement, "file_name"),
        state_column(Statement, "state", TONES_OF_STATE),
        day_column(Statement, "received_on"),
    ]
    list_filter = [
        rows("book"),
        rows("custodian"),
        choices("kind"),
        choices("state"),
        days("statement_date"),
    ]
    list_select_related = ["custodian"]
    search_fields = ["external_number", "file_name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Statement]:
        return super().get_queryset(request).defer("original")

    def get_urls(self) -> list[URLPattern]:
        original = path(
            "<int:statement_id>/original/",
            self.admin_site.admin_view(self.original_view),
            name="custody_statement_original",
        )
        return [original, *super().get_urls()]

    def original_view(self, request: HttpRequest, statement_id: int) -> HttpResponse:
        """The bytes as they came, never shown in the browser: somebody outside wrote them."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = Statement.objects.filter(pk=statement_id).values_list("original", "file_name").first()
        if found is None:
            raise Http404
        response = HttpResponse(bytes(found[0]), content_type="application/octet-stream")
        name = "".join(one if one.isalnum() or one in "._-" else "_" for one in found[1])
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["X-Content-Type-Options"] = "nosniff"
        return response

    def page_title(self, row: Statement) -> str:
        return f"{row.custodian} {row.get_kind_display()} {row.statement_date.isoformat()}"

    def acts(self, request: HttpRequest, row: Statement) -> list[Act]:
        return [Act(_("Download the original"), reverse("admin:custody_statement_original", args=[row.pk]))]

    def panels(self, request: HttpRequest, row: Statement) -> list[Panel]:
        found: list[Panel] = [self._origin(request, row), self._findings(row)]
        found += replacement_panels(request, row)
        if row.kind == StatementKind.HOLDINGS:
            found.append(self._holdings(row))
        elif row.kind == StatementKind.CASH:
            found += [self._balances(row), self._lines(row)]
        return found

    def _origin(self, request: HttpRequest, row: Statement) -> Facts:
        return Facts(
            title=_("Statement"),
            items=[
                (_("Custodian"), related(row.custodian, request)),
                (_("Statement date"), day(row.statement_date)),
                (_("Custodian's number"), text(row.external_number or "—")),
                (_("Sequence"), number("—" if row.sequence_number is None else str(row.sequence_number))),
                (_("Received on"), day(row.received_on)),
                (_("Imported by"), related(row.maker, request, row.maker.get_full_name())),
                (_("Recorded at"), instant(row.recorded_at)),
                (_("Format"), text(row.format)),
                (_("File"), code(row.file_name)),
                (_("SHA-256"), code(bytes(row.sha256).hex())),
            ],
        )

    def _findings(self, row: Statement) -> Table:
        findings: list[dict[str, Any]] = row.findings
        return Table(
            title=_("Findings"),
            columns=[
                Column(_("check")),
                Column(_("where"), Look.CODE),
                Column(_("what was found"), Look.PROSE),
                Column(_("consequence")),
            ],
            rows=[
                [
                    text(stored_text(str(finding.get("code", "")))),
                    code(str(finding.get("pointer", ""))),
                    Cell(str(finding.get("detail", "")), look=Look.PROSE),
                    chip(_("blocks its use"), Tone.BAD)
                    if finding.get("stops")
                    else chip(_("noted only"), Tone.NOTICE),
                ]
                for finding in findings
            ],
            empty=_("Footing, continuity, sequence and duplicates were checked; nothing was found."),
        )

    def _balances(self, row: Statement) -> Table:
        stated = row.balances.select_related("custody_account", "unit").order_by("custody_account", "unit")
        return Table(
            title=_("Balances as stated"),
            columns=[
                Column(_("custody account"), Look.CODE),
                Column(_("unit")),
                Column(_("opening balance"), Look.NUMBER),
                Column(_("movement"), Look.NUMBER),
                Column(_("closing balance"), Look.NUMBER),
            ],
            rows=[
                [
                    code(one.custody_account.external_number),
                    text(one.unit.code),
                    amount(one.opening_minor, one.unit.exponent),
                    amount(one.closing_minor - one.opening_minor, one.unit.exponent),
                    amount(one.closing_minor, one.unit.exponent),
                ]
                for one in stated
            ],
            empty=_("No balance was stated."),
        )

    def _lines(self, row: Statement) -> Table:
        lines = list(
            row.entries.select_related("custody_account", "unit").order_by("sequence")[: MOST_LINES + 1]
        )
        return Table(
            title=_("Movements"),
            columns=[
                Column("#", Look.NUMBER),
                Column(_("custody account"), Look.CODE),
                Column(_("booking date")),
                Column(_("value date")),
                Column(_("type")),
                Column(_("amount"), Look.NUMBER),
                Column(_("unit")),
                Column(_("bank's reference"), Look.CODE),
                Column(_("our reference"), Look.CODE),
            ],
            rows=[
                [
                    number(str(line.sequence)),
                    code(line.custody_account.external_number),
                    day(line.booking_date),
                    day(line.value_date),
                    text(stored_text(line.type)),
                    amount(line.amount_minor, line.unit.exponent),
                    text(line.unit.code),
                    code(line.bank_reference),
                    code(line.account_reference or "—"),
                ]
                for line in lines[:MOST_LINES]
            ],
            empty=_("Nothing moved on this day."),
            note=_("Only the first %(number)d movements are shown; the original has them all.")
            % {"number": MOST_LINES}
            if len(lines) > MOST_LINES
            else "",
        )

    def _holdings(self, row: Statement) -> Table:
        held = row.holdings.select_related("custody_account", "unit").order_by(
            "custody_account", "unit__code"
        )
        return Table(
            title=_("Holdings as stated"),
            columns=[
                Column(_("custody account"), Look.CODE),
                Column(_("security")),
                Column(_("settled"), Look.NUMBER),
                Column(_("available"), Look.NUMBER),
            ],
            rows=[
                [
                    code(one.custody_account.external_number),
                    text(one.unit.code),
                    count(one.settled_quantity),
                    count(one.available_quantity),
                ]
                for one in held
            ],
            empty=_("Nothing is held."),
        )
