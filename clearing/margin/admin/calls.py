"""Margin calls: what was asked for, by when, and how it ended."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import day, percent, related
from accounts.admin.columns import column, day_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import NOTHING, Facts, Panel, text
from clearing.margin.admin.looks import TONES_OF_CALL
from clearing.margin.models import MarginCall
from ledger.admin.amounts import AmountsAdmin, amount, amount_column


@admin.register(MarginCall)
class MarginCallAdmin(AmountsAdmin[MarginCall]):
    tones = {"status": TONES_OF_CALL}
    unit_path = "contract.unit"
    list_display = [
        column(lambda row: row.contract.code, name="contract", label=gettext_lazy("contract")),
        column(lambda row: str(row.contract.client), name="client", label=gettext_lazy("client")),
        state_column(MarginCall, "status", TONES_OF_CALL),
        day_column(MarginCall, "opened_on"),
        day_column(MarginCall, "deadline_on"),
        amount_column(MarginCall, "deposit_minor", unit="contract.unit"),
        amount_column(MarginCall, "repay_minor", unit="contract.unit"),
        amount_column(MarginCall, "sell_minor", unit="contract.unit"),
        day_column(MarginCall, "closed_on"),
    ]
    list_filter = [rows("book"), choices("status"), days("opened_on"), days("deadline_on")]
    list_select_related = ["contract__client", "contract__unit"]
    search_fields = ["contract__code", "contract__client__code"]
    ordering = ["-opened_on", "-id"]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> MarginCall | None:
        found = MarginCall.objects.select_related("book", "contract__unit", "contract__client", "valuation")
        return found.filter(pk=object_id).first() if object_id.isdigit() else None

    def page_title(self, row: MarginCall) -> str:
        return f"{row.contract.code} · {row.opened_on.isoformat()}"

    def panels(self, request: HttpRequest, row: MarginCall) -> list[Panel]:
        unit = row.contract.unit
        facts = Facts(
            title=_("Any one of the three amounts ends the call"),
            items=[
                (_("Deposit"), amount(row.deposit_minor, unit.exponent, unit.code)),
                (_("Repay from outside"), amount(row.repay_minor, unit.exponent, unit.code)),
                (_("Sell"), amount(row.sell_minor, unit.exponent, unit.code)),
                (_("Target coverage"), percent(row.target_ppm)),
                (_("Deadline"), day(row.deadline_on)),
                (_("Why there is no deadline"), text(row.hold_reason) if row.hold_reason else NOTHING),
                (_("Opened on"), day(row.opened_on)),
                (_("Closed on"), day(row.closed_on)),
                (_("Client"), related(row.contract.client, request)),
                (_("Contract"), related(row.contract, request)),
                (_("Valuation"), related(row.valuation, request, row.valuation.business_date.isoformat())),
            ],
        )
        return [facts]
