"""Columns of lists: functions of a row, with the label and the ordering that Django's admin asks of them."""

from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin.cells import Tones, instant_text
from accounts.admin.panels import Text, Tone
from accounts.admin.stored_texts import stored_text

ListColumn = Callable[[Any], str]


def along(row: models.Model, path: str) -> Any:
    """The value at `contract.unit` of a row; None where the way there ends."""
    value: Any = row
    for name in path.split("."):
        value = None if value is None else getattr(value, name)
    return value


def column(
    show: Callable[[Any], str | None], *, name: str, label: Text, ordering: str | None = None
) -> ListColumn:
    """`name` becomes a class of the column's cells; one that starts with `num_` is set as figures."""

    def shown(row: Any) -> str:
        value = show(row)
        return "—" if value is None else value

    shown.__name__ = name.replace(".", "_")
    shown.short_description = label  # type: ignore[attr-defined]
    if ordering:
        shown.admin_order_field = ordering  # type: ignore[attr-defined]
    return shown


def chip_html(label: Text, tone: Tone = Tone.NEUTRAL) -> SafeString:
    return format_html('<span class="pl-chip pl-{}">{}</span>', tone.value, label)


def label_of(model: type[models.Model], path: str) -> Text:
    """The verbose name of the field at the end of `contract.unit`."""
    owner: Any = model
    *way, last = path.split(".")
    for name in way:
        owner = owner._meta.get_field(name).related_model
    return owner._meta.get_field(last).verbose_name  # type: ignore[no-any-return]


def state_column(
    model: type[models.Model], path: str, tones: Tones | None = None, *, label: Text = ""
) -> ListColumn:
    """A field with choices as a coloured chip."""
    *way, last = path.split(".")

    def show(row: Any) -> str | None:
        owner = along(row, ".".join(way)) if way else row
        value = None if owner is None else getattr(owner, last)
        if value in (None, ""):
            return None
        return chip_html(getattr(owner, f"get_{last}_display")(), (tones or {}).get(value, Tone.NEUTRAL))

    return column(
        show, name=f"state_{last}", label=label or label_of(model, path), ordering=path.replace(".", "__")
    )


def day_column(model: type[models.Model], path: str, *, label: Text = "") -> ListColumn:
    """A calendar day as 2008-09-15 in every language."""

    def show(row: Any) -> str | None:
        value = along(row, path)
        return None if value is None else format_html('<span class="pl-day">{}</span>', value.isoformat())

    return column(
        show, name=f"day_{path}", label=label or label_of(model, path), ordering=path.replace(".", "__")
    )


def instant_column(model: type[models.Model], path: str) -> ListColumn:
    def show(row: Any) -> str | None:
        value = along(row, path)
        return None if value is None else format_html('<span class="pl-day">{}</span>', instant_text(value))

    return column(show, name=f"at_{path}", label=label_of(model, path), ordering=path.replace(".", "__"))


def stored_column(model: type[models.Model], path: str) -> ListColumn:
    """What a service wrote, in the language of the request where its wording is known."""

    def show(row: Any) -> str | None:
        value = along(row, path)
        return stored_text(value) if value else None

    return column(show, name=path, label=label_of(model, path))


def code_column(model: type[models.Model], path: str, *, label: Text = "") -> ListColumn:
    """An address, a reference or a hash."""

    def show(row: Any) -> str | None:
        value = along(row, path)
        return format_html('<span class="pl-code">{}</span>', value) if value else None

    return column(
        show, name=f"code_{path}", label=label or label_of(model, path), ordering=path.replace(".", "__")
    )
