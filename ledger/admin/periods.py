"""Periods of a book: its months, its years, what was opened again; and the acts that propose to change them.

Every act here proposes; a second person approves, which carries it out (clearing.day.admin.approvals).
"""

import datetime as dt
from collections.abc import Callable

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.approvals import may_decide
from accounts.admin.cells import count, page_of_key
from accounts.admin.panels import (
    Act,
    Cell,
    Column,
    Link,
    Look,
    Panel,
    Table,
    Text,
    Tone,
    chip,
    code,
    number,
    text,
)
from accounts.models import Approval, User
from ledger.admin.amounts import amount
from ledger.admin.notices import reopenings_panel
from ledger.models import Book, BusinessDay, Hardness, YearEndTransfer
from ledger.queries.periods import MonthState, months, reopenings, year_results
from ledger.services.periods import (
    propose_day_reopening,
    propose_month_close,
    propose_month_reopening,
    propose_soft_close,
)
from ledger.services.year_end import propose_year_end_transfer

TONES_OF_HARDNESS = {"": Tone.GOOD, Hardness.SOFT.value: Tone.NOTICE, Hardness.HARD.value: Tone.NEUTRAL}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it is reopened"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


def acts_of_day(request: HttpRequest, row: BusinessDay) -> list[Act]:
    """Soft-close the open day; reopen the newest one that is not open."""
    if not may_decide(staff_of(request)):
        return []
    if row.status == BusinessDay.Status.OPEN:
        return [Act(_("Soft-close"), reverse("admin:ledger_soft_close_day", args=[row.pk]))]
    if BusinessDay.objects.filter(book_id=row.book_id, business_date__gt=row.business_date).exists():
        return []
    return [Act(_("Reopen"), reverse("admin:ledger_reopen_day", args=[row.pk]), Tone.WARN)]


def soft_close_view(request: HttpRequest, day_id: int) -> HttpResponse:
    day, user = _day(day_id), _decider(request)
    return _propose(
        request,
        title=_("Soft-close %(day)s") % {"day": day.business_date.isoformat()},
        question=_(
            "Propose to shut this day to all but corrections? It takes reversals and adjustments until it is "
            "closed. A second person decides."
        ),
        back=page_of_key(BusinessDay, day.pk, request),
        propose=lambda _cleaned: propose_soft_close(
            book_id=day.book_id, business_date=day.business_date, maker_id=user.pk
        ),
    )


def reopen_view(request: HttpRequest, day_id: int) -> HttpResponse:
    day, user = _day(day_id), _decider(request)
    return _propose(
        request,
        title=_("Reopen %(day)s") % {"day": day.business_date.isoformat()},
        question=_(
            "Propose to open this day again? Its close stays on record; the day is closed anew afterwards, "
            "and every report names the reopening with its reason. A second person decides."
        ),
        back=page_of_key(BusinessDay, day.pk, request),
        form_class=ReasonForm,
        propose=lambda cleaned: propose_day_reopening(
            book_id=day.book_id,
            business_date=day.business_date,
            reason=str(cleaned["reason"]),
            maker_id=user.pk,
        ),
    )


def close_month_view(request: HttpRequest) -> HttpResponse:
    book, month, user = _book(request), _month(request), _decider(request)
    hardness = Hardness.HARD if request.GET.get("hardness") == Hardness.HARD else Hardness.SOFT
    question = (
        _("Propose to close this month for good? It can never be opened again.")
        if hardness is Hardness.HARD
        else _("Propose to soft-close this month? Two people can open it again, with a reason.")
    )
    return _propose(
        request,
        title=_("Close %(month)s of %(book)s") % {"month": f"{month:%Y-%m}", "book": book.code},
        question=question,
        back=_periods(book),
        propose=lambda _cleaned: propose_month_close(
            book_id=book.pk, month=month, hardness=hardness, maker_id=user.pk
        ),
    )


def reopen_month_view(request: HttpRequest) -> HttpResponse:
    book, month, user = _book(request), _month(request), _decider(request)
    return _propose(
        request,
        title=_("Reopen %(month)s of %(book)s") % {"month": f"{month:%Y-%m}", "book": book.code},
        question=_("Propose to take the soft close of this month back? Every report names it."),
        back=_periods(book),
        form_class=ReasonForm,
        propose=lambda cleaned: propose_month_reopening(
            book_id=book.pk, month=month, reason=str(cleaned["reason"]), maker_id=user.pk
        ),
    )


def year_end_view(request: HttpRequest) -> HttpResponse:
    book, user = _book(request), _decider(request)
    asked = request.GET.get("year", "")
    if not (asked.isdecimal() and 1900 <= int(asked) <= 2999):
        raise Http404
    year = int(asked)
    return _propose(
        request,
        title=_("Carry the result of %(year)s to equity") % {"year": year},
        question=_(
            "Propose to carry every account of income and expense, as value-dated in this year, to retained "
            "earnings? The entry is valued 31 December."
        ),
        back=_periods(book),
        panels=[_result_panel(book, year)],
        propose=lambda _cleaned: propose_year_end_transfer(book_id=book.pk, year=year, maker_id=user.pk),
    )


