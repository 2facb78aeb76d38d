"""Marks: why a session's official price is what it is, quote by quote."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import choice, day, instant, percent, related, yes_no
from accounts.admin.columns import column, day_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import (
    NOTHING,
    Cell,
    Column,
    Facts,
    Look,
    Panel,
    Table,
    Tone,
    chip,
    number,
    text,
)
from accounts.admin.read_only import LongListMixin
from clearing.marks.models import Mark, MarkState, QuoteVerdict, Verdict
from clearing.marks.queries.marks import verdicts_of
from ledger.admin.amounts import AmountsAdmin, amount, amount_column
from ledger.models import Unit

TONES_OF_STATE = {
    MarkState.OFFICIAL: Tone.GOOD,
    MarkState.SINGLE_SOURCE: Tone.NOTICE,
    MarkState.HOLD: Tone.HOLD,
}


def tone_of_verdict(verdict: str) -> Tone:
    if verdict == Verdict.ACCEPTED:
        return Tone.GOOD
    return Tone.NOTICE if verdict in (Verdict.DUPLICATE, Verdict.NO_CONSENSUS) else Tone.BAD


@admin.register(Mark)
class MarkAdmin(LongListMixin, AmountsAdmin[Mark]):
    tones = {"state": TONES_OF_STATE}
    unit_path = "instrument.currency"
    list_display = [
        day_column(Mark, "session_date"),
        column(
            lambda row: row.instrument.unit.code,
            name="security",
            label=gettext_lazy("security"),
            ordering="instrument__unit__code",
        ),
        state_column(Mark, "state", TONES_OF_STATE),
        amount_column(Mark, "price_minor", unit="instrument.currency"),
        amount_column(Mark, "previous_price_minor", unit="instrument.currency"),
        state_column(Mark, "reason"),
        "usable_for_liquidation",
        "version",
    ]
    list_filter = [rows("book"), choices("state"), choices("reason"), days("session_date")]
    list_select_related = ["instrument__unit", "instrument__currency"]
    search_fields = ["instrument__unit__code"]
    ordering = ["-session_date", "instrument"]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Mark | None:
        found = Mark.objects.select_related(
            "book", "instrument__unit", "instrument__currency", "supersedes", "successor", "approval"
        )
        return found.filter(pk=object_id).first() if object_id.isdigit() else None

    def page_title(self, row: Mark) -> str:
        return f"{row.instrument.unit.code} · {row.session_date.isoformat()}"

    def panels(self, request: HttpRequest, row: Mark) -> list[Panel]:
        return [self._mark(request, row), self._quotes(row)]

    def _mark(self, request: HttpRequest, row: Mark) -> Facts:
        unit = row.instrument.currency
        return Facts(
            title=_("Mark"),
            items=[
                (_("Price"), amount(row.price_minor, unit.exponent, unit.code)),
                (_("Previous price"), amount(row.previous_price_minor, unit.exponent, unit.code)),
                (_("Change"), change(row)),
                (_("Reason for the hold"), choice(row, "reason")),
                (_("Usable for liquidation"), yes_no(row.usable_for_liquidation)),
                (_("Corporate-action epoch"), number(str(row.epoch))),
                (_("Session"), day(row.session_date)),
                (_("Instrument"), related(row.instrument, request)),
                (_("Rule"), text(row.rule_version)),
                (_("Version"), number(str(row.version))),
                (_("Supersedes"), version_cell(row.supersedes, request)),
                (_("Superseded by"), version_cell(getattr(row, "successor", None), request)),
                (_("Approval"), related(row.approval, request)),
                (_("Book"), related(row.book, request)),
            ],
        )

    def _quotes(self, row: Mark) -> Table:
        verdicts = list(verdicts_of(mark_id=row.pk))
        return Table(
            title=_("Quotes, and what became of each"),
            columns=[
                Column(_("source"), Look.PROSE),
                Column(_("price"), Look.NUMBER),
                Column(_("quoted at")),
                Column(_("received at")),
                Column(_("epoch"), Look.NUMBER),
                Column(_("from the median"), Look.NUMBER),
                Column(_("verdict")),
            ],
            rows=[quote_row(verdict, row.instrument.currency) for verdict in verdicts],
            empty=_("No source quoted this instrument on this session, so there is no price: a hold."),
            note=_("The mark is the median of the quotes that are in it."),
        )


def version_cell(mark: Mark | None, request: HttpRequest) -> Cell:
    """Another version of the same mark."""
    return NOTHING if mark is None else related(mark, request, _("version %d") % mark.version)


def quote_row(verdict: QuoteVerdict, currency: Unit) -> list[Cell]:
    quote: Any = verdict.quote
    return [
        Cell(quote.source.label, look=Look.PROSE),
        amount(quote.price_minor, currency.exponent),
        instant(quote.quoted_at),
        instant(quote.received_at),
        number(str(quote.epoch)),
        NOTHING if verdict.deviation_ppm is None else percent(verdict.deviation_ppm, 3),
        chip(verdict.get_verdict_display(), tone_of_verdict(verdict.verdict)),
    ]


def change(row: Mark) -> Cell:
    """Against the previous price, not adjusted for a corporate action between."""
    if row.price_minor is None or not row.previous_price_minor:
        return NOTHING
    return percent((row.price_minor - row.previous_price_minor) * 1_000_000 // row.previous_price_minor)
