"""What accounts and entries are made of: units, the chart of accounts, the table of kinds, sessions."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import list_of
from accounts.admin.columns import column, day_column, state_column
from accounts.admin.filters import choices
from accounts.admin.panels import Column, Link, Panel, Table, chip, text
from accounts.admin.read_only import ReadOnlyAdmin
from ledger.admin.names import category_name, kind_name
from ledger.models import Account, AccountCategory, EntryKind, TradingSession, Unit


@admin.register(Unit)
class UnitAdmin(ReadOnlyAdmin[Unit]):
    tones = {"kind": {}}
    list_display = ["code", "name", state_column(Unit, "kind"), "exponent"]
    list_filter = [choices("kind")]
    search_fields = ["code", "name"]
    ordering = ["kind", "code"]


@admin.register(AccountCategory)
class AccountCategoryAdmin(ReadOnlyAdmin[AccountCategory]):
    tones = {"type": {}, "normal_side": {}}
    list_display = [
        "number",
        column(lambda row: str(category_name(row)), name="name", label=gettext_lazy("name")),
        state_column(AccountCategory, "type"),
        state_column(AccountCategory, "normal_side"),
    ]
    list_filter = [choices("type")]
    ordering = ["number"]

    def row_name(self, row: AccountCategory) -> str:
        return f"{row.number} {category_name(row)}"

    def panels(self, request: HttpRequest, row: AccountCategory) -> list[Panel]:
        accounts = list_of(Account, request, f"category__number__exact={row.pk}")
        facts = self.facts(request, row)
        listed = Table(
            title=_("Accounts of this category"),
            columns=[],
            rows=[],
            empty=_("They are in the list of ledger accounts."),
            links=[Link(_("Show them"), accounts)],
        )
        return [facts, listed]


@admin.register(EntryKind)
class EntryKindAdmin(ReadOnlyAdmin[EntryKind]):
    tones = {"restriction_scope": {}}
    list_display = [
        "code",
        column(lambda row: str(kind_name(row.code)), name="name", label=gettext_lazy("name")),
        state_column(EntryKind, "restriction_scope"),
    ]
    search_fields = ["code"]
    ordering = ["code"]

    def row_name(self, row: EntryKind) -> str:
        return str(kind_name(row.code))

    def panels(self, request: HttpRequest, row: EntryKind) -> list[Panel]:
        flows = Table(
            title=_("Permitted flows"),
            columns=[Column(_("from")), Column(_("to")), Column(_("direction"))],
            rows=[
                [text(flow.from_ring), text(flow.to_ring), chip(flow.get_direction_display())]
                for flow in row.flows.order_by("direction", "from_ring", "to_ring")
            ],
            empty=_("This kind moves nothing between rings or with the world outside."),
        )
        return [self.facts(request, row), flows]


@admin.register(TradingSession)
class TradingSessionAdmin(ReadOnlyAdmin[TradingSession]):
    list_display = [day_column(TradingSession, "session_date"), "calendar_code"]
    list_filter = ["calendar_code"]
    ordering = ["-session_date"]
