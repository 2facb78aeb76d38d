"""Breaks: what does not agree, since when, and why."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import day, related
from accounts.admin.columns import column, day_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import NOTHING, Facts, Panel, SideBySide, Tone, code, text
from clearing.reconciliation.models import BreakStatus, ReconciliationBreak
from ledger.admin.amounts import AmountsAdmin, amount, amount_column

TONES_OF_STATUS = {
    BreakStatus.OPEN: Tone.BAD,
    BreakStatus.ASSIGNED: Tone.NOTICE,
    BreakStatus.CLOSED: Tone.GOOD,
}


@admin.register(ReconciliationBreak)
class ReconciliationBreakAdmin(AmountsAdmin[ReconciliationBreak]):
    tones = {"status": TONES_OF_STATUS, "kind": {}}
    list_display = [
        day_column(ReconciliationBreak, "first_seen_on"),
        column(lambda row: row.get_kind_display(), name="kind", label=gettext_lazy("kind"), ordering="kind"),
        "custodian",
        "custody_account",
        amount_column(ReconciliationBreak, "ledger_minor", unit="unit"),
        amount_column(ReconciliationBreak, "external_minor", unit="unit"),
        amount_column(ReconciliationBreak, "difference_minor", unit="unit"),
        state_column(ReconciliationBreak, "status", TONES_OF_STATUS),
        day_column(ReconciliationBreak, "closed_on"),
    ]
    list_filter = [
        rows("book"),
        choices("status"),
        choices("kind"),
        rows("custodian"),
        days("first_seen_on"),
    ]
    list_select_related = ["custodian", "custody_account", "unit"]
    search_fields = ["subject", "cause"]
    ordering = ["-first_seen_on", "-id"]

    def page_title(self, row: ReconciliationBreak) -> str:
        return f"{row.get_kind_display()} · {row.first_seen_on.isoformat()}"

    def panels(self, request: HttpRequest, row: ReconciliationBreak) -> list[Panel]:
        exponent, unit = (row.unit.exponent, row.unit.code) if row.unit else (0, "")
        ours = Facts(
            title=_("In the ledger"),
            items=[
                (_("Amount"), amount(row.ledger_minor, exponent, unit)),
                (_("Entry"), related(row.entry, request, str(row.entry_id))),
                (_("Narration"), text(row.entry.narration) if row.entry else NOTHING),
                (_("Source"), text(row.entry.source_reference) if row.entry else NOTHING),
            ],
        )
        line = row.statement_entry
        theirs = Facts(
            title=_("At the custodian"),
            items=[
                (_("Amount"), amount(row.external_minor, exponent, unit)),
                (_("Statement"), related(line.statement if line else row.statement, request)),
                (_("Bank's reference"), code(line.bank_reference) if line else NOTHING),
                (_("Description"), text(line.description or "—") if line else NOTHING),
            ],
        )
        return [self._outline(request, row), SideBySide(ours, theirs)]

    def _outline(self, request: HttpRequest, row: ReconciliationBreak) -> Facts:
        exponent, unit = (row.unit.exponent, row.unit.code) if row.unit else (0, "")
        return Facts(
            title=_("Break"),
            items=[
                (_("Difference"), amount(row.difference_minor, exponent, unit)),
                (_("First seen on"), day(row.first_seen_on)),
                (_("First run"), related(row.first_run, request)),
                (_("Custodian"), related(row.custodian, request)),
                (_("Custody account"), related(row.custody_account, request)),
                (_("Owner"), related(row.owner, request)),
                (_("Cause"), text(row.cause or "—")),
                (_("Closed on"), day(row.closed_on)),
                (_("Closed by the run"), related(row.closing_run, request)),
                (_("Subject"), code(row.subject)),
            ],
        )
