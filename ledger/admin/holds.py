"""Holds, each with what became of it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.approvals import person
from accounts.admin.cells import day, instant, page_of, page_of_key, related
from accounts.admin.columns import code_column, column, day_column
from accounts.admin.filters import days, rows
from accounts.admin.panels import NOTHING, Cell, Column, Look, Panel, Table, Tone, chip, number, text
from accounts.admin.read_only import LongListMixin
from accounts.admin.stored_texts import stored_text
from ledger.admin.amounts import AmountsAdmin, amount, amount_column
from ledger.models import Account, Hold, HoldEvent, JournalEntry
from ledger.queries.holds import open_holds

TONES_OF_EVENT = {
    HoldEvent.Event.POSTED: Tone.GOOD,
    HoldEvent.Event.RELEASED: Tone.NEUTRAL,
    HoldEvent.Event.EXPIRED: Tone.WARN,
}


@admin.register(Hold)
class HoldAdmin(LongListMixin, AmountsAdmin[Hold]):
    unit_path = "account.unit"
    list_display = [
        column(str, name="code_hold", label=gettext_lazy("hold")),
        code_column(Hold, "account.address", label=gettext_lazy("account")),
        amount_column(Hold, "amount_minor", unit="account.unit"),
        amount_column(Hold, "open_minor", unit="account.unit"),
        day_column(Hold, "placed_on"),
        day_column(Hold, "expires_on"),
    ]
    list_filter = [rows("book"), days("placed_on")]
    list_select_related = ["account__unit"]
    search_fields = ["=source", "account__address"]
    ordering = ["-id"]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Hold | None:
        found: QuerySet[Hold] = self.get_queryset(request).select_related("book", "account__unit", "maker")
        return found.filter(pk=object_id).first() if object_id.isdigit() else None

    def panels(self, request: HttpRequest, row: Hold) -> list[Panel]:
        return [self.facts(request, row), self._events(request, row)]

    def _events(self, request: HttpRequest, row: Hold) -> Table:
        found: Any = row.events.select_related("maker").order_by("id")
        return Table(
            title=_("Later events of this hold"),
            columns=[
                Column(_("event")),
                Column(_("amount"), Look.NUMBER),
                Column(_("business date")),
                Column(_("entry"), Look.NUMBER),
                Column(_("reason"), Look.PROSE),
                Column(_("actor")),
                Column(_("recorded at")),
            ],
            rows=[
                [
                    chip(one.get_event_display(), TONES_OF_EVENT[one.event]),
                    amount(one.amount_minor, row.account.unit.exponent),
                    day(one.business_date),
                    NOTHING
                    if one.entry_id is None
                    else number(str(one.entry_id), page_of_key(JournalEntry, one.entry_id, request)),
                    Cell(stored_text(one.reason), look=Look.PROSE),
                    related(one.maker, request, person(one.maker) or ""),
                    instant(one.recorded_at),
                ]
                for one in found
            ],
            empty=_("All of it is still held."),
        )


def open_holds_of(request: HttpRequest, account: Account) -> Table:
    """What holds an account's money back."""
    return Table(
        title=_("Open holds"),
        columns=[
            Column(_("source")),
            Column(_("reason"), Look.PROSE),
            Column(_("amount"), Look.NUMBER),
            Column(_("still held"), Look.NUMBER),
            Column(_("placed on")),
            Column(_("expires on")),
        ],
        rows=[
            [
                text(one.source, page_of(one, request)),
                Cell(stored_text(one.reason), look=Look.PROSE),
                amount(one.amount_minor, account.unit.exponent),
                amount(one.open_minor, account.unit.exponent),
                day(one.placed_on),
                day(one.expires_on),
            ]
            for one in open_holds(account_id=account.pk)[:50]
        ],
        empty=_("Nothing is held on this account."),
    )
