"""Instruments and what their issuers do."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import day, related
from accounts.admin.columns import column, day_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import Column, Look, Panel, Table, Tone, chip
from clearing.marks.admin.marks import TONES_OF_STATE
from clearing.marks.models import CorporateAction, Instrument, MarkState
from ledger.admin.amounts import AmountsAdmin, amount

NEWEST = 30


@admin.register(Instrument)
class InstrumentAdmin(AmountsAdmin[Instrument]):
    list_display = [
        column(
            lambda row: row.unit.code, name="security", label=gettext_lazy("security"), ordering="unit__code"
        ),
        column(lambda row: row.unit.name, name="name", label=gettext_lazy("name")),
        "currency",
        "calendar_code",
        "lot_size",
        "settlement_days",
    ]
    list_select_related = ["unit", "currency"]
    search_fields = ["unit__code", "unit__name"]

    def panels(self, request: HttpRequest, row: Instrument) -> list[Panel]:
        return [
            self.facts(request, row),
            self._marks(request, row),
            self._actions(request, row),
        ]

    def _marks(self, request: HttpRequest, row: Instrument) -> Table:
        newest = row.marks.order_by("-session_date")[:NEWEST]
        return Table(
            title=_("Newest marks"),
            columns=[Column(_("session")), Column(_("price"), Look.NUMBER), Column(_("state"))],
            rows=[
                [
                    related(mark, request, mark.session_date.isoformat()),
                    amount(mark.price_minor, row.currency.exponent),
                    chip(mark.get_state_display(), TONES_OF_STATE[MarkState(mark.state)]),
                ]
                for mark in newest
            ],
            empty=_("No mark was fixed yet."),
        )

    def _actions(self, request: HttpRequest, row: Instrument) -> Table:
        return Table(
            title=_("Corporate actions"),
            columns=[Column(_("kind")), Column(_("ex-date")), Column(_("pay date"))],
            rows=[
                [
                    related(action, request, action.get_kind_display()),
                    day(action.ex_date),
                    day(action.pay_date),
                ]
                for action in row.corporate_actions.order_by("-ex_date")[:NEWEST]
            ],
            empty=_("None was announced."),
        )


@admin.register(CorporateAction)
class CorporateActionAdmin(AmountsAdmin[CorporateAction]):
    tones = {"kind": {"split": Tone.NOTICE, "dividend": Tone.INFO}}
    list_display = [
        column(
            lambda row: row.instrument.unit.code,
            name="security",
            label=gettext_lazy("security"),
            ordering="instrument__unit__code",
        ),
        state_column(CorporateAction, "kind", {"split": Tone.NOTICE, "dividend": Tone.INFO}),
        day_column(CorporateAction, "announced_on"),
        day_column(CorporateAction, "ex_date"),
        day_column(CorporateAction, "record_date"),
        day_column(CorporateAction, "pay_date"),
    ]
    list_filter = [rows("book"), choices("kind"), days("ex_date")]
    list_select_related = ["instrument__unit"]
    search_fields = ["instrument__unit__code"]
    ordering = ["-ex_date"]

    def row_name(self, row: CorporateAction) -> str:
        return f"{row.instrument} · {row.get_kind_display()} · {row.ex_date.isoformat()}"
