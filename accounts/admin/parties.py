"""Parties and the messages to them.

The pages of parties are not registered here: which day it is says the room that knows business days
(clearing.day.admin.parties).
"""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import instant, may_see, page_of
from accounts.admin.columns import code_column, instant_column, state_column, stored_column
from accounts.admin.filters import choices
from accounts.admin.history import history_tab
from accounts.admin.panels import (
    Act,
    Cell,
    Column,
    Field,
    Look,
    Panel,
    Question,
    Tab,
    Table,
    Tone,
    chip,
    text,
)
from accounts.admin.party_acts import JOIN, VIEWS, party_for_act, permitted_acts
from accounts.admin.party_panels import (
    ACKNOWLEDGE,
    ASSESS,
    CHECK,
    HIT,
    SCREEN,
    acknowledgement_panel,
    assessment_panel,
    group_panel,
    identity_panel,
    screening_panel,
    standing_chip,
    standing_panel,
    tier_chip,
)
from accounts.admin.read_only import LongListMixin, ReadOnlyAdmin
from accounts.admin.stored_texts import stored_text
from accounts.models import (
    IdentityCheck,
    OutboxMessage,
    Party,
    PartyKind,
    PartyStatus,
    Screening,
    ScreeningResult,
    SuitabilityAssessment,
)
from accounts.queries.suitability import Standing, standings

TONES_OF_STATUS = {
    PartyStatus.ACTIVE: Tone.GOOD,
    PartyStatus.SUSPENDED: Tone.WARN,
    PartyStatus.CLOSED: Tone.NEUTRAL,
}
NEWEST = 20
ACTS_OF_PARTY: list[Callable[[HttpRequest, Party], Sequence[Act]]] = []
"""What higher apps let a person do with a party; each adds its own, since imports run downwards."""
LABELS = {
    CHECK: gettext_lazy("Check identity"),
    SCREEN: gettext_lazy("Record a screening"),
    ASSESS: gettext_lazy("Assess suitability"),
    ACKNOWLEDGE: gettext_lazy("Record an acknowledgement"),
    JOIN: gettext_lazy("Add to a credit group"),
}


class PartyPages(ReadOnlyAdmin[Party]):
    """A party's page as one workplace: where it stands at the top, what was recorded below."""

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

    def today(self) -> dt.date:
        """The day for which standings are shown, and from which forms start."""
        raise NotImplementedError

    def day_asked(self, request: HttpRequest) -> dt.date:
        try:
            return dt.date.fromisoformat(request.GET.get("on", ""))
        except ValueError:
            return self.today()

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:party_id>/{name}/",
                self.admin_site.admin_view(partial(self.act_view, name=name)),
                name=f"accounts_party_{name.replace('-', '_')}",
            )
            for name in VIEWS
        ]
        return [*own, *super().get_urls()]

    def act_view(self, request: HttpRequest, party_id: int, *, name: str) -> HttpResponse:
        return VIEWS[name](request, party_for_act(request, party_id, name), self.today())

    def acts(self, request: HttpRequest, row: Party) -> list[Act]:
        acts = permitted_acts(request, row)
        wanted = [CHECK, SCREEN, *([ASSESS, ACKNOWLEDGE, JOIN] if row.kind == PartyKind.CLIENT else [])]
        own = [Act(LABELS[name], acts[name]) for name in wanted if name in acts]
        return [*own, *(act for acts_of_app in ACTS_OF_PARTY for act in acts_of_app(request, row))]

    def headline(self, row: Party) -> list[Cell]:
        standing = self._standing(row, self.today())
        exposed = row.screenings.filter(
            result=ScreeningResult.CONFIRMED, is_politically_exposed=True
        ).exists()
        return [
            *super().headline(row),
            standing_chip(standing),
            *([tier_chip(standing.tier)] if standing.tier else []),
            *([chip(_("Politically exposed"), Tone.NOTICE)] if exposed else []),
        ]

    def tabs(self, request: HttpRequest, row: Party) -> list[Tab]:
        on = self.day_asked(request)
        found = [Tab("page", _("Overview"), self.panels(request, row))]
        recorded: list[Panel] = []
        if may_see(IdentityCheck, request):
            recorded.append(identity_panel(request, row))
        if may_see(Screening, request):
            recorded.append(screening_panel(request, row))
        if recorded:
            found.append(Tab("due-diligence", _("Identity and screening"), recorded))
        if row.kind == PartyKind.CLIENT and may_see(SuitabilityAssessment, request):
            panels: list[Panel] = [assessment_panel(request, row, on), acknowledgement_panel(request, row)]
            found.append(Tab("suitability", _("Suitability and disclosures"), panels))
        return [*found, Tab("messages", _("Messages"), [self._messages(row)]), history_tab(row, request)]

    def panels(self, request: HttpRequest, row: Party) -> list[Panel]:
        on = self.day_asked(request)
        acts = permitted_acts(request, row)
        hit = row.screenings.filter(result=ScreeningResult.POSSIBLE).first()
        if hit is not None and may_see(Screening, request):
            acts[HIT] = page_of(hit, request)
        return [
            standing_panel(self._standing(row, on), on, acts),
            Question([Field(_("Eligibility as of"), "on", on.isoformat())]),
            self.facts(request, row),
            group_panel(request, row, on),
        ]

    def _standing(self, row: Party, on: dt.date) -> Standing:
        return standings(party_ids=[row.pk], on=on)[row.pk]

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
                    text(stored_text(message.kind)),
                    text(stored_text(message.channel)),
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
        stored_column(OutboxMessage, "kind"),
        stored_column(OutboxMessage, "channel"),
        instant_column(OutboxMessage, "delivered_at"),
    ]
    list_select_related = ["party"]
    search_fields = ["party__code", "kind"]

    def row_name(self, row: OutboxMessage) -> str:
        return f"{stored_text(row.kind)} · {row.party}"
