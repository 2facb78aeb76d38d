"""Parties and the messages to them."""

from collections.abc import Callable, Sequence

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.admin.cells import instant
from accounts.admin.columns import code_column, instant_column, state_column
from accounts.admin.filters import choices
from accounts.admin.panels import Act, Column, Look, Panel, Table, Tone, text
from accounts.admin.read_only import LongListMixin, ReadOnlyAdmin
from accounts.models import OutboxMessage, Party, PartyStatus

TONES_OF_STATUS = {
    PartyStatus.ACTIVE: Tone.GOOD,
    PartyStatus.SUSPENDED: Tone.WARN,
    PartyStatus.CLOSED: Tone.NEUTRAL,
}
NEWEST = 20
ACTS_OF_PARTY: list[Callable[[HttpRequest, Party], Sequence[Act]]] = []
"""What higher apps let a person do with a party; each adds its own, since imports run downwards."""


@admin.register(Party)
class PartyAdmin(ReadOnlyAdmin[Party]):
    tones = {"kind": {}, "status": TONES_OF_STATUS}
    list_display = [
        code_column(Party, "code"),
        "display_name",
        state_column(Party, "kind"),
        "locale",
        state_column(Party, "status", TONES_OF_STATUS),
    ]
    list_filter = [choices("kind"), choices("status")]
    search_fields = ["code", "display_name"]

    def acts(self, request: HttpRequest, row: Party) -> list[Act]:
        return [act for acts_of_app in ACTS_OF_PARTY for act in acts_of_app(request, row)]

    def panels(self, request: HttpRequest, row: Party) -> list[Panel]:
        return [self.facts(request, row), self._messages(row)]

    def _messages(self, row: Party) -> Table:
        newest = row.messages.all()[:NEWEST]
        return Table(
            title=_("Newest messages"),
            columns=[
                Column(_("recorded at")),
                Column(_("kind")),
                Column(_("channel")),
                Column(_("delivered at")),
                Column(_("delivery proof"), Look.PROSE),
            ],
            rows=[
                [
                    instant(message.recorded_at),
                    text(message.kind),
                    text(message.channel),
                    instant(message.delivered_at),
                    text(message.delivery_proof),
                ]
                for message in newest
            ],
            empty=_("Nothing has been sent to this party."),
        )


@admin.register(OutboxMessage)
class OutboxMessageAdmin(LongListMixin, ReadOnlyAdmin[OutboxMessage]):
    list_display = [
        instant_column(OutboxMessage, "recorded_at"),
        "party",
        "kind",
        "channel",
        instant_column(OutboxMessage, "delivered_at"),
    ]
    list_select_related = ["party"]
    search_fields = ["party__code", "kind"]
