"""Turn values into cells: dates, instants, choices, related rows."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.admin.panels import NOTHING, Cell, Look, Text, Tone, chip, code, number, text
from accounts.models import Approval

Tones = Mapping[Any, Tone]


def day(value: dt.date | None) -> Cell:
    """A calendar day as 2008-09-15 in every language: it sorts, and nobody takes the month for the day."""
    return NOTHING if value is None else Cell(value.isoformat(), look=Look.TEXT)


def instant(value: dt.datetime | None) -> Cell:
    return NOTHING if value is None else Cell(instant_text(value))


def instant_text(value: dt.datetime) -> str:
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")


def long_day(value: dt.date) -> str:
    """A day with its name, for headlines."""
    # Translators: Django's date format of a headline: Thursday, 25 September 2008
    return date_format(value, _("l, j F Y"))


def count(value: int, href: str = "") -> Cell:
    return number(f"{value:,}", href)


def percent(ppm: int | None, decimals: int = 2) -> Cell:
    """Parts per million as per cent, truncated: 1,312,499 is 131.24 %."""
    return NOTHING if ppm is None else number(percent_text(ppm, decimals))


def percent_text(ppm: int, decimals: int = 2) -> str:
    scaled = abs(ppm) * 10**decimals // 10_000
    whole, part = divmod(scaled, 10**decimals)
    sign = "-" if ppm < 0 else ""
    return f"{sign}{whole:,}.{part:0{decimals}d} %" if decimals else f"{sign}{whole:,} %"


def yes_no(value: bool) -> Cell:
    return chip(_("Yes"), Tone.GOOD) if value else chip(_("No"))


def choice(row: models.Model, name: str, tones: Tones | None = None, href: str = "") -> Cell:
    """A field with choices, by its label, in the tone of its value."""
    value = getattr(row, name)
    if value in (None, ""):
        return NOTHING
    return chip(getattr(row, f"get_{name}_display")(), (tones or {}).get(value, Tone.NEUTRAL), href)


def page_of(row: models.Model | None, request: HttpRequest) -> str:
    """The address of a row's own page; empty if it has none, or this person may not see it."""
    if row is None:
        return ""
    return page_of_key(type(row), row.pk, request)


def page_of_key(model: type[models.Model], key: object, request: HttpRequest) -> str:
    model = model._meta.concrete_model or model
    if key is None or not may_see(model, request):
        return ""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key])


def may_see(model: type[models.Model], request: HttpRequest) -> bool:
    """Whether the model has pages and this person may see them."""
    return admin.site.is_registered(model) and admin.site.get_model_admin(model).has_view_permission(request)


def list_of(model: type[models.Model], request: HttpRequest, query: str = "") -> str:
    """The address of a model's list, filtered; empty if this person may not see it."""
    if not may_see(model, request):
        return ""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{query}" if query else address


def related(row: models.Model | None, request: HttpRequest, label: Text = "") -> Cell:
    """Another row by its name, leading to its page; an approval, whose name is long, by its number."""
    if row is None:
        return NOTHING
    return text(label or name_of(row), page_of(row, request))


def name_of(row: models.Model) -> str:
    """What a row is called on screens: as its page says, if it has one."""
    if isinstance(row, Approval):
        return f"#{row.pk}"
    model = type(row)._meta.concrete_model or type(row)
    page: Any = admin.site.get_model_admin(model) if admin.site.is_registered(model) else None
    return str(page.row_name(row)) if hasattr(page, "row_name") else str(row)


def plain(value: Any) -> Cell:
    """A value by its type alone."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, dt.datetime):
        return instant(value)
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, int):
        return count(value)
    if isinstance(value, bytes | memoryview):
        return code(bytes(value).hex())
    if isinstance(value, dict | list):
        return code(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True))
    return text(str(value))
