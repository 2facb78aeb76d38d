"""Valuations: what a contract was worth on a day, from which marks, and why."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import count, day, percent, related, yes_no
from accounts.admin.columns import column, day_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import NOTHING, Cell, Column, Facts, Look, Panel, Table, Tone, chip, code, text
from accounts.admin.read_only import LongListMixin
from clearing.margin.admin.looks import level_chip, level_html
from clearing.margin.models import Valuation
from clearing.margin.queries.replay import replay_valuation
from clearing.marks.admin.marks import TONES_OF_STATE
from clearing.marks.models import Instrument, Mark, MarkState
from ledger.admin.amounts import AmountsAdmin, amount, amount_column, ppm_column


@admin.register(Valuation)
class ValuationAdmin(LongListMixin, AmountsAdmin[Valuation]):
    unit_path = "contract.unit"
    list_display = [
        day_column(Valuation, "business_date"),
        column(lambda row: row.contract.code, name="contract", label=gettext_lazy("contract")),
        column(
            lambda row: level_html(row.raw_level, row.side_state),
            name="level",
            label=gettext_lazy("level before hysteresis"),
        ),
        ppm_column(Valuation, "coverage_ppm"),
        amount_column(Valuation, "collateral_minor", unit="contract.unit"),
        amount_column(Valuation, "debt_minor", unit="contract.unit"),
    ]
    list_filter = [rows("book"), days("business_date"), choices("raw_level"), choices("side_state")]
    list_select_related = ["contract__unit"]
    search_fields = ["contract__code"]
    ordering = ["-id"]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Valuation | None:
        found = Valuation.objects.select_related("book", "contract__unit", "terms__product")
        return found.filter(pk=object_id).first() if object_id.isdigit() else None

    def page_title(self, row: Valuation) -> str:
        return f"{row.contract.code} · {row.business_date.isoformat()}"

    def headline(self, row: Valuation) -> list[Cell]:
        return [level_chip(row.raw_level, row.side_state)]

    def panels(self, request: HttpRequest, row: Valuation) -> list[Panel]:
        return [
            self._figures(row),
            holdings_panel(request, row),
            self._inputs(request, row),
            self._replay(row),
        ]

    def _figures(self, row: Valuation) -> Facts:
        unit = row.contract.unit

        def money(amount_minor: int | None) -> Cell:
            return amount(amount_minor, unit.exponent, unit.code)

        return Facts(
            title=_("Figures"),
            items=[
                (_("Coverage"), percent(row.coverage_ppm)),
                (_("Assets"), money(row.collateral_minor)),
                (_("Cash, unsettled included"), money(row.cash_minor)),
                (_("Securities at marks"), money(row.securities_minor)),
                (_("Lending value"), money(row.lending_value_minor)),
                (_("Debts"), money(row.debt_minor)),
                (_("Principal"), money(row.principal_minor)),
                (_("Accrued interest"), money(row.interest_minor)),
                (_("Pending interest"), money(row.pending_interest_minor)),
                (_("Penalty"), money(row.penalty_minor)),
                (_("Fees due"), money(row.fees_minor)),
                (_("All marks usable for liquidation"), yes_no(row.marks_allow_liquidation)),
                (_("Reason for the hold"), text(row.hold_reason) if row.hold_reason else NOTHING),
            ],
        )

    def _inputs(self, request: HttpRequest, row: Valuation) -> Facts:
        return Facts(
            title=_("Inputs"),
            items=[
                (_("Contract"), related(row.contract, request)),
                (_("Terms"), related(row.terms, request)),
                (_("Business date"), day(row.business_date)),
                (_("Ledger position"), count(row.ledger_position)),
                (_("Digest of the inputs"), code(bytes(row.inputs_digest).hex())),
            ],
        )

    def _replay(self, row: Valuation) -> Table:
        differences = replay_valuation(valuation_id=row.pk)
        return Table(
            title=_("Computed again from its inputs"),
            columns=[
                Column(_("figure")),
                Column(_("stored"), Look.NUMBER),
                Column(_("computed again"), Look.NUMBER),
            ],
            rows=[[text(one.figure), text(str(one.stored)), text(str(one.replayed))] for one in differences],
            empty=_("The same answer, figure by figure."),
        )


def holdings_panel(request: HttpRequest, row: Valuation) -> Table:
    """The securities of a valuation with their marks and credit, in three queries for any number of them."""
    marks = {
        mark.pk: mark for mark in Mark.objects.filter(pk__in=[key for key in row.mark_ids if key is not None])
    }
    instruments = {
        one.pk: one
        for one in Instrument.objects.filter(pk__in=row.instrument_ids).select_related("unit", "currency")
    }
    lines = []
    for instrument_id, quantity, mark_id, credit_ppm in zip(
        row.instrument_ids, row.quantities, row.mark_ids, row.credits_ppm, strict=True
    ):
        instrument = instruments[instrument_id]
        mark = marks.get(mark_id) if mark_id is not None else None
        price_minor = mark.price_minor if mark else None
        exponent = instrument.currency.exponent
        value_minor = None if price_minor is None else quantity * price_minor // 10**instrument.unit.exponent
        lines.append(
            [
                related(instrument, request),
                count(quantity),
                amount(price_minor, exponent),
                related(mark, request, mark.session_date.isoformat()) if mark else NOTHING,
                chip(mark.get_state_display(), TONES_OF_STATE[MarkState(mark.state)])
                if mark
                else chip(_("no mark"), Tone.HOLD),
                amount(value_minor, exponent),
                percent(credit_ppm),
            ]
        )
    return Table(
        title=_("Holdings at their marks"),
        columns=[
            Column(_("security")),
            Column(_("quantity"), Look.NUMBER),
            Column(_("price"), Look.NUMBER),
            Column(_("session")),
            Column(_("state of the mark")),
            Column(_("market value"), Look.NUMBER),
            Column(_("credit after haircut"), Look.NUMBER),
        ],
        rows=lines,
        empty=_("No securities are held."),
        note=_("By trade date, unsettled purchases and sales included, on %(date)s.")
        % {"date": row.business_date.isoformat()},
    )
