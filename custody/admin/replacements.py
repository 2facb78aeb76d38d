"""Beside a statement: which one took its place or whose place it took, and what the two tell otherwise."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.admin.cells import related
from accounts.admin.panels import NOTHING, Cell, Column, Look, Panel, Table, Tone, chip, code, text
from custody.models import Statement, StatementReplacement
from custody.queries.replacements import LineDifference, differences_of
from ledger.admin.amounts import amount

MOST_DIFFERENCES = 500


def replacement_panels(request: HttpRequest, row: Statement) -> list[Panel]:
    """One table for each statement that this one replaced, and for the one that replaced it."""
    replacements = StatementReplacement.objects.select_related("replaced", "replacement").defer(
        "replaced__original", "replacement__original"
    )
    return [
        *(_panel(request, row, one) for one in replacements.filter(replaced=row)),
        *(_panel(request, row, one) for one in replacements.filter(replacement=row)),
    ]


def _panel(request: HttpRequest, row: Statement, one: StatementReplacement) -> Table:
    found = differences_of(replaced=one.replaced, replacement=one.replacement)
    if one.replaced_id == row.pk:
        title, other = _("Superseded: differences in the corrected statement"), one.replacement
    else:
        title, other = _("Replaces a blocked statement: differences"), one.replaced
    return differences_table(
        title=title, found=found, other=related(other, request, _("statement %d") % other.pk)
    )


def differences_table(*, title: str, found: Sequence[LineDifference], other: Cell | None = None) -> Table:
    """What two statements tell otherwise, line by line; `other` leads to the other one."""
    return Table(
        title=title,
        columns=[
            Column(_("line")),
            Column(_("custody account"), Look.CODE),
            Column(_("bank's reference"), Look.CODE),
            Column(_("unit")),
            Column(_("was"), Look.NUMBER),
            Column(_("is right"), Look.NUMBER),
            Column(_("change")),
            *([Column(_("other statement"))] if other else []),
        ],
        rows=[[*_row(difference), *([other] if other else [])] for difference in found[:MOST_DIFFERENCES]],
        empty=_("The two say the same."),
        note=_("Only the first %d are shown.") % MOST_DIFFERENCES if len(found) > MOST_DIFFERENCES else "",
    )


def _row(one: LineDifference) -> list[Cell]:
    return [
        text(
            {"entry": _("movement"), "opening": _("opening balance"), "closing": _("closing balance")}[
                one.what
            ]
        ),
        code(one.account),
        code(one.reference or "—"),
        text(one.unit),
        NOTHING if one.was_minor is None else amount(one.was_minor, one.exponent),
        NOTHING if one.corrected_minor is None else amount(one.corrected_minor, one.exponent),
        _change(one),
    ]


def _change(one: LineDifference) -> Cell:
    if one.was_minor is None:
        return chip(_("added"), Tone.GOOD)
    if one.corrected_minor is None:
        return chip(_("removed"), Tone.BAD)
    if one.was_minor == one.corrected_minor:
        return chip(_("other details"), Tone.NOTICE)
    return chip(_("changed"), Tone.WARN)
