"""Reconciliation runs: balances compared, what matched side by side, and what broke."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import count, day, instant, list_of, page_of_key, related
from accounts.admin.columns import chip_html, column, day_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import (
    NOTHING,
    Cell,
    Column,
    Facts,
    Link,
    Look,
    Panel,
    SideBySide,
    Table,
    Tone,
    chip,
    code,
    number,
    text,
)
from accounts.admin.read_only import ReadOnlyAdmin
from clearing.reconciliation.admin.breaks import TONES_OF_STATUS
from clearing.reconciliation.models import (
    BalanceComparison,
    BreakStatus,
    Match,
    MatchAllocation,
    MatchRule,
    ReconciliationBreak,
    ReconciliationRun,
    RunKind,
)
from ledger.admin.amounts import amount
from ledger.admin.notices import reopening_notice
from ledger.models import JournalEntry, Unit

MOST_MATCHES = 300
FIGURES: dict[str, Any] = {
    "statements": gettext_lazy("Statements read"),
    "compared": gettext_lazy("Balances compared"),
    "matched": gettext_lazy("Matched"),
    "opened": gettext_lazy("Breaks opened"),
    "closed": gettext_lazy("Breaks closed"),
}
CLIENT_MONEY: dict[str, Any] = {
    "positive_minor": gettext_lazy("Client balances in credit"),
    "unallocated_minor": gettext_lazy("Unallocated receipts"),
    "prudent_segregation_minor": gettext_lazy("Prudent segregation"),
    "obligations_minor": gettext_lazy("Other obligations"),
    "requirement_minor": gettext_lazy("Requirement"),
    "resource_minor": gettext_lazy("Resource"),
    "shortfall_minor": gettext_lazy("Shortfall"),
    "excess_minor": gettext_lazy("Excess"),
    "naive_requirement_minor": gettext_lazy("Requirement, had negative balances been netted"),
}
TONES_OF_RULE = {
    MatchRule.REFERENCE_AMOUNT_DATE: Tone.GOOD,
    MatchRule.AMOUNT_IN_WINDOW: Tone.NOTICE,
    MatchRule.REFERENCE_AMOUNT: Tone.INFO,
}


def _opened(row: Any) -> str:
    return chip_html(f"{row.opened:,}", Tone.BAD if row.opened else Tone.GOOD)


@admin.register(ReconciliationRun)
class ReconciliationRunAdmin(ReadOnlyAdmin[ReconciliationRun]):
    tones = {"kind": {}}
    list_display = [
        day_column(ReconciliationRun, "business_date"),
        state_column(ReconciliationRun, "kind"),
        "custodian",
        "attempt",
        column(lambda row: f"{row.matched:,}", name="num_matches", label=gettext_lazy("matches")),
        column(_opened, name="num_breaks", label=gettext_lazy("breaks opened")),
        column(lambda row: f"{row.closed:,}", name="num_closed", label=gettext_lazy("breaks closed")),
    ]
    list_filter = [rows("book"), choices("kind"), rows("custodian"), days("business_date")]
    list_select_related = ["custodian"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReconciliationRun]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                matched=Count("matches", distinct=True),
                opened=Count("opened_breaks", distinct=True),
                closed=Count("closed_breaks", distinct=True),
            )
        )

    def page_title(self, row: ReconciliationRun) -> str:
        where = f" · {row.custodian}" if row.custodian else ""
        return f"{row.get_kind_display()}{where} · {row.business_date.isoformat()}"

    def headline(self, row: ReconciliationRun) -> list[Cell]:
        standing = row.opened_breaks.exclude(status=BreakStatus.CLOSED).count()
        if standing:
            return [chip(_("breaks standing: %(number)d") % {"number": standing}, Tone.BAD)]
        return [chip(_("agrees"), Tone.GOOD)]

    def panels(self, request: HttpRequest, row: ReconciliationRun) -> list[Panel]:
        if row.kind == RunKind.CLIENT_MONEY:
            return [
                self._outline(request, row),
                *reopening_notice(book_id=row.book_id, until=row.business_date),
                *client_money_panels(row),
                self._breaks(request, row),
            ]
        return [
            self._outline(request, row),
            *reopening_notice(book_id=row.book_id, until=row.business_date),
            self._comparisons(request, row),
            self._breaks(request, row),
            self._matches(request, row),
            self._closed(request, row),
        ]

    def _outline(self, request: HttpRequest, row: ReconciliationRun) -> Facts:
        return Facts(
            title=_("Run"),
            items=[
                (_("Business date"), day(row.business_date)),
                (_("Custodian"), related(row.custodian, request)),
                (_("Attempt"), number(str(row.attempt))),
                (_("Version of the rules"), number(str(row.rule_version))),
                *((FIGURES[name], count(row.figures[name])) for name in FIGURES if name in row.figures),
                (_("Run by"), related(row.maker, request, row.maker.get_full_name())),
                (_("Recorded at"), instant(row.recorded_at)),
                (_("Digest"), code(bytes(row.digest).hex())),
            ],
        )

    def _comparisons(self, request: HttpRequest, row: ReconciliationRun) -> Table:
        compared = row.comparisons.select_related("custody_account", "unit").order_by(
            "custody_account__external_number", "unit__kind", "unit__code"
        )
        return Table(
            title=_("Balances compared"),
            columns=[
                Column(_("custody account"), Look.CODE),
                Column(_("unit")),
                Column(_("ledger"), Look.NUMBER),
                Column(_("custodian"), Look.NUMBER),
                Column(_("unmatched in the ledger"), Look.NUMBER),
                Column(_("unmatched at the custodian"), Look.NUMBER),
                Column(_("unexplained"), Look.NUMBER),
                Column("", Look.CHIP),
            ],
            rows=[comparison_row(one, request) for one in compared],
            empty=_("No balance was there to compare."),
        )

    def _matches(self, request: HttpRequest, row: ReconciliationRun) -> Table:
        """The two sides of each match in one row: ours on the left, theirs on the right."""
        sides = MatchAllocation.objects.select_related("entry", "account__unit", "statement_entry__unit")
        found = list(
            Match.objects.filter(run=row)
            .prefetch_related(Prefetch("allocations", queryset=sides.order_by("id")))
            .order_by("match_no")[: MOST_MATCHES + 1]
        )
        return Table(
            title=_("Matches: ledger on the left, custodian on the right"),
            columns=[
                Column("#", Look.NUMBER),
                Column(_("entry"), Look.NUMBER),
                Column(_("narration"), Look.PROSE),
                Column(_("ledger"), Look.NUMBER),
                Column(_("custodian"), Look.NUMBER),
                Column(_("bank's reference"), Look.CODE),
                Column(_("booking date")),
                Column(_("rule")),
            ],
            rows=[line for match in found[:MOST_MATCHES] for line in match_rows(match, request)],
            empty=_("This run matched nothing: either nothing moved, or all that moved is a break."),
            note=_("Only the first %(number)d matches are shown.") % {"number": MOST_MATCHES}
            if len(found) > MOST_MATCHES
            else "",
        )

    def _breaks(self, request: HttpRequest, row: ReconciliationRun) -> Table:
        opened = row.opened_breaks.select_related("unit", "custody_account").order_by("id")
        everything = list_of(ReconciliationBreak, request, "status__exact=open")
        return Table(
            title=_("Breaks opened by this run"),
            columns=break_columns(),
            rows=[break_row(one, request) for one in opened],
            empty=_("None: everything that could be compared agrees, or was a break before."),
            links=[Link(_("all open breaks"), everything)],
        )

    def _closed(self, request: HttpRequest, row: ReconciliationRun) -> Table:
        closed = row.closed_breaks.select_related("unit", "custody_account").order_by("id")
        return Table(
            title=_("Breaks closed by this run"),
            columns=break_columns(),
            rows=[break_row(one, request) for one in closed],
            empty=_("None."),
        )


def client_money_panels(row: ReconciliationRun) -> list[Panel]:
    """The computation per currency, negative balances shown and never netted."""
    currencies: dict[str, dict[str, Any]] = row.figures.get("currencies", {})
    exponents = dict(Unit.objects.filter(code__in=currencies).values_list("code", "exponent"))
    found: list[Panel] = []
    for unit, figures in currencies.items():
        negative = [
            [code(str(address)), amount(-balance_minor, exponents[unit])]
            for address, balance_minor in figures["negative"]
        ]
        found.append(
            SideBySide(
                Facts(
                    title=_("Client money in %(currency)s") % {"currency": unit},
                    items=[
                        (label, amount(figures[name], exponents[unit], unit))
                        for name, label in CLIENT_MONEY.items()
                    ],
                ),
                Table(
                    title=_("Negative balances, never netted"),
                    columns=[Column(_("account"), Look.CODE), Column(_("balance"), Look.NUMBER)],
                    rows=negative,
                    empty=_("No client's balance is below zero."),
                ),
            )
        )
    return found


def comparison_row(one: BalanceComparison, request: HttpRequest) -> list[Cell]:
    exponent = one.unit.exponent
    missing = one.external_minor is None
    unexplained = (
        0
        if one.external_minor is None
        else (one.ledger_minor - one.open_ledger_minor) - (one.external_minor - one.open_external_minor)
    )
    verdict = (
        chip(_("not stated"), Tone.HOLD)
        if missing
        else chip(_("agrees"), Tone.GOOD)
        if one.ledger_minor == one.external_minor
        else chip(_("explained"), Tone.NOTICE)
        if unexplained == 0
        else chip(_("differs"), Tone.BAD)
    )
    return [
        code(one.custody_account.external_number, related(one.custody_account, request).href),
        text(one.unit.code),
        amount(one.ledger_minor, exponent),
        amount(one.external_minor, exponent),
        amount(one.open_ledger_minor, exponent),
        amount(one.open_external_minor, exponent),
        NOTHING if missing else amount(unexplained, exponent),
        verdict,
    ]


def match_rows(match: Match, request: HttpRequest) -> list[list[Cell]]:
    """One row a pair; the longer side of a one-to-many match goes on below."""
    ours = [one for one in match.allocations.all() if one.entry_id is not None]
    theirs = [one for one in match.allocations.all() if one.entry_id is None]
    lines = []
    for place in range(max(len(ours), len(theirs))):
        left = ours[place] if place < len(ours) else None
        right = theirs[place] if place < len(theirs) else None
        lines.append([*_left(match, left, request, is_first=place == 0), *_right(match, right)])
    return lines


def _left(match: Match, side: MatchAllocation | None, request: HttpRequest, *, is_first: bool) -> list[Cell]:
    first = number(str(match.match_no) if is_first else "")
    if side is None or side.entry is None or side.account is None:
        return [first, number(""), text(""), number("")]
    return [
        first,
        number(str(side.entry_id), page_of_key(JournalEntry, side.entry_id, request)),
        Cell(side.entry.narration, look=Look.PROSE),
        amount(side.amount_minor, side.account.unit.exponent, side.account.unit.code),
    ]


def _right(match: Match, side: MatchAllocation | None) -> list[Cell]:
    rule = chip(match.get_rule_display(), TONES_OF_RULE[MatchRule(match.rule)])
    if side is None or side.statement_entry is None:
        return [number(""), code(""), text(""), rule]
    line = side.statement_entry
    return [
        amount(side.amount_minor, line.unit.exponent, line.unit.code),
        code(line.bank_reference),
        day(line.booking_date),
        rule,
    ]


def break_columns() -> list[Column]:
    return [
        Column(_("kind")),
        Column(_("custody account"), Look.CODE),
        Column(_("unit")),
        Column(_("ledger"), Look.NUMBER),
        Column(_("custodian"), Look.NUMBER),
        Column(_("difference"), Look.NUMBER),
        Column(_("first seen on")),
        Column(_("status")),
    ]


def break_row(one: ReconciliationBreak, request: HttpRequest) -> list[Cell]:
    exponent = one.unit.exponent if one.unit else 0
    return [
        related(one, request, one.get_kind_display()),
        code(one.custody_account.external_number if one.custody_account else "—"),
        text(one.unit.code if one.unit else "—"),
        amount(one.ledger_minor, exponent),
        amount(one.external_minor, exponent),
        amount(one.difference_minor, exponent),
        day(one.first_seen_on),
        chip(one.get_status_display(), TONES_OF_STATUS[BreakStatus(one.status)]),
    ]
