"""Liquidations: frozen inputs, simulation, orders, what happened, and the two compared."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.approvals import person
from accounts.admin.cells import count, day, instant, page_of_key, percent, related
from accounts.admin.columns import code_column, column, day_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import (
    NOTHING,
    Act,
    Cell,
    Column,
    Facts,
    Look,
    Panel,
    SideBySide,
    Table,
    Tone,
    chip,
    code,
    number,
    text,
)
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.admin.stored_texts import stored_text
from accounts.models import Approval, ApprovalKind, ApprovalStatus
from clearing.liquidation.models import (
    Liquidation,
    LiquidationOrder,
    LiquidationOrderState,
    LiquidationState,
)
from clearing.liquidation.queries.disputes import disputes_of
from clearing.liquidation.queries.liquidations import broken_links, events_of, review_liquidation
from clearing.margin.admin.looks import level_html
from clearing.marks.models import Instrument
from contracts.admin.disputes import disputed_chip, disputes_about, disputes_table
from contracts.admin.terms import WATERFALL
from contracts.models import DisputeSubject
from ledger.admin.amounts import amount
from ledger.models import Unit

TONES_OF_STATE = {
    LiquidationState.PROPOSED: Tone.NOTICE,
    LiquidationState.RELEASED: Tone.INFO,
    LiquidationState.ORDERED: Tone.WARN,
    LiquidationState.EXECUTED: Tone.WARN,
    LiquidationState.SETTLED: Tone.INFO,
    LiquidationState.WATERFALLED: Tone.NEUTRAL,
    LiquidationState.REPAID: Tone.GOOD,
    LiquidationState.CANCELLED: Tone.NEUTRAL,
}
TONES_OF_ORDER = {
    LiquidationOrderState.OPEN: Tone.NOTICE,
    LiquidationOrderState.FILLED: Tone.GOOD,
    LiquidationOrderState.PART_FILLED: Tone.WARN,
    LiquidationOrderState.CANCELLED: Tone.NEUTRAL,
}


@admin.register(Liquidation)
class LiquidationAdmin(ReadOnlyAdmin[Liquidation]):
    tones = {"state": TONES_OF_STATE, "scope": {}}
    list_display = [
        code_column(Liquidation, "reference"),
        column(lambda row: row.contract.code, name="contract", label=gettext_lazy("contract")),
        column(lambda row: str(row.contract.client), name="client", label=gettext_lazy("client")),
        column(
            lambda row: level_html(row.level),
            name="level",
            label=gettext_lazy("triggering level"),
            ordering="level",
        ),
        state_column(Liquidation, "scope"),
        state_column(Liquidation, "state", TONES_OF_STATE),
        day_column(Liquidation, "proposed_on"),
        day_column(Liquidation, "ended_on"),
    ]
    list_filter = [rows("book"), choices("state"), choices("level"), choices("scope"), days("proposed_on")]
    list_select_related = ["contract__client"]
    search_fields = ["reference", "contract__code", "contract__client__code"]
    ordering = ["-proposed_on", "-id"]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Liquidation | None:
        found = Liquidation.objects.select_related(
            "book", "contract__unit", "contract__client", "valuation", "call", "approval__checker", "maker"
        )
        return found.filter(pk=object_id).first() if object_id.isdigit() else None

    def page_title(self, row: Liquidation) -> str:
        return row.reference

    def headline(self, row: Liquidation) -> list[Cell]:
        return [*super().headline(row), *disputed_chip(disputes_of(liquidation=row))]

    def acts(self, request: HttpRequest, row: Liquidation) -> list[Act]:
        approval = open_approval(row)
        return (
            [Act(_("Decide on its release"), page_of_key(Approval, approval, request), Tone.INFO)]
            if approval
            else []
        )

    def panels(self, request: HttpRequest, row: Liquidation) -> list[Panel]:
        about = disputes_about(DisputeSubject.LIQUIDATION, row.reference, row.contract_id)
        return [
            self._outline(request, row),
            *([disputes_table(request, about)] if about else []),
            *simulation_panels(request, row.simulation, row.contract.unit),
            self._review(row),
            self._orders(request, row),
            self._events(request, row),
            Facts(
                title=_("Frozen inputs"),
                items=[
                    (_("Hash of the inputs"), code(bytes(row.inputs_hash).hex())),
                    (_("Ledger position"), count(int(row.inputs["ledger_position"]))),
                    (_("Valuation"), related(row.valuation, request, str(row.valuation.business_date))),
                    (_("Reserve fund then"), amount(row.inputs["reserve_minor"], row.contract.unit.exponent)),
                ],
            ),
        ]

    def _outline(self, request: HttpRequest, row: Liquidation) -> Facts:
        checker = person(row.approval.checker) if row.approval else None
        released = (
            text(_("by the standing authority of the terms"))
            if row.is_authorised_by_terms
            else text(checker)
            if checker
            else NOTHING
        )
        return Facts(
            title=_("Liquidation"),
            items=[
                (_("Contract"), related(row.contract, request)),
                (_("Client"), related(row.contract.client, request)),
                (_("Proposed on"), day(row.proposed_on)),
                (_("Proposed by"), related(row.maker, request, person(row.maker) or "")),
                (_("Released"), released),
                (_("Ended on"), day(row.ended_on)),
                (
                    _("Margin call"),
                    related(row.call, request, str(row.call.opened_on)) if row.call else NOTHING,
                ),
                (_("Policy"), text(row.get_policy_display())),
                (_("Target coverage"), percent(row.target_ppm)),
            ],
        )

    def _review(self, row: Liquidation) -> Table:
        review, exponent = review_liquidation(liquidation=row), row.contract.unit.exponent
        lines = [
            (_("Gross proceeds"), review.simulated_gross_minor, review.actual_gross_minor),
            (_("Costs"), review.simulated_cost_minor, review.actual_cost_minor),
        ]
        return Table(
            title=_("Simulated against actual"),
            columns=[
                Column(""),
                Column(_("simulated"), Look.NUMBER),
                Column(_("actual"), Look.NUMBER),
                Column(_("difference"), Look.NUMBER),
            ],
            rows=[
                [
                    text(label),
                    amount(simulated, exponent),
                    amount(actual, exponent),
                    amount(actual - simulated, exponent),
                ]
                for label, simulated, actual in lines
            ]
            if review.fills
            else [],
            empty=_("Nothing has been sold yet."),
        )

    def _orders(self, request: HttpRequest, row: Liquidation) -> Table:
        orders = row.orders.select_related("instrument__unit").order_by("placed_on", "reference")
        return Table(
            title=_("Orders"),
            columns=[
                Column(_("reference"), Look.CODE),
                Column(_("placed on")),
                Column(_("security")),
                Column(_("quantity"), Look.NUMBER),
                Column(_("filled quantity"), Look.NUMBER),
                Column(_("expected price"), Look.NUMBER),
                Column(_("state")),
            ],
            rows=[order_row(order, request, row.contract.unit) for order in orders],
            empty=_("No order was placed. Orders go out with the day's run after the release."),
        )

    def _events(self, request: HttpRequest, row: Liquidation) -> Table:
        broken = broken_links(liquidation_id=row.pk)
        return Table(
            title=_("Events, chained by their hashes"),
            columns=[
                Column("#", Look.NUMBER),
                Column(_("business date")),
                Column(_("what")),
                Column(_("who")),
                Column(_("why"), Look.PROSE),
                Column(_("recorded at")),
                Column(_("hash"), Look.CODE),
            ],
            rows=[
                [
                    number(str(event.sequence)),
                    day(event.business_date),
                    chip(event.get_kind_display()),
                    related(event.actor, request, person(event.actor) or ""),
                    Cell(stored_text(event.reason), look=Look.PROSE),
                    instant(event.recorded_at),
                    code(bytes(event.event_hash).hex()[:12]),
                ]
                for event in events_of(liquidation_id=row.pk)
            ],
            empty=_("Nothing has happened."),
            note=_("The chain is broken at event %(numbers)s.") % {"numbers": ", ".join(map(str, broken))}
            if broken
            else _("The chain of hashes is whole."),
        )


def open_approval(row: Liquidation) -> int | None:
    """The approval that waits for a decision on this proposal."""
    if row.state != LiquidationState.PROPOSED:
        return None
    return (
        Approval.objects.filter(
            kind=ApprovalKind.RELEASE_LIQUIDATION,
            subject=row.reference,
            status__in=[ApprovalStatus.PROPOSED, ApprovalStatus.APPROVED],
        )
        .order_by("-id")
        .values_list("id", flat=True)
        .first()
    )


def in_order(line: str) -> int:
    """The place of a line in the usual waterfall; what is stored as JSON has lost its order."""
    return list(WATERFALL).index(line) if line in WATERFALL else len(WATERFALL)


def order_row(order: LiquidationOrder, request: HttpRequest, unit: Unit) -> list[Cell]:
    return [
        code(order.reference),
        day(order.placed_on),
        related(order.instrument, request),
        count(order.quantity),
        count(order.filled_quantity),
        amount(order.expected_price_minor, unit.exponent),
        chip(order.get_state_display(), TONES_OF_ORDER[LiquidationOrderState(order.state)]),
    ]


def simulation_panels(request: HttpRequest, simulation: dict[str, Any], unit: Unit) -> list[Panel]:
    """What a second person decides on: what would be sold, and where it would end."""

    def money(name: str) -> Cell:
        return amount(simulation.get(name), unit.exponent, unit.code)

    orders = Table(
        title=_("Simulation: orders of the next session"),
        columns=[
            Column(_("security")),
            Column(_("quantity"), Look.NUMBER),
            Column(_("expected price"), Look.NUMBER),
            Column(_("gross"), Look.NUMBER),
            Column(_("costs"), Look.NUMBER),
        ],
        rows=[
            [
                text(order["security"], page_of_key(Instrument, order["instrument_id"], request)),
                count(order["quantity"]),
                amount(order["expected_price_minor"], unit.exponent),
                amount(order["gross_minor"], unit.exponent),
                amount(order["cost_minor"], unit.exponent),
            ]
            for order in simulation["orders"]
        ],
        empty=_("Nothing can or need be sold in the next session."),
    )
    paid: list[tuple[Any, Cell]] = [
        (_("Paid: %(line)s") % {"line": WATERFALL.get(name, name)}, amount(minor, unit.exponent))
        for name, minor in sorted(simulation["paid_minor"].items(), key=lambda line: in_order(line[0]))
    ]
    end = Facts(
        title=_("Simulation: where it ends"),
        items=[
            (_("Coverage before"), percent(simulation.get("coverage_before_ppm"))),
            (_("Coverage after tonight's orders"), percent(simulation.get("coverage_after_ppm"))),
            (_("Gross proceeds"), money("gross_minor")),
            (_("Costs"), money("cost_minor")),
            (_("Cash"), money("cash_minor")),
            (_("Distributable proceeds"), money("pot_minor")),
            *paid,
            *(
                (label, money(name))
                for name, label in (
                    ("residual_minor", _("Residual to the client")),
                    ("still_owed_minor", _("Still owed")),
                    ("deficit_minor", _("Deficit")),
                    ("reserve_draw_minor", _("Drawn from the reserve")),
                    ("waived_minor", _("Waived")),
                )
                if name in simulation
            ),
        ],
    )
    losses = simulation.get("losses") or []
    found: list[Panel] = [SideBySide(orders, end)]
    if any(loss["principal_minor"] or loss["interest_minor"] for loss in losses):
        found.append(
            Table(
                title=_("Simulation: losses by tranche"),
                columns=[
                    Column(_("funder")),
                    Column(_("principal"), Look.NUMBER),
                    Column(_("interest"), Look.NUMBER),
                ],
                rows=[
                    [
                        text(loss["tranche"]),
                        amount(loss["principal_minor"], unit.exponent),
                        amount(loss["interest_minor"], unit.exponent),
                    ]
                    for loss in losses
                ],
                empty="",
            )
        )
    return found