def periods_view(request: HttpRequest) -> HttpResponse:
    """Months and years of one book, and what was opened again."""
    if not request.user.has_perm("ledger.view_businessday"):
        raise PermissionDenied
    books = list(Book.objects.order_by("code"))
    book = next((one for one in books if one.code == request.GET.get("book")), books[0] if books else None)
    panels: list[Panel] = []
    if book is not None:
        acts = may_decide(staff_of(request))
        states = months(book_id=book.pk)
        panels = [_months_panel(book, states, acts=acts)]
        panels += [_year_panel(book, year, acts=acts) for year in _years(states)]
        panels.append(reopenings_panel(reopenings(book_id=book.pk)))
    context = {
        **admin.site.each_context(request),
        "title": _("Periods"),
        "subtitle": None,
        "opts": None,
        "books": books,
        "book": book,
        "panels": panels,
    }
    return TemplateResponse(request, "plimsoll/periods.html", context)


def _years(states: list[MonthState]) -> list[int]:
    return sorted({state.month.year for state in states}, reverse=True)[:5]


def _months_panel(book: Book, states: list[MonthState], *, acts: bool) -> Table:
    names: dict[str, Text] = {"": _("open"), **dict(Hardness.choices)}
    return Table(
        title=_("Months"),
        columns=[
            Column(_("month"), Look.CODE),
            Column(_("state")),
            Column(_("days"), Look.NUMBER),
            Column(_("closed days"), Look.NUMBER),
            Column(_("reopenings"), Look.NUMBER),
            Column(_("soft close")),
            Column(_("hard close")),
        ],
        rows=[
            [
                code(f"{one.month:%Y-%m}"),
                chip(names[one.hardness], TONES_OF_HARDNESS[one.hardness]),
                count(one.days),
                count(one.closed_days),
                count(one.reopenings),
                *_month_acts(book, one, acts=acts),
            ]
            for one in states
        ],
        empty=_("No day of this book was opened yet."),
    )


def _month_acts(book: Book, one: MonthState, *, acts: bool) -> list[Cell]:
    query = f"?book={book.code}&month={one.month:%Y-%m}"
    close = reverse("admin:ledger_close_month") + query
    soft = hard = text("")
    if acts and one.hardness == Hardness.SOFT:
        soft = text(_("Reopen"), reverse("admin:ledger_reopen_month") + query)
    elif acts and one.can_be_closed:
        soft = text(_("Soft-close"), f"{close}&hardness=soft")
    if acts and one.can_be_closed:
        hard = text(_("Close for good"), f"{close}&hardness=hard")
    return [soft, hard]


def _year_panel(book: Book, year: int, *, acts: bool) -> Table:
    left = _result_panel(book, year)
    done = YearEndTransfer.objects.filter(book=book, year=year).select_related("maker", "checker")
    links = []
    if acts and left.rows:
        address = reverse("admin:ledger_year_end") + f"?book={book.code}&year={year}"
        links = [Link(_("Carry to equity"), address)]
    note = " · ".join(
        _("Transfer %(number)d: entry %(entry)d, %(maker)s and %(checker)s")
        % {
            "number": one.transfer_no,
            "entry": one.entry_id,
            "maker": one.maker.get_full_name(),
            "checker": one.checker.get_full_name(),
        }
        for one in done.order_by("transfer_no")
    )
    return Table(
        title=left.title, columns=left.columns, rows=left.rows, empty=left.empty, note=note, links=links
    )


def _result_panel(book: Book, year: int) -> Table:
    return Table(
        title=_("Result of %(year)s not yet carried to equity") % {"year": year},
        columns=[
            Column(_("unit")),
            Column(_("accounts"), Look.NUMBER),
            Column(_("income"), Look.NUMBER),
            Column(_("expense"), Look.NUMBER),
            Column(_("profit"), Look.NUMBER),
        ],
        rows=[
            [
                text(one.unit_code),
                number(str(one.accounts)),
                amount(-one.income_minor, one.unit_exponent),
                amount(one.expense_minor, one.unit_exponent),
                amount(-one.result_minor, one.unit_exponent),
            ]
            for one in year_results(book_id=book.pk, year=year)
        ],
        empty=_("Income and expense of this year stand at zero."),
    )


def _propose(
    request: HttpRequest,
    *,
    title: str,
    question: str,
    back: str,
    propose: Callable[[dict[str, object]], Approval],
    form_class: type[forms.Form] | None = None,
    panels: list[Panel] | None = None,
) -> HttpResponse:
    def do(cleaned: dict[str, object]) -> Done:
        proposed = propose(cleaned)
        return Done(
            sentence=_("Proposed; a second person decides."),
            href=page_of_key(Approval, proposed.pk, request) or back,
        )

    return confirm_and_do(
        request,
        confirmation=Confirmation(
            title=title, question=question, button=_("Propose"), back=back, panels=panels or []
        ),
        do=do,
        form_class=form_class,
        model=BusinessDay,
    )


def _decider(request: HttpRequest) -> User:
    user = staff_of(request)
    if not may_decide(user):
        raise PermissionDenied
    return user


def _day(day_id: int) -> BusinessDay:
    found = BusinessDay.objects.select_related("book").filter(pk=day_id).first()
    if found is None:
        raise Http404
    return found


def _book(request: HttpRequest) -> Book:
    found = Book.objects.filter(code=request.GET.get("book", "")).first()
    if found is None:
        raise Http404
    return found


def _month(request: HttpRequest) -> dt.date:
    try:
        return dt.date.fromisoformat(request.GET.get("month", "") + "-01")
    except ValueError as error:
        raise Http404 from error


def _periods(book: Book) -> str:
    return reverse("admin:ledger_periods") + f"?book={book.code}"
