"""Trades, the lines that could not be booked, and the stages of corporate actions."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import day, related
from accounts.admin.columns import code_column, column, day_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import Cell, Column, Look, Panel, Table, Tone, chip
from accounts.admin.read_only import LongListMixin, ReadOnlyAdmin
from clearing.settlement.models import CorporateActionStep, RejectedTrade, Side, Trade
from ledger.admin.amounts import AmountsAdmin, amount_column

TONES_OF_SIDE = {Side.BUY: Tone.INFO, Side.SELL: Tone.NOTICE}


@admin.register(Trade)
class TradeAdmin(LongListMixin, AmountsAdmin[Trade]):
    tones = {"side": TONES_OF_SIDE}
    unit_path = "instrument.currency"
    list_display = [
        code_column(Trade, "broker_reference"),
        column(lambda row: row.contract.code, name="contract", label=gettext_lazy("contract")),
        column(lambda row: row.instrument.unit.code, name="security", label=gettext_lazy("security")),
        state_column(Trade, "side", TONES_OF_SIDE),
        column(
            lambda row: f"{row.quantity:,}",
            name="num_quantity",
            label=gettext_lazy("quantity"),
            ordering="quantity",
        ),
        amount_column(Trade, "price_minor", unit="instrument.currency"),
        amount_column(Trade, "net_minor", unit="instrument.currency"),
        day_column(Trade, "trade_date"),
        day_column(Trade, "settlement_date"),
        day_column(Trade, "settled_on"),
    ]
    list_filter = [rows("book"), choices("side"), days("trade_date"), days("settled_on")]
    list_select_related = ["contract", "instrument__unit", "instrument__currency"]
    search_fields = ["=broker_reference", "contract__code", "=liquidation_order_reference"]
    ordering = ["-id"]

    def headline(self, row: Trade) -> list[Cell]:
        settled = chip(_("settled"), Tone.GOOD) if row.settled_on else chip(_("not settled yet"), Tone.NOTICE)
        return [*super().headline(row), settled]


@admin.register(RejectedTrade)
class RejectedTradeAdmin(ReadOnlyAdmin[RejectedTrade]):
    list_display = [day_column(RejectedTrade, "business_date"), "line_number", "reason", "explanation"]
    list_filter = [rows("book"), days("business_date")]
    search_fields = ["reason", "raw"]
    ordering = ["-id"]


@admin.register(CorporateActionStep)
class CorporateActionStepAdmin(ReadOnlyAdmin[CorporateActionStep]):
    tones = {"stage": {}}
    list_display = ["action", state_column(CorporateActionStep, "stage"), "business_date"]
    list_filter = [choices("stage")]
    list_select_related = ["action"]
    ordering = ["-id"]

    def panels(self, request: HttpRequest, row: CorporateActionStep) -> list[Panel]:
        entries = Table(
            title=_("Entries"),
            columns=[Column(_("entry"), Look.NUMBER), Column(_("custodian")), Column(_("booking date"))],
            rows=[
                [
                    related(one.entry, request, str(one.entry_id)),
                    related(one.custodian, request),
                    day(one.entry.booking_date),
                ]
                for one in row.entries.select_related("entry", "custodian")
            ],
            empty=_("Nobody held the security, so nothing was booked."),
        )
        return [self.facts(request, row), entries]
