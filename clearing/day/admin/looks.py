"""How the steps of a day look: name, status, duration, counts."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import instant_text, related
from accounts.admin.panels import NOTHING, Cell, Column, Link, Look, Table, Text, Tone, chip, number, text
from clearing.day.models import DayRun, DayStep, StepName, StepStatus
from clearing.domain.ladder import Level
from clearing.margin.models import MarginLevel
from ledger.domain.money import format_amount
from ledger.models import Unit

TONES_OF_STATUS = {
    StepStatus.PENDING: Tone.NEUTRAL,
    StepStatus.RUNNING: Tone.INFO,
    StepStatus.FAILED: Tone.BAD,
    StepStatus.DONE: Tone.GOOD,
}
FIGURES: dict[str, Text] = {
    "opened": gettext_lazy("opened"),
    "files": gettext_lazy("files taken in"),
    "transfer_sides": gettext_lazy("transfers confirmed"),
    "payments": gettext_lazy("payments confirmed"),
    "receipts": gettext_lazy("receipts"),
    "marks": gettext_lazy("marks"),
    "holds": gettext_lazy("price holds"),
    "corporate_actions_effective": gettext_lazy("corporate actions effective"),
    "trades_settled": gettext_lazy("trades settled"),
    "commission_minor": gettext_lazy("commission"),
    "corporate_actions_paid": gettext_lazy("corporate actions paid"),
    "contracts_accrued": gettext_lazy("contracts accrued"),
    "interest_minor": gettext_lazy("interest"),
    "interest_collections": gettext_lazy("interest collections"),
    "collected_minor": gettext_lazy("collected"),
    "fees_charged": gettext_lazy("fees charged"),
    "fees_minor": gettext_lazy("fees"),
    "maturity_reminders": gettext_lazy("maturity reminders"),
    "matured": gettext_lazy("matured"),
    "closed_at_maturity": gettext_lazy("closed at maturity"),
    "defaulted": gettext_lazy("defaulted"),
    "valued": gettext_lazy("valued"),
    "on_hold": gettext_lazy("on hold"),
    "level_changes": gettext_lazy("level changes"),
    "restrictions_imposed": gettext_lazy("restrictions imposed"),
    "restrictions_lifted": gettext_lazy("restrictions lifted"),
    "messages": gettext_lazy("messages"),
    "orders_closed": gettext_lazy("orders closed"),
    "liquidations_cancelled": gettext_lazy("liquidations cancelled"),
    "calls_met": gettext_lazy("calls met"),
    "calls_expired": gettext_lazy("calls expired"),
    "calls_issued": gettext_lazy("calls issued"),
    "liquidations_proposed": gettext_lazy("liquidations proposed"),
    "liquidations_to_release": gettext_lazy("liquidations to release"),
    "orders_placed": gettext_lazy("orders placed"),
    "liquidations_repaid": gettext_lazy("liquidations repaid"),
    "waterfalls": gettext_lazy("waterfalls"),
    "transfers_instructed": gettext_lazy("transfers instructed"),
    "matched": gettext_lazy("matched"),
    "breaks_opened": gettext_lazy("breaks opened"),
    "breaks_closed": gettext_lazy("breaks closed"),
    "client_money_shortfalls": gettext_lazy("client-money shortfalls"),
    "exchanges_settled": gettext_lazy("exchanges settled"),
    "positions_revalued": gettext_lazy("positions revalued"),
    "fx_unrealised_minor": gettext_lazy("unrealised FX result"),
    "fx_realised_minor": gettext_lazy("realised FX result"),
    "calls_standing": gettext_lazy("calls standing"),
    "liquidations_under_way": gettext_lazy("liquidations under way"),
    "breaks_open": gettext_lazy("open breaks"),
    "corrections_run": gettext_lazy("corrections run"),
    "reviews_open": gettext_lazy("open reviews"),
    "reviews_overdue": gettext_lazy("overdue reviews"),
    "disputes_open": gettext_lazy("open disputes"),
    "disputes_overdue": gettext_lazy("overdue disputes"),
    "defaults_waiting": gettext_lazy("defaulted contracts awaiting action"),
    "lent_own_minor": gettext_lazy("lent from house funds"),
    "lent_third_party_minor": gettext_lazy("lent from third-party funders"),
    "lent_matched_minor": gettext_lazy("lent from matched funding"),
    "interest_owed_third_party_minor": gettext_lazy("interest owed to third parties"),
    "interest_owed_matched_minor": gettext_lazy("interest owed to matched funders"),
    "closed": gettext_lazy("closed"),
    **{Level(level.value).name: level.label for level in MarginLevel},
    "ON_HOLD": gettext_lazy("on hold"),
}


def figures_text(figures: Mapping[str, Any], currency: Unit | None = None) -> str:
    """Counts and amounts by their names; those at zero say nothing and are left out."""
    said = []
    known = list(FIGURES)
    in_order = sorted(figures, key=lambda name: known.index(name) if name in FIGURES else len(known))
    for name in in_order:
        value = figures[name]
        if not value:
            continue
        if not isinstance(value, int):
            shown = str(value)
        elif name.endswith("_minor") and currency is not None:
            shown = f"{format_amount(value, currency.exponent)} {currency.code}"
        else:
            shown = f"{value:,}"
        said.append(f"{figure_name(name)} {shown}")
    return " · ".join(said)


def figure_name(name: str) -> Text:
    return FIGURES.get(name, name.replace("_", " "))


def durations(run: DayRun | None, steps: Sequence[DayStep]) -> dict[int, dt.timedelta]:
    """How long each finished step took: from the end of the one before, by its number."""
    found: dict[int, dt.timedelta] = {}
    before = run.started_at if run else None
    for step in steps:
        if step.finished_at is None:
            break
        if before is not None:
            found[step.ordinal] = max(dt.timedelta(), step.finished_at - before)
        before = step.finished_at
    return found


def duration_text(value: dt.timedelta) -> str:
    milliseconds = value // dt.timedelta(milliseconds=1)
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    if milliseconds < 60_000:
        return f"{milliseconds // 1000}.{milliseconds % 1000 // 100} s"
    minutes = milliseconds // 60_000
    return f"{minutes // 60}:{minutes % 60:02d} h" if minutes >= 60 else f"{minutes} min"


def steps_panel(
    request: HttpRequest, run: DayRun | None, steps: Sequence[DayStep], currency: Unit | None
) -> Table:
    took = durations(run, steps)
    if steps:
        rows = [step_row(step, took.get(step.ordinal), currency) for step in steps]
    else:
        pending = chip(StepStatus.PENDING.label)
        rows = [
            [number(str(ordinal)), text(name.label), pending, number(""), text("")]
            for ordinal, name in enumerate(StepName, start=1)
        ]
    return Table(
        title=_("Steps of the day"),
        columns=[
            Column("#", Look.NUMBER),
            Column(_("step")),
            Column(_("status")),
            Column(_("duration"), Look.NUMBER),
            Column(_("figures"), Look.PROSE),
        ],
        rows=rows,
        empty="",
        links=[Link(_("day run"), related(run, request).href)] if run else [],
    )


def step_message(step: DayStep) -> str:
    """Why a step is not done. That a close waits is no fault, and is said in the person's language."""
    if step.name == StepName.CLOSED and step.status == StepStatus.PENDING and step.message:
        return _("The close waits for a second person.")
    return step.message


def step_row(step: DayStep, took: dt.timedelta | None, currency: Unit | None) -> list[Cell]:
    said = figures_text(step.figures, currency)
    finished = instant_text(step.finished_at) if step.finished_at else ""
    return [
        number(str(step.ordinal)),
        text(StepName(step.name).label),
        chip(step.get_status_display(), TONES_OF_STATUS[StepStatus(step.status)], title=finished),
        number(duration_text(took)) if took is not None else NOTHING,
        Cell(step_message(step) or said, look=Look.PROSE),
    ]
