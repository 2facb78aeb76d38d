"""What a correction says and found, and what a review asks: on their pages, and at a decision."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.approvals import person
from accounts.admin.cells import count, day, percent, related, yes_no
from accounts.admin.panels import NOTHING, Cell, Column, Facts, Look, Panel, Table, Tone, chip, code, text
from clearing.corrections.models import (
    Correction,
    CorrectionFinding,
    CorrectionRun,
    DecisionReview,
    FindingFigure,
    Tendency,
)
from clearing.corrections.queries.corrections import findings_of
from clearing.corrections.services.refusals import CorrectionRefusal
from clearing.corrections.services.run import dry_run_correction
from clearing.margin.admin.looks import level_chip
from ledger.admin.amounts import amount
from ledger.models import Unit

SHOWN = 200
WORDS: Mapping[str, Any] = {
    "amount_minor": gettext_lazy("amount"),
    "broker_reference": gettext_lazy("broker's reference"),
    "commission_minor": gettext_lazy("commission"),
    "contract": gettext_lazy("contract"),
    "external_cost_minor": gettext_lazy("external costs"),
    "mark": gettext_lazy("mark"),
    "price_minor": gettext_lazy("price in minor units"),
    "lines": gettext_lazy("lines"),
    "number": gettext_lazy("custodian's number"),
    "quantity": gettext_lazy("quantity"),
    "official_rate": gettext_lazy("stated rate, its number"),
    "rate": gettext_lazy("official rate"),
    "rate_ppm": gettext_lazy("interest rate (millionths)"),
    "sequence": gettext_lazy("sequence"),
    "sha256": gettext_lazy("SHA-256"),
    "state": gettext_lazy("state"),
    "statement": gettext_lazy("statement"),
    "usable_for_liquidation": gettext_lazy("usable for liquidation"),
    "version": gettext_lazy("version"),
}
TONES_OF_TENDENCY = {Tendency.NONE: Tone.NEUTRAL, Tendency.MADE: Tone.BAD, Tendency.MISSED: Tone.WARN}
COUNTED = {FindingFigure.QUANTITY, FindingFigure.BREAKS, FindingFigure.MATCHED}
OF_THE_BOOK = {
    FindingFigure.BOOK_VALUE,
    FindingFigure.UNREALISED,
    FindingFigure.REALISED,
    FindingFigure.TAKEN_OVER,
}
"""Figures in the currency of the book, whatever they are of."""
HAPPENED = {FindingFigure.CALL, FindingFigure.LIQUIDATION}


def correction_panels(request: HttpRequest, row: Correction) -> list[Panel]:
    """What was wrong and what is right; what the run found, or would find."""
    run = CorrectionRun.objects.select_related("maker").filter(correction=row).first()
    found = findings_panel(request, run) if run else _foreseen(row)
    return [_outline(request, row, run), _was_and_is(row), found]


def review_panels(request: HttpRequest, row: DecisionReview) -> list[Panel]:
    """Which decision, by when, and the figures it was made on beside the right ones."""
    decision = (
        row.level_change or row.margin_call or row.liquidation or row.payment or row.reconciliation_break
    )
    outline = Facts(
        title=_("Decision review"),
        items=[
            (_("Decision"), related(decision, request, f"{row.get_kind_display()} · {row.business_date}")),
            (_("Contract"), related(row.contract, request)),
            (_("Decided on"), day(row.business_date)),
            (_("Correction"), related(row.run.correction, request)),
            (_("Opened on"), day(row.opened_on)),
            (_("Deadline"), day(row.deadline_on)),
            (_("Reason for the outcome"), Cell(row.reason or "—", look=Look.PROSE)),
            (_("Approval"), related(row.approval, request)),
            (_("Compensating entry"), related(row.entry, request, str(row.entry_id))),
            (_("Closed on"), day(row.closed_on)),
        ],
    )
    unit = unit_of(row)
    names = [
        ("collateral_minor", FindingFigure.COLLATERAL),
        ("debt_minor", FindingFigure.DEBT),
        ("coverage_ppm", FindingFigure.COVERAGE),
        ("level", FindingFigure.LEVEL),
        ("call", FindingFigure.CALL),
        ("deposit_minor", FindingFigure.DEPOSIT),
        ("liquidation", FindingFigure.LIQUIDATION),
        ("balance_minor", FindingFigure.CASH),
        ("breaks", FindingFigure.BREAKS),
    ]
    compared = Table(
        title=_("Figures at the decision and correct figures"),
        columns=[Column(""), Column(_("stored"), Look.NUMBER), Column(_("recomputed"), Look.NUMBER)],
        rows=[
            [
                text(figure.label),
                figure_cell(figure, row.stored.get(name), unit),
                figure_cell(figure, row.recomputed.get(name), unit),
            ]
            for name, figure in names
            if name in row.stored or name in row.recomputed
        ],
        empty="",
    )
    return [outline, compared]


def unit_of(row: DecisionReview) -> Unit | None:
    """The currency of what is in doubt."""
    if row.contract is not None:
        return row.contract.unit
    if row.payment is not None:
        return row.payment.unit
    return row.reconciliation_break.unit if row.reconciliation_break is not None else None


def findings_panel(request: HttpRequest, run: CorrectionRun) -> Table:
    """What a run found, by contract and day."""
    found = list(findings_of(run_id=run.pk)[: SHOWN + 1])
    return _table(
        _("What would have been different"), (_finding_row(request, one) for one in found[:SHOWN]), len(found)
    )


def adjustments_panel(request: HttpRequest, run: CorrectionRun) -> Table:
    """What a corrected official rate changed of each position, revaluation by revaluation."""
    base = run.book.base_unit
    rows = run.position_adjustments.select_related("unit", "revaluation", "entry").order_by("pk")
    return Table(
        title=_("Adjusted revaluations"),
        columns=[
            Column(_("currency")),
            Column(_("revaluation")),
            Column(_("value date")),
            Column(_("cost"), Look.NUMBER),
            Column(_("unrealised"), Look.NUMBER),
            Column(_("realised"), Look.NUMBER),
            Column(_("entry")),
        ],
        rows=[
            [
                code(one.unit.code),
                related(one.revaluation, request)
                if one.revaluation
                else text(_("after the last revaluation")),
                day(one.entry.value_date),
                amount(one.cost_minor, base.exponent, base.code),
                amount(one.unrealised_minor, base.exponent, base.code),
                amount(one.realised_minor, base.exponent, base.code),
                related(one.entry, request, str(one.entry_id)),
            ]
            for one in rows
        ],
        empty=_("No revaluation differs."),
    )


def figure_cell(figure: str, value: int | bool | None, unit: Unit | None) -> Cell:
    """A figure as what it is: an amount, a coverage, a level, a number, or whether it happened."""
    if figure == FindingFigure.LEVEL:
        return level_chip(value, "price_hold")
    if value is None:
        return NOTHING
    if figure in HAPPENED:
        return yes_no(bool(value))
    if figure == FindingFigure.COVERAGE:
        return percent(value)
    if figure in COUNTED or unit is None:
        return count(value)
    return amount(value, unit.exponent, unit.code)


def _outline(request: HttpRequest, row: Correction, run: CorrectionRun | None) -> Facts:
    items: list[tuple[Any, Cell]] = [
        (_("Kind"), text(row.get_kind_display())),
        (_("Subject"), code(row.subject)),
        (_("Wrong since"), day(row.effective_on)),
        (_("Reason"), Cell(row.reason, look=Look.PROSE)),
        (_("Evidence"), text(row.evidence)),
        (_("Proposed by"), related(row.maker, request, person(row.maker) or "")),
        (_("Approval"), related(row.approval, request)),
    ]
    if run:
        items += [
            (_("Run by"), related(run.maker, request, person(run.maker) or "")),
            (_("Booked on"), day(run.booking_date)),
            (_("Days recomputed"), text(f"{run.first_date.isoformat()} … {run.last_date.isoformat()}")),
            (_("Ledger position"), count(run.ledger_position)),
        ]
    return Facts(title=_("Correction"), items=items)


def _was_and_is(row: Correction) -> Table:
    return Table(
        title=_("Recorded and correct values"),
        columns=[Column(""), Column(_("as recorded"), Look.CODE), Column(_("correct"), Look.CODE)],
        rows=[
            [
                text(WORDS.get(name, name.replace("_", " "))),
                _plain(row.was.get(name)),
                _plain(row.corrected.get(name)),
            ]
            for name in sorted({*row.was, *row.corrected})
        ],
        empty="",
    )


def _plain(value: object) -> Cell:
    return NOTHING if value in (None, "") else code(str(value))


def _foreseen(row: Correction) -> Panel:
    try:
        result = dry_run_correction(correction_id=row.pk)
    except CorrectionRefusal as refused:
        return Facts(title=_("What a run would find now"), items=[(_("Refused"), text(str(refused)))])
    found = sum(result.findings.values())
    return _table(
        _("What a run would find now"),
        (
            [
                text(one["code"] or ""),
                text(str(one["business_date"])),
                text(str(FindingFigure(one["figure"]).label)),
                text(one["subject"] or ""),
                _bare(one["figure"], one["stored"]),
                _bare(one["figure"], one["recomputed"]),
                _tendency(one["tendency"]),
            ]
            for one in result.shown[:SHOWN]
        ),
        found,
    )


def _bare(figure: str, value: int | None) -> Cell:
    """A figure of a contract whose currency is not at hand: amounts with the usual two decimals."""
    return figure_cell(figure, value, None if figure in COUNTED else Unit(exponent=2, code=""))


def _finding_row(request: HttpRequest, one: CorrectionFinding) -> list[Cell]:
    unit = one.contract.unit if one.contract else Unit(exponent=2, code="")
    if one.figure in OF_THE_BOOK:
        unit = one.run.book.base_unit
    return [
        related(one.contract, request),
        day(one.business_date),
        text(one.get_figure_display()),
        text(one.subject),
        figure_cell(one.figure, one.stored, unit),
        figure_cell(one.figure, one.recomputed, unit),
        _tendency(one.tendency),
    ]


def _tendency(name: str) -> Cell:
    return chip(Tendency(name).label, TONES_OF_TENDENCY[Tendency(name)]) if name else NOTHING


def _table(title: str, rows: Iterable[list[Cell]], found: int) -> Table:
    return Table(
        title=title,
        columns=[
            Column(_("contract")),
            Column(_("day")),
            Column(_("figure")),
            Column(_("subject")),
            Column(_("stored"), Look.NUMBER),
            Column(_("recomputed"), Look.NUMBER),
            Column(_("tendency")),
        ],
        rows=list(rows),
        empty=_("Nothing differs: nothing that was decided is in doubt."),
        note=_("Only the first %d are shown.") % SHOWN if found > SHOWN else "",
    )
