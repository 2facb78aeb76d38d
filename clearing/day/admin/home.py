"""The first page: the day and its steps, where every contract stands, and what waits for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.admin.acts import staff_of
from accounts.admin.approvals import may_decide, person
from accounts.admin.cells import day, instant, list_of, long_day, page_of_key, related
from accounts.admin.panels import (
    Act,
    Cell,
    Column,
    Link,
    Look,
    Panel,
    SideBySide,
    Table,
    Tone,
    chip,
    code,
    text,
)
from accounts.models import Approval
from accounts.queries.approvals import approvals_awaiting
from clearing.day.admin.approval_words import matter
from clearing.day.admin.home_waiting import defaults_waiting, disputes_waiting
from clearing.day.admin.looks import steps_panel
from clearing.day.models import DayRun
from clearing.day.queries.home import DayHome, day_home
from clearing.liquidation.models import Liquidation
from clearing.margin.admin.looks import TONES_OF_CALL, level_chip, level_name
from clearing.margin.models import ContractLevel, MarginCall, MarginCallStatus
from clearing.margin.queries.margin import LevelCount
from clearing.reconciliation.models import ReconciliationBreak
from ledger.admin.amounts import amount
from ledger.models import Book, BusinessDay

admin.site.index_template = "plimsoll/home.html"
FIRST_APPROVALS = 10


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure that leads to its list."""

    figure: int
    label: str
    href: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class LevelShare:
    """One level's part of the bar; `share` in thousandths of all contracts."""

    name: Any
    css: str
    contracts: int
    share: int
    href: str


