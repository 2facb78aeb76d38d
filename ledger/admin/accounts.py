"""Ledger accounts, each with its statement: postings and running balance, page by page."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import day, page_of_key, related, yes_no
from accounts.admin.columns import code_column, column, day_column, state_column, stored_column
from accounts.admin.filters import choices, named_rows, rows
from accounts.admin.panels import (
    NOTHING,
    Cell,
    Column,
    Facts,
    Field,
    Link,
    Look,
    Panel,
    Question,
    Table,
    Tone,
    chip,
    number,
    text,
)
from accounts.admin.read_only import LongListMixin, ReadOnlyAdmin
from accounts.admin.stored_texts import stored_text
from ledger.admin.amounts import amount, balance, debit_and_credit
from ledger.admin.holds import open_holds_of
from ledger.admin.names import category_name, kind_name
from ledger.admin.notices import reopening_notice, seal_notice
from ledger.admin.time_axes import AskedTime, asked_time, day_of, iso, valuation_cell
from ledger.domain.axes import Axis
from ledger.models import Account, JournalEntry, Restriction, Ring
from ledger.queries.account_statement import Place, account_statement

FIRST_DAY, LAST_DAY = dt.date.min, dt.date.max
TONES_OF_RING = {
    Ring.CLIENT: Tone.INFO,
    Ring.FUNDER: Tone.GOOD,
    Ring.RESERVE: Tone.HOLD,
    Ring.PRINCIPAL: Tone.NOTICE,
    Ring.HOUSE: Tone.NEUTRAL,
}


def _balance(row: Account) -> str | None:
    return str(balance(row.current_balance.balance_minor, row.unit.exponent).text)


@admin.register(Account)
class AccountAdmin(LongListMixin, ReadOnlyAdmin[Account]):
    tones = {"ring": TONES_OF_RING, "role": {}}
    list_display = [
        code_column(Account, "address"),
        "unit",
        state_column(Account, "ring", TONES_OF_RING),
        state_column(Account, "role"),
        column(
            lambda row: f"{row.category.number} {category_name(row.category)}",
            name="category",
            label=gettext_lazy("category"),
        ),
        column(_balance, name="num_balance", label=gettext_lazy("balance")),
    ]
    list_filter = [
        rows("book"),
        choices("ring"),
        choices("role"),
        named_rows("category", lambda one: f"{one.number} {category_name(one)}"),
        rows("unit"),
    ]
    list_select_related = ["unit", "category", "current_balance"]
    search_fields = ["address", "=contract_code"]
    ordering = ["address", "unit_id"]

    def page_title(self, row: Account) -> str:
        return row.address

    def headline(self, row: Account) -> list[Cell]:
        return [text(row.unit.code), *super().headline(row)]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Account | None:
        found: QuerySet[Account] = self.get_queryset(request).select_related(
            "book", "unit", "category", "owner", "current_balance"
        )
        return found.filter(pk=object_id).first() if object_id.isdigit() else None

    def panels(self, request: HttpRequest, row: Account) -> list[Panel]:
        return [
            self._facts(request, row),
            *reopening_notice(book_id=row.book_id, until=asked_time(request).day),
            *self._statement(request, row),
            open_holds_of(request, row),
            self._restrictions(row),
        ]

    def _facts(self, request: HttpRequest, row: Account) -> Facts:
        return Facts(
            title=_("Account"),
            items=[
                (_("Balance"), balance(row.current_balance.balance_minor, row.unit.exponent)),
                (_("Held"), amount(row.current_balance.held_minor, row.unit.exponent)),
                (_("Available"), amount(row.current_balance.available_minor, row.unit.exponent)),
                (_("Unit"), related(row.unit, request)),
                (_("Category"), related(row.category, request, category_name(row.category))),
                (_("Owner"), related(row.owner, request)),
                (_("Contract"), text(row.contract_code) if row.contract_code else NOTHING),
                (_("Limit"), text(row.get_limit_display())),
                (_("Hot account"), yes_no(row.is_hot)),
                (
                    _("Expected age in days"),
                    NOTHING if row.expected_age_days is None else number(str(row.expected_age_days)),
                ),
                (_("Book"), related(row.book, request)),
            ],
        )

    def _question(self, asked: AskedTime, since: dt.date | None) -> Question:
        axis, known = asked.fields
        return Question(
            title=_("Account statement"),
            fields=[
                axis,
                Field(_("From"), "from", iso(since)),
                Field(_("To"), "date", iso(asked.day)),
                known,
            ],
        )

    def _statement(self, request: HttpRequest, row: Account) -> list[Panel]:
        asked, since = asked_time(request), day_of(request.GET.get("from", ""))
        before = place_of(request.GET.get("before", ""))
        page = account_statement(
            account_id=row.pk,
            until=asked.day or LAST_DAY,
            since=since or FIRST_DAY,
            axis=asked.axis,
            known_at=asked.known_at,
            before=before,
        )
        span = {"from": iso(since)}
        links = [Link(_("newest"), asked.query(**span))] if before else []
        if page.older:
            place = f"{page.older.day.isoformat()}.{page.older.entry_id}.{page.older.posting_no}"
            links.append(Link(_("older"), asked.query(**span, before=place)))
        exponent = row.unit.exponent
        away = (
            [
                [
                    *[NOTHING] * 5,
                    Cell(
                        _("The postings of %(month)s are detached.") % {"month": f"{page.away:%Y-%m}"},
                        look=Look.PROSE,
                    ),
                    *[NOTHING] * 3,
                ]
            ]
            if page.away
            else []
        )
        balances = Facts(
            title="",
            items=[
                (_("Opening balance"), balance(page.opening_minor, exponent)),
                (_("Closing balance"), balance(page.closing_minor, exponent)),
                *((_("Newest seal"), cell) for cell in seal_notice(request, book_id=row.book_id)),
            ],
        )
        lines = Table(
            title=_("Postings by value date") if asked.axis is Axis.VALUE else _("Postings by booking date"),
            columns=[
                Column(_("booking date")),
                Column(_("value date")),
                Column(""),
                Column(_("entry"), Look.NUMBER),
                Column(_("kind")),
                Column(_("narration"), Look.PROSE),
                Column(_("debit"), Look.NUMBER),
                Column(_("credit"), Look.NUMBER),
                Column(_("balance"), Look.NUMBER),
            ],
            rows=[
                [
                    day(line.booking_date),
                    day(line.value_date),
                    valuation_cell(line.valuation),
                    number(str(line.entry_id), page_of_key(JournalEntry, line.entry_id, request)),
                    text(kind_name(line.kind)),
                    Cell(stored_text(line.narration), look=Look.PROSE),
                    *debit_and_credit(line.amount_minor, exponent),
                    balance(line.balance_minor, exponent),
                ]
                for line in page.lines
            ]
            + away,
            empty=_("Nothing was posted to this account in this time."),
            links=links,
        )
        return [self._question(asked, since), balances, lines]

    def _restrictions(self, row: Account) -> Table:
        newest: Any = row.restrictions.order_by("-id")[:50]
        return Table(
            title=_("Restrictions"),
            columns=[
                Column(_("scope")),
                Column(_("source")),
                Column(_("reason"), Look.PROSE),
                Column(_("imposed on")),
                Column(_("lifted on")),
            ],
            rows=[
                [
                    chip(one.get_scope_display(), Tone.NEUTRAL if one.lifted_on else Tone.WARN),
                    text(one.source),
                    Cell(stored_text(one.reason), look=Look.PROSE),
                    day(one.imposed_on),
                    day(one.lifted_on),
                ]
                for one in newest
            ],
            empty=_("Nothing restricts this account."),
        )


def place_of(value: str) -> Place | None:
    """`2008-09-15.4711.2`, as a link to older postings carries it; anything else is no place."""
    try:
        booking_date, entry_id, posting_no = value.split(".")
        return Place(dt.date.fromisoformat(booking_date), int(entry_id), int(posting_no))
    except ValueError:
        return None


@admin.register(Restriction)
class RestrictionAdmin(ReadOnlyAdmin[Restriction]):
    tones = {"scope": {}}
    list_display = [
        code_column(Restriction, "account.address", label=gettext_lazy("account")),
        state_column(Restriction, "scope"),
        stored_column(Restriction, "reason"),
        code_column(Restriction, "source"),
        day_column(Restriction, "imposed_on"),
        day_column(Restriction, "lifted_on"),
    ]
    list_select_related = ["account"]
    list_filter = [choices("scope")]
    search_fields = ["account__address"]
