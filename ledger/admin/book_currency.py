"""The trial balance in the book's currency, as panels."""

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.admin.cells import count
from accounts.admin.panels import Cell, Column, Look, Panel, Table, Tone, chip, number, text
from ledger.admin.amounts import amount
from ledger.admin.names import CATEGORY_NAMES
from ledger.models import AccountCategory, Book, BusinessDay, Ring
from ledger.queries.book_currency import (
    BookCurrencyLine,
    BookCurrencySection,
    BookCurrencyTrialBalance,
    in_book_currency,
)
from ledger.queries.trial_balance import TrialBalanceSection


def book_currency_panels(
    book: Book, sections: Sequence[TrialBalanceSection], at: dt.date | None
) -> tuple[list[Cell], list[Panel]]:
    """The headline and one panel a ring, at the rates of the day asked for, or of the book's last day."""
    day = (
        at
        or BusinessDay.objects.filter(book=book)
        .order_by("-business_date")
        .values_list("business_date", flat=True)
        .first()
    )
    if day is None:
        return [chip(_("no balances"))], []
    found = in_book_currency(book_id=book.pk, sections=sections, rate_date=day)
    return _headline(found), [_panel(found, section) for section in found.sections]


def _headline(found: BookCurrencyTrialBalance) -> list[Cell]:
    rates = _("at the official rates of %(day)s") % {"day": found.rate_date.isoformat()}
    cells = [chip(rates)]
    if found.missing:
        missing = _("incomplete: no official rate for %(units)s") % {"units": ", ".join(found.missing)}
        cells.append(chip(missing, Tone.BAD))
    if found.securities:
        cells.append(chip(_("%(number)s securities are not translated") % {"number": len(found.securities)}))
    return cells


def _panel(found: BookCurrencyTrialBalance, section: BookCurrencySection) -> Panel:
    exponent = found.base_exponent
    rows = [_row(line, exponent) for line in section.lines]
    if section.rounding_minor:
        debit, credit = max(-section.rounding_minor, 0), max(section.rounding_minor, 0)
        rows.append(
            [
                number(""),
                Cell(_("Rounding difference of the translation"), look=Look.PROSE),
                text(""),
                number(""),
                *_sides(debit, credit, exponent),
            ]
        )
    return Table(
        title=f"{found.base_code} · {dict(Ring.choices)[section.ring]}",
        columns=[
            Column(_("number"), Look.NUMBER),
            Column(_("category"), Look.PROSE),
            Column(_("type")),
            Column(_("accounts"), Look.NUMBER),
            Column(_("debit"), Look.NUMBER),
            Column(_("credit"), Look.NUMBER),
        ],
        rows=rows,
        foot=[
            text(""),
            text(_("Total") if found.is_complete else _("Sum: incomplete")),
            text(""),
            count(sum(line.accounts for line in section.lines)),
            amount(section.debit_minor, exponent),
            amount(section.credit_minor, exponent),
        ],
        empty=_("Every account of this unit and ring stands at zero."),
    )


def _row(line: BookCurrencyLine, exponent: int) -> list[Cell]:
    return [
        number(str(line.category_number)),
        Cell(str(CATEGORY_NAMES.get(line.category_number, line.category_name)), look=Look.PROSE),
        text(dict(AccountCategory.Type.choices)[line.category_type]),
        count(line.accounts),
        *_sides(line.debit_minor, line.credit_minor, exponent),
    ]


def _sides(debit_minor: int, credit_minor: int, exponent: int) -> tuple[Cell, Cell]:
    return (
        amount(debit_minor, exponent) if debit_minor else number(""),
        amount(credit_minor, exponent) if credit_minor else number(""),
    )
