"""Amounts as people read them, with the decimals of their unit, and the pages that show them so."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html

from accounts.admin.cells import percent_text
from accounts.admin.columns import ListColumn, along, column, label_of
from accounts.admin.panels import NOTHING, Cell, Text, number
from accounts.admin.read_only import ReadOnlyAdmin
from ledger.domain.money import format_amount

Row = TypeVar("Row", bound=models.Model)


def amount(amount_minor: int | None, exponent: int, unit: str = "", href: str = "") -> Cell:
    """`1,234.50`, or `1,234.50 USD` where the unit does not stand elsewhere."""
    if amount_minor is None:
        return NOTHING
    text = format_amount(amount_minor, exponent)
    return number(f"{text} {unit}".strip(), href)


def debit_and_credit(amount_minor: int, exponent: int) -> tuple[Cell, Cell]:
    """A signed amount in the column where it belongs."""
    blank = number("")
    shown = amount(abs(amount_minor), exponent)
    return (shown, blank) if amount_minor > 0 else (blank, shown)


def balance(amount_minor: int, exponent: int) -> Cell:
    """A balance with its side: `1,234.50 Dr`."""
    side = "" if amount_minor == 0 else " Dr" if amount_minor > 0 else " Cr"
    return number(f"{format_amount(abs(amount_minor), exponent)}{side}")


def amount_column(model: type[models.Model], name: str, *, unit: str, label: Text = "") -> ListColumn:
    """A column of amounts; `unit` is the way from the row to the unit, as `contract.unit`."""

    def show(row: Any) -> str | None:
        value, of = along(row, name), along(row, unit)
        if value is None:
            return None
        if of is None:
            return str(value)
        return format_html('{} <span class="pl-unit">{}</span>', format_amount(value, of.exponent), of.code)

    return column(show, name=f"num_{name}", label=label or label_of(model, name), ordering=name)


def ppm_column(model: type[models.Model], path: str, *, label: Text = "") -> ListColumn:
    """A column of ratios, stored in parts per million, as per cent."""

    def show(row: Any) -> str | None:
        value = along(row, path)
        return None if value is None else percent_text(value)

    return column(
        show, name=f"num_{path}", label=label or label_of(model, path), ordering=path.replace(".", "__")
    )


class AmountsAdmin(ReadOnlyAdmin[Row]):
    """Shows fields that end in `_minor` in the row's unit."""

    unit_path: str = "unit"
    """The way from a row to the unit of its amounts."""

    def amount_text(self, row: Row) -> Callable[[int], str] | None:
        unit = along(row, self.unit_path)
        return None if unit is None else lambda value: f"{format_amount(value, unit.exponent)} {unit.code}"

    def field_cell(self, request: HttpRequest, row: Row, field: Any) -> Cell:
        value = getattr(row, field.attname)
        if field.name.endswith("_minor"):
            unit = along(row, self.unit_path)
            if unit is not None:
                return amount(value, unit.exponent, unit.code)
        return super().field_cell(request, row, field)
