"""Seals of closes, and what happened to the keys that sign them."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import count, instant, related
from accounts.admin.columns import column, instant_column, state_column
from accounts.admin.filters import choices, rows
from accounts.admin.panels import Facts, Panel, Tone, code
from accounts.admin.read_only import ReadOnlyAdmin
from ledger.models import Seal, SealKeyEvent

TONES_OF_EVENT = {
    SealKeyEvent.Event.PUBLISHED: Tone.GOOD,
    SealKeyEvent.Event.ROTATED: Tone.GOOD,
    SealKeyEvent.Event.REVOKED: Tone.BAD,
}


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin[Seal]):
    list_display = [
        "seal_no",
        "book",
        column(lambda row: str(row.day_close.day.business_date), name="day", label=gettext_lazy("day")),
        "tree_size",
        column(lambda row: bytes(row.seal_hash).hex()[:16], name="hash", label=gettext_lazy("hash")),
        "key",
        instant_column(Seal, "recorded_at"),
    ]
    list_filter = [rows("book")]
    list_select_related = ["book", "day_close__day", "key"]
    ordering = ["-pk"]

    def page_title(self, row: Seal) -> str:
        return _("Seal %(number)s") % {"number": row.seal_no}

    def panels(self, request: HttpRequest, row: Seal) -> list[Panel]:
        return [
            Facts(
                title=_("Sealed"),
                items=[
                    (_("Book"), related(row.book, request)),
                    (_("Day"), related(row.day_close.day, request)),
                    (_("Entries sealed"), count(row.tree_size)),
                    (_("Hash"), code(bytes(row.seal_hash).hex())),
                    (_("Root"), code(bytes(row.root_hash).hex())),
                    (_("Digest of the trial balance"), code(bytes(row.trial_balance_digest).hex())),
                    (_("Digest of the chart"), code(row.chart_id)),
                    (_("Key"), code(row.key_id)),
                    (_("Signature"), code(bytes(row.signature).hex())),
                    (_("Recorded at"), instant(row.recorded_at)),
                ],
            )
        ]


@admin.register(SealKeyEvent)
class SealKeyEventAdmin(ReadOnlyAdmin[SealKeyEvent]):
    tones = {"event": TONES_OF_EVENT}
    list_display = [
        "event_no",
        state_column(SealKeyEvent, "event", TONES_OF_EVENT),
        "key",
        "reason",
        "maker",
        "checker",
        instant_column(SealKeyEvent, "recorded_at"),
    ]
    list_filter = [choices("event")]
    list_select_related = ["key", "maker", "checker"]
    ordering = ["-event_no"]

    def page_title(self, row: SealKeyEvent) -> str:
        return f"{_('Event of a seal key')} {row.event_no} · {row.key_id}"

    def panels(self, request: HttpRequest, row: SealKeyEvent) -> list[Panel]:
        return [
            Facts(
                title=_("Event of a seal key"),
                items=[
                    (_("Key"), code(row.key_id)),
                    (_("Public key"), code(bytes(row.key.public_key).hex())),
                    (_("Signed by"), code(row.signer_id or "—")),
                    (_("Reason"), code(row.reason)),
                    (_("Proposed by"), related(row.maker, request, row.maker.get_full_name())),
                    (_("Approved by"), related(row.checker, request, row.checker.get_full_name())),
                    (_("Hash"), code(bytes(row.event_hash).hex())),
                    (_("Recorded at"), instant(row.recorded_at)),
                ],
            )
        ]
