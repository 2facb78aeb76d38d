"""Levels in force and how they changed."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import instant, related
from accounts.admin.columns import column, day_column, stored_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import Cell, Facts, Panel, text
from accounts.admin.read_only import LongListMixin, ReadOnlyAdmin
from accounts.admin.stored_texts import stored_text
from clearing.margin.admin.looks import level_chip, level_html
from clearing.margin.models import ContractLevel, LevelChange
from ledger.admin.amounts import ppm_column


@admin.register(ContractLevel)
class ContractLevelAdmin(ReadOnlyAdmin[ContractLevel]):
    list_display = [
        column(lambda row: row.contract.code, name="contract", label=gettext_lazy("contract")),
        column(lambda row: str(row.contract.client), name="client", label=gettext_lazy("client")),
        column(
            lambda row: level_html(row.level, row.side_state),
            name="level",
            label=gettext_lazy("level"),
            ordering="level",
        ),
        ppm_column(
            ContractLevel, "change.valuation.coverage_ppm", label=gettext_lazy("coverage at the change")
        ),
        day_column(ContractLevel, "since"),
        column(lambda row: stored_text(row.change.reason), name="reason", label=gettext_lazy("reason")),
    ]
    list_filter = [rows("book"), choices("level"), choices("side_state"), days("since")]
    list_select_related = ["contract__client", "change__valuation"]
    search_fields = ["contract__code", "contract__client__code"]
    ordering = ["-level", "contract__code"]

    def page_title(self, row: ContractLevel) -> str:
        return row.contract.code

    def panels(self, request: HttpRequest, row: ContractLevel) -> list[Panel]:
        return [
            Facts(
                title=_("Level in force"),
                items=[
                    (_("Level"), level_chip(row.level, row.side_state)),
                    (_("Contract"), related(row.contract, request)),
                    (_("Since"), text(row.since.isoformat())),
                    (_("Last known level"), level_chip(row.known_level)),
                    (_("Change"), related(row.change, request, stored_text(row.change.reason))),
                ],
            )
        ]


@admin.register(LevelChange)
class LevelChangeAdmin(LongListMixin, ReadOnlyAdmin[LevelChange]):
    list_display = [
        day_column(LevelChange, "business_date"),
        column(lambda row: row.contract.code, name="contract", label=gettext_lazy("contract")),
        column(
            lambda row: level_html(row.from_level, row.from_side_state),
            name="from",
            label=gettext_lazy("from"),
        ),
        column(lambda row: level_html(row.to_level, row.to_side_state), name="to", label=gettext_lazy("to")),
        stored_column(LevelChange, "reason"),
    ]
    list_filter = [rows("book"), days("business_date"), choices("to_level"), choices("to_side_state")]
    list_select_related = ["contract"]
    search_fields = ["contract__code"]
    ordering = ["-id"]

    def page_title(self, row: LevelChange) -> str:
        return f"{row.contract.code} · {row.business_date.isoformat()}"

    def headline(self, row: LevelChange) -> list[Cell]:
        return [
            level_chip(row.from_level, row.from_side_state),
            text("→"),
            level_chip(row.to_level, row.to_side_state),
        ]

    def panels(self, request: HttpRequest, row: LevelChange) -> list[Panel]:
        return [
            Facts(
                title=_("Change of level"),
                items=[
                    (_("Contract"), related(row.contract, request)),
                    (_("Valuation"), related(row.valuation, request, row.business_date.isoformat())),
                    (_("Reason"), text(stored_text(row.reason))),
                    (_("Recorded at"), instant(row.recorded_at)),
                ],
            )
        ]
