"""The contract's whole page: what contracts know of it, and what clearing made of it day by day."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext as _

from accounts.admin.cells import day, list_of, page_of_key, percent, related
from accounts.admin.history import history_tab
from accounts.admin.panels import (
    Act,
    Cell,
    Column,
    Drawing,
    Link,
    Look,
    Panel,
    SideBySide,
    Tab,
    Table,
    Tone,
    chip,
    code,
    number,
    text,
)
from clearing.liquidation.admin.liquidations import TONES_OF_STATE as TONES_OF_LIQUIDATION
from clearing.liquidation.models import Liquidation, LiquidationState
from clearing.margin.admin.coverage_chart import Marker, Point, Rung, coverage_chart
from clearing.margin.admin.looks import TONES_OF_CALL, level_chip
from clearing.margin.admin.valuations import holdings_panel
from clearing.margin.models import ContractLevel, LevelChange, MarginCall, MarginCallStatus, Valuation
from clearing.margin.queries.margin import coverage_history
from clearing.reports.admin.dispute_page import dispute_act, dispute_url
from clearing.settlement.admin.trades import TONES_OF_SIDE
from clearing.settlement.models import Side, Trade
from contracts.admin.contract import FinancingContractPages
from contracts.admin.disputes import disputed_chip, disputes_panel
from contracts.admin.lifecycle_panels import amendments_panel, fee_lines, fees_panel
from contracts.admin.terms import ladder_facts, liquidation_facts, rate_facts
from contracts.models import FinancingContract
from contracts.queries.balances import contract_balances
from contracts.queries.terms_in_force import present_terms
from ledger.admin.amounts import amount

NEWEST = 50


@admin.register(FinancingContract)
class FinancingContractAdmin(FinancingContractPages):
    def headline(self, row: FinancingContract) -> list[Cell]:
        level = ContractLevel.objects.filter(contract=row).first()
        found = [*super().headline(row)]
        if level is not None:
            found.append(level_chip(level.level, level.side_state))
        return [*found, *disputed_chip(row.disputes.all())]

    def get_urls(self) -> list[URLPattern]:
        return [dispute_url(self.admin_site), *super().get_urls()]

    def acts(self, request: HttpRequest, row: FinancingContract) -> list[Act]:
        return [*super().acts(request, row), *dispute_act(request, row)]

    def tabs(self, request: HttpRequest, row: FinancingContract) -> list[Tab]:
        held = contract_balances(contract_ids=[row.pk])[row.pk]
        newest = (
            Valuation.objects.filter(contract=row)
            .select_related("contract__unit")
            .order_by("-business_date")
            .first()
        )
        calls = list(MarginCall.objects.filter(contract=row).order_by("-id")[:NEWEST])
        liquidations = list(Liquidation.objects.filter(contract=row).order_by("-id")[:NEWEST])
        overview: list[Panel] = [
            SideBySide(self.outline(request, row), self.balances(request, row, held)),
            chart_panel(request, row, calls, liquidations),
            *([holdings_panel(request, newest)] if newest else []),
            SideBySide(calls_panel(request, row, calls), liquidations_panel(request, liquidations)),
            disputes_panel(request, row),
            changes_panel(request, row),
        ]
        funding = [self.tranches(request, row, held), self.interest(row), fees_panel(request, row)]
        held_to = present_terms(contract=row)
        terms = [
            amendments_panel(request, row),
            ladder_facts(held_to),
            rate_facts(request, held_to),
            fee_lines(held_to),
            liquidation_facts(held_to),
        ]
        return [
            Tab("page", _("Overview"), overview),
            Tab("funding", _("Funding and interest"), funding),
            Tab(
                "trades", _("Trades and accounts"), [trades_panel(request, row), self.accounts(request, row)]
            ),
            Tab("terms", _("Terms"), terms),
            history_tab(row, request),
        ]


def chart_panel(
    request: HttpRequest, row: FinancingContract, calls: list[MarginCall], liquidations: list[Liquidation]
) -> Panel:
    title = _("Coverage over time, with the lines of the terms")
    history = coverage_history(contract_id=row.pk)
    if not history:
        empty = _("The contract was not valued yet; the first run of a day after its drawdown does it.")
        return Table(title=title, columns=[], rows=[], empty=empty)
    terms = present_terms(contract=row)
    rungs = [
        Rung(str(_("Warning")), terms.warn_ppm, "#a16207"),
        Rung(str(_("Restriction")), terms.restrict_ppm, "#d97706"),
        Rung(str(_("Call")), terms.call_ppm, "#ea580c"),
        Rung(str(_("Liquidation")), terms.liquidate_ppm, "#dc2626"),
        Rung(str(_("Emergency")), terms.emergency_ppm, "#991b1b"),
        Rung(str(_("Insolvency")), terms.insolvent_ppm, "#581c2b"),
    ]
    markers = [
        Marker(
            call.opened_on,
            str(_("Margin call")),
            "#ea580c",
            "triangle",
            page_of_key(MarginCall, call.pk, request),
        )
        for call in calls
    ] + [
        Marker(
            one.proposed_on,
            f"{_('Liquidation')} {one.get_state_display()}",
            "#b91c1c",
            "diamond",
            page_of_key(Liquidation, one.pk, request),
        )
        for one in liquidations
    ]
    svg = coverage_chart(
        [Point(one.business_date, one.coverage_ppm, bool(one.side_state)) for one in history],
        rungs,
        markers,
        description=str(title),
    )
    note = _(
        "▼ margin call · ◆ liquidation · shaded: on hold, no coverage is known. High coverage is cut off."
    )
    return Drawing(title=title, svg=svg, note=note)


def calls_panel(request: HttpRequest, row: FinancingContract, calls: list[MarginCall]) -> Table:
    exponent = row.unit.exponent
    return Table(
        title=_("Margin calls"),
        columns=[
            Column(_("opened on")),
            Column(_("deadline")),
            Column(_("deposit"), Look.NUMBER),
            Column(_("status")),
            Column(_("closed on")),
        ],
        rows=[
            [
                related(call, request, call.opened_on.isoformat()),
                day(call.deadline_on),
                amount(call.deposit_minor, exponent),
                chip(call.get_status_display(), TONES_OF_CALL[MarginCallStatus(call.status)]),
                day(call.closed_on),
            ]
            for call in calls
        ],
        empty=_("This contract was never called."),
    )


def liquidations_panel(request: HttpRequest, liquidations: list[Liquidation]) -> Table:
    return Table(
        title=_("Liquidations"),
        columns=[
            Column(_("reference"), Look.CODE),
            Column(_("proposed on")),
            Column(_("state")),
            Column(_("ended on")),
        ],
        rows=[
            [
                code(one.reference, related(one, request).href),
                day(one.proposed_on),
                chip(one.get_state_display(), TONES_OF_LIQUIDATION[LiquidationState(one.state)]),
                day(one.ended_on),
            ]
            for one in liquidations
        ],
        empty=_("This contract was never liquidated."),
    )


def changes_panel(request: HttpRequest, row: FinancingContract) -> Table:
    """Each change of level with the figures that it was made from."""
    changes = LevelChange.objects.filter(contract=row).select_related("valuation").order_by("-id")
    exponent = row.unit.exponent

    def line(change: LevelChange) -> list[Cell]:
        valuation = change.valuation
        return [
            related(change, request, change.business_date.isoformat()),
            level_chip(change.from_level, change.from_side_state),
            level_chip(change.to_level, change.to_side_state),
            percent(valuation.coverage_ppm),
            amount(valuation.collateral_minor, exponent),
            amount(valuation.debt_minor, exponent),
            number(f"{valuation.ledger_position:,}"),
            text(_("inputs"), related(valuation, request).href),
        ]

    return Table(
        title=_("Changes of level, with their inputs"),
        columns=[
            Column(_("business date")),
            Column(_("from")),
            Column(_("to")),
            Column(_("coverage"), Look.NUMBER),
            Column(_("assets"), Look.NUMBER),
            Column(_("debts"), Look.NUMBER),
            Column(_("ledger position"), Look.NUMBER),
            Column(_("valuation")),
        ],
        rows=[line(change) for change in changes[:NEWEST]],
        empty=_("The contract has no level yet."),
        links=[Link(_("all changes"), list_of(LevelChange, request, f"q={row.code}"))],
    )


def trades_panel(request: HttpRequest, row: FinancingContract) -> Table:
    trades: Any = (
        Trade.objects.filter(contract=row).select_related("instrument__unit").order_by("-trade_date", "-id")
    )
    exponent = row.unit.exponent
    return Table(
        title=_("Newest trades"),
        columns=[
            Column(_("trade date")),
            Column(_("side")),
            Column(_("security")),
            Column(_("quantity"), Look.NUMBER),
            Column(_("price"), Look.NUMBER),
            Column(_("net"), Look.NUMBER),
            Column(_("settlement date")),
            Column(_("settled")),
        ],
        rows=[
            [
                related(trade, request, trade.trade_date.isoformat()),
                chip(trade.get_side_display(), TONES_OF_SIDE[Side(trade.side)]),
                text(trade.instrument.unit.code),
                number(f"{trade.quantity:,}"),
                amount(trade.price_minor, exponent),
                amount(trade.net_minor, exponent),
                day(trade.settlement_date),
                chip(trade.settled_on.isoformat(), Tone.GOOD)
                if trade.settled_on
                else chip(_("not settled yet"), Tone.NOTICE),
            ]
            for trade in trades[:20]
        ],
        empty=_("Nothing was traded for this contract yet."),
        links=[Link(_("all trades"), list_of(Trade, request, f"q={row.code}"))],
    )