def home(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the context of the first page for the book that was asked for, else the one run last."""
    books = list(Book.objects.select_related("base_unit").order_by("code"))
    book = _chosen(request, books)
    context |= {"books": books, "book": book, "title": _("Today")}
    if book is None or not request.user.has_perm("day.view_dayrun"):
        return context
    figures = day_home(book_id=book.pk)
    awaiting = list(_awaiting(request, book))
    context |= {
        "headline": _headline(figures),
        "when": "" if figures.business_date is None else long_day(figures.business_date),
        "acts": _acts(request, book, figures),
        "tiles": _tiles(request, book, figures, len(awaiting)),
        "levels": _levels(request, book, figures.levels),
        "all_levels": list_of(ContractLevel, request, f"book__id__exact={book.pk}"),
        "steps": steps_panel(request, _run(book, figures), figures.steps, book.base_unit),
        "panels": [
            SideBySide(_releases(request, book, figures), _approvals(request, awaiting)),
            SideBySide(_calls(request, book, figures), _breaks(request, book, figures)),
            SideBySide(
                disputes_waiting(request, book, figures.business_date),
                defaults_waiting(request, book, figures.business_date),
            ),
        ],
    }
    return context


def _chosen(request: HttpRequest, books: Sequence[Book]) -> Book | None:
    asked = next((one for one in books if one.code == request.GET.get("book")), None)
    if asked is not None or not books:
        return asked
    newest = BusinessDay.objects.order_by("-opened_at").values_list("book_id", flat=True).first()
    return next((one for one in books if one.pk == newest), books[0])


def _run(book: Book, figures: DayHome) -> DayRun | None:
    if figures.business_date is None:
        return None
    return DayRun.objects.filter(book=book, business_date=figures.business_date).first()


def _headline(figures: DayHome) -> list[Cell]:
    if figures.business_date is None:
        return [chip(_("no day was opened yet"))]
    if not figures.is_open:
        return [chip(_("closed"), Tone.NEUTRAL)]
    if figures.awaits_close:
        return [chip(_("open"), Tone.GOOD), chip(_("awaiting close by a second person"), Tone.NOTICE)]
    return [chip(_("open"), Tone.GOOD)]


def _acts(request: HttpRequest, book: Book, figures: DayHome) -> list[Act]:
    if not request.user.has_perm("day.add_dayrun"):
        return []
    query = f"?book={book.code}"
    if not figures.is_open:
        return [Act(_("Open a day"), reverse("admin:day_open") + query, Tone.INFO)]
    if figures.awaits_close:
        return [Act(_("Run again"), reverse("admin:day_run") + query)]
    return [Act(_("Run the day"), reverse("admin:day_run") + query, Tone.INFO)]


def _tiles(request: HttpRequest, book: Book, figures: DayHome, awaiting: int) -> list[Tile]:
    of_book = f"book__id__exact={book.pk}"
    held = sum(one.contracts for one in figures.levels if one.level is None)
    found = [
        Tile(
            figures.calls.count,
            _("margin calls standing"),
            list_of(MarginCall, request, f"{of_book}&closed_on__isnull=True"),
            Tone.WARN,
        ),
        Tile(
            figures.to_release.count,
            _("liquidations to release"),
            list_of(Liquidation, request, f"{of_book}&state__exact=proposed"),
            Tone.BAD,
        ),
        Tile(
            figures.breaks.count,
            _("open breaks"),
            list_of(ReconciliationBreak, request, f"{of_book}&closed_on__isnull=True"),
            Tone.BAD,
        ),
        Tile(
            held,
            _("contracts on hold"),
            list_of(ContractLevel, request, f"{of_book}&level__isnull=True"),
            Tone.HOLD,
        ),
        Tile(
            awaiting,
            _("approvals waiting for me"),
            list_of(Approval, request, "status__exact=proposed"),
            Tone.NOTICE,
        ),
    ]
    return [
        Tile(one.figure, one.label, one.href, one.tone if one.figure else Tone.GOOD)
        for one in found
        if one.href
    ]


def _levels(request: HttpRequest, book: Book, counts: Sequence[LevelCount]) -> list[LevelShare]:
    everyone = sum(one.contracts for one in counts) or 1
    return [
        LevelShare(
            name=level_name(one.level, one.side_state),
            css="hold" if one.level is None else str(one.level),
            contracts=one.contracts,
            share=one.contracts * 1000 // everyone,
            href=list_of(
                ContractLevel,
                request,
                f"book__id__exact={book.pk}&"
                + ("level__isnull=True" if one.level is None else f"level__exact={one.level}"),
            ),
        )
        for one in counts
    ]


def _awaiting(request: HttpRequest, book: Book) -> Sequence[Approval]:
    user = staff_of(request)
    if not may_decide(user):
        return []
    waiting = approvals_awaiting(book_code=book.code, user_id=user.pk)
    for every in ("", "*"):
        waiting |= approvals_awaiting(book_code=every, user_id=user.pk)
    return list(waiting)[:200]


def _approvals(request: HttpRequest, awaiting: Sequence[Approval]) -> Panel:
    return Table(
        title=_("Approvals waiting for me"),
        columns=[
            Column(_("kind")),
            Column(_("what")),
            Column(_("maker")),
            Column(_("proposed at")),
        ],
        rows=[
            [
                text(one.get_kind_display(), page_of_key(Approval, one.pk, request)),
                text(matter(one)),
                text(person(one.maker) or "—"),
                instant(one.proposed_at),
            ]
            for one in awaiting[:FIRST_APPROVALS]
        ],
        empty=_("Nothing waits for your decision."),
        links=[Link(_("all approvals"), list_of(Approval, request))],
    )


def _releases(request: HttpRequest, book: Book, figures: DayHome) -> Panel:
    rows = []
    for one in figures.to_release.first:
        assert isinstance(one, Liquidation)
        approval: int | None = getattr(one, "open_approval_id", None)
        rows.append(
            [
                code(one.reference, related(one, request).href),
                text(one.contract.client.display_name),
                level_chip(one.level),
                text(_("go to the release"), page_of_key(Approval, approval, request))
                if approval
                else text("—"),
            ]
        )
    return Table(
        title=_("Liquidations to release"),
        columns=[
            Column(_("reference"), Look.CODE),
            Column(_("client")),
            Column(_("triggering level")),
            Column(_("decision")),
        ],
        rows=rows,
        empty=_("No liquidation waits for a release."),
        links=[Link(_("all liquidations"), list_of(Liquidation, request, f"book__id__exact={book.pk}"))],
    )


def _calls(request: HttpRequest, book: Book, figures: DayHome) -> Panel:
    rows = []
    for one in figures.calls.first:
        assert isinstance(one, MarginCall)
        unit = book.base_unit
        rows.append(
            [
                text(one.contract.code, related(one, request).href),
                text(one.contract.client.display_name),
                chip(one.get_status_display(), TONES_OF_CALL[MarginCallStatus(one.status)]),
                day(one.deadline_on),
                amount(one.deposit_minor, unit.exponent),
            ]
        )
    return Table(
        title=_("Margin calls, nearest deadline first"),
        columns=[
            Column(_("contract")),
            Column(_("client")),
            Column(_("status")),
            Column(_("deadline")),
            Column(_("deposit"), Look.NUMBER),
        ],
        rows=rows,
        empty=_("No contract is called."),
        links=[Link(_("all calls"), list_of(MarginCall, request, f"book__id__exact={book.pk}"))],
    )


def _breaks(request: HttpRequest, book: Book, figures: DayHome) -> Panel:
    rows = []
    for one in figures.breaks.first:
        assert isinstance(one, ReconciliationBreak)
        rows.append(
            [
                day(one.first_seen_on),
                text(one.get_kind_display(), related(one, request).href),
                text(str(one.custodian or "—")),
                amount(one.difference_minor, one.unit.exponent, one.unit.code) if one.unit else text("—"),
            ]
        )
    return Table(
        title=_("Open breaks, oldest first"),
        columns=[
            Column(_("first seen on")),
            Column(_("kind")),
            Column(_("custodian")),
            Column(_("difference"), Look.NUMBER),
        ],
        rows=rows,
        empty=_("Ledger and custodians agree."),
        links=[
            Link(_("all breaks"), list_of(ReconciliationBreak, request, f"book__id__exact={book.pk}")),
        ],
    )
