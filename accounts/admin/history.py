"""The history of a row as a table: when, who, why, and which fields went from what to what."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import instant, name_of, percent_text, plain, related
from accounts.admin.panels import Cell, Column, Look, Tab, Table, Tone, chip
from accounts.admin.stored_texts import stored_text

NEWEST = 100
NOT_TOLD = ("id", "recorded_at")
"""Fields that say nothing of a row just created."""
WORDS = {
    "+": (gettext_lazy("created"), Tone.GOOD),
    "~": (gettext_lazy("changed"), Tone.INFO),
    "-": (gettext_lazy("deleted"), Tone.BAD),
}


Figure = Callable[[int], str]
"""How an amount of the row is written."""


def history_tab(row: models.Model, request: HttpRequest, amount_text: Figure | None = None) -> Tab:
    return Tab("history", _("History"), [history_panel(row, request, amount_text)])


def history_panel(row: models.Model, request: HttpRequest, amount_text: Figure | None = None) -> Table:
    """The newest changes of a row that keeps a history; database triggers write it, with actor and reason."""
    records: Any = getattr(row, "history")  # noqa: B009 - set by simple-history, unknown to types
    kept = list(records.select_related("history_user").order_by("-history_id")[: NEWEST + 1])
    names = _names_behind_keys(kept)
    rows = []
    for newer, older in pairwise([*kept, None]):
        if older is None and len(kept) > NEWEST:
            break
        word, tone = WORDS[newer.history_type]
        rows.append(
            [
                instant(newer.history_date),
                related(newer.history_user, request, _person(newer.history_user)),
                chip(word, tone),
                Cell(_changes(newer, older, names, amount_text), look=Look.PROSE),
                Cell(stored_text(newer.history_change_reason or ""), look=Look.PROSE),
            ]
        )
    return Table(
        title=_("History"),
        columns=[
            Column(_("when")),
            Column(_("who")),
            Column(_("what")),
            Column(_("from → to"), Look.PROSE),
            Column(_("why"), Look.PROSE),
        ],
        rows=rows,
        empty=_("Nothing has been recorded yet."),
        note=_("Only the newest %(number)d changes are shown.") % {"number": NEWEST}
        if len(kept) > NEWEST
        else "",
    )


def _person(user: Any) -> str:
    return "" if user is None else user.get_full_name() or user.get_username()


def _fields(record: Any) -> list[Any]:
    own = {"history_id", "history_date", "history_change_reason", "history_type", "history_user"}
    return [field for field in record._meta.concrete_fields if field.name not in own]


def _names_behind_keys(records: list[Any]) -> dict[tuple[str, Any], str]:
    """What the foreign keys of all records stand for, one query per field."""
    found: dict[tuple[str, Any], str] = {}
    for field in _fields(records[0]) if records else ():
        if not field.is_relation:
            continue
        keys = {getattr(record, field.attname) for record in records} - {None}
        for related_row in field.related_model._base_manager.filter(pk__in=keys):
            found[field.name, related_row.pk] = name_of(related_row)
    return found


def _shown(record: Any, field: Any, names: dict[tuple[str, Any], str], amount_text: Figure | None) -> str:
    value = getattr(record, field.attname)
    if field.is_relation:
        return names.get((field.name, value), "—")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field.name.endswith("_ppm") and value is not None:
        return percent_text(value)
    if field.name.endswith("_minor") and amount_text is not None and value is not None:
        return amount_text(value)
    if isinstance(value, dict | list):
        return "…"
    return str(plain(value).text)


def _changes(newer: Any, older: Any, names: dict[tuple[str, Any], str], amount_text: Figure | None) -> str:
    """The changed fields, one a line; of a row just created what it was created with."""
    lines = []
    for field in _fields(newer):
        after = _shown(newer, field, names, amount_text)
        if older is None:
            if newer.history_type == "+" and field.name not in NOT_TOLD and after != "—":
                lines.append(f"{field.verbose_name}: {after}")
        elif getattr(newer, field.attname) != getattr(older, field.attname):
            before = _shown(older, field, names, amount_text)
            lines.append(f"{field.verbose_name}: {before} → {after}")
    return ("\n" if older is not None else " · ").join(lines)
