"""Days as they were run, and the acts that open and run one."""

import datetime as dt

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.cells import list_of, related
from accounts.admin.columns import chip_html, column, day_column, instant_column
from accounts.admin.filters import days, rows
from accounts.admin.panels import Act, Cell, Column, Facts, Look, Panel, Table, Tone, chip, number, text
from accounts.admin.read_only import ReadOnlyAdmin
from clearing.day.admin.looks import TONES_OF_STATUS, figures_text, steps_panel
from clearing.day.models import DayChunk, DayRun, StepName, StepStatus
from clearing.day.queries.cuts import missed_days
from clearing.day.services.run_day import run_day
from ledger.models import Book, BusinessDay, JournalEntry
from ledger.queries.days import open_business_date
from ledger.services.days import open_business_day

LOOK_AHEAD = dt.timedelta(days=14)
TONES_OF_CHUNK = {
    DayChunk.Status.PENDING: Tone.NEUTRAL,
    DayChunk.Status.FAILED: Tone.BAD,
    DayChunk.Status.DONE: Tone.GOOD,
}


class OpenForm(forms.Form):
    business_date = forms.DateField(
        label=gettext_lazy("Business date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class NoDayToRun(Exception):
    """No business day of this book is open; open one first."""


def _state(row: DayRun) -> str:
    steps = list(row.steps.all())
    done = sum(step.status == StepStatus.DONE for step in steps)
    failed = next((step for step in steps if step.status == StepStatus.FAILED), None)
    if failed is not None:
        return chip_html(_("failed: %(step)s") % {"step": StepName(failed.name).label}, Tone.BAD)
    if done == len(steps):
        return chip_html(_("closed"), Tone.GOOD)
    return chip_html(_("%(done)d of %(all)d steps") % {"done": done, "all": len(steps)}, Tone.NOTICE)


@admin.register(DayRun)
class DayRunAdmin(ReadOnlyAdmin[DayRun]):
    list_display = [
        day_column(DayRun, "business_date"),
        "book",
        column(_state, name="state", label=gettext_lazy("state")),
        "maker",
        instant_column(DayRun, "started_at"),
    ]
    list_filter = [rows("book"), days("business_date")]
    list_select_related = ["book", "maker"]
    ordering = ["-business_date", "book_id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DayRun]:
        return super().get_queryset(request).prefetch_related("steps")

    def get_urls(self) -> list[URLPattern]:
        return [
            path("open/", self.admin_site.admin_view(self.open_view), name="day_open"),
            path("run/", self.admin_site.admin_view(self.run_view), name="day_run"),
            *super().get_urls(),
        ]

    def page_title(self, row: DayRun) -> str:
        return f"{row.book} · {row.business_date.isoformat()}"

    def headline(self, row: DayRun) -> list[Cell]:
        return [
            chip(StepName(step.name).label, TONES_OF_STATUS[StepStatus(step.status)])
            for step in row.steps.all()
            if step.status == StepStatus.FAILED
        ]

    def acts(self, request: HttpRequest, row: DayRun) -> list[Act]:
        is_open = BusinessDay.objects.filter(
            book_id=row.book_id,
            business_date=row.business_date,
            status__in=[BusinessDay.Status.OPEN, BusinessDay.Status.SOFT_CLOSED],
        ).exists()
        if not is_open or not request.user.has_perm("day.add_dayrun"):
            return []
        return [Act(_("Run the day"), reverse("admin:day_run") + f"?book={row.book.code}", Tone.INFO)]

    def panels(self, request: HttpRequest, row: DayRun) -> list[Panel]:
        entries = list_of(
            JournalEntry,
            request,
            f"book__id__exact={row.book_id}&booking_date__gte={row.business_date}"
            f"&booking_date__lte={row.business_date}",
        )
        outline = Facts(
            title=_("Day run"),
            items=[
                (_("Book"), related(row.book, request)),
                (_("Business date"), text(row.business_date.isoformat())),
                (_("Run by"), related(row.maker, request, row.maker.get_full_name())),
                (_("Entries of the day"), text(_("show them"), entries)),
            ],
        )
        steps = steps_panel(request, row, list(row.steps.all()), row.book.base_unit)
        return [outline, steps, self._chunks(row)]

    def _chunks(self, row: DayRun) -> Table:
        chunks = (
            DayChunk.objects.filter(step__run=row)
            .select_related("step")
            .order_by("step__ordinal", "ordinal")[:500]
        )
        return Table(
            title=_("Chunks"),
            columns=[
                Column(_("step")),
                Column("#", Look.NUMBER),
                Column(_("phase")),
                Column(_("status")),
                Column(_("figures"), Look.PROSE),
            ],
            rows=[
                [
                    text(StepName(chunk.step.name).label),
                    number(str(chunk.ordinal)),
                    text(chunk.phase.replace("_", " ")),
                    chip(chunk.get_status_display(), TONES_OF_CHUNK[DayChunk.Status(chunk.status)]),
                    Cell(chunk.message or figures_text(chunk.figures), look=Look.PROSE),
                ]
                for chunk in chunks
            ],
            empty=_("Each step ran whole, in one transaction: this book is small enough."),
        )

    def open_view(self, request: HttpRequest) -> HttpResponse:
        """Open the next business day of a book."""
        book, user = self._book(request), staff_of(request)

        def do(cleaned: dict[str, object]) -> Done:
            asked = cleaned["business_date"]
            assert isinstance(asked, dt.date)
            if open_business_date(book_id=book.pk) == asked:
                return Done(
                    sentence=_("%(day)s is open already.") % {"day": asked.isoformat()},
                    href=_home(book),
                    level=messages.INFO,
                )
            open_business_day(book_id=book.pk, business_date=asked, maker_id=user.pk)
            return Done(sentence=_("%(day)s is open.") % {"day": asked.isoformat()}, href=_home(book))

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=_("Open a day of %(book)s") % {"book": book.code},
                question=_(
                    "Which day? Entries are booked into the open day only, and days follow one another: an "
                    "earlier one can't be opened later."
                ),
                button=_("Open the day"),
                back=_home(book),
            ),
            do=do,
            form_class=OpenForm,
            initial={"business_date": next_day(book)},
            model=DayRun,
        )

    def run_view(self, request: HttpRequest) -> HttpResponse:
        """Run the open day's steps from where it stands, up to its close."""
        book, user = self._book(request), staff_of(request)
        opened = open_business_date(book_id=book.pk)

        def do(_cleaned: dict[str, object]) -> Done:
            day = open_business_date(book_id=book.pk)
            if day is None:
                raise NoDayToRun
            report = run_day(book_id=book.pk, business_date=day, maker_id=user.pk)
            if report.is_closed:
                sentence = _("Every step is done and the day is closed.")
            elif report.has_changed:
                sentence = _("The steps are done; the close waits for a second person.")
            else:
                sentence = _("Nothing was left to do; the close waits for a second person.")
            return Done(sentence=sentence, href=_home(book))

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=_("Run the day of %(book)s") % {"book": book.code},
                question=_(
                    "Run the steps of %(day)s that are not done yet? What is done is not done again. The "
                    "close is proposed; a second person gives it."
                )
                % {"day": opened.isoformat() if opened else "—"},
                button=_("Run the day"),
                back=_home(book),
            ),
            do=do,
            model=DayRun,
        )

    def _book(self, request: HttpRequest) -> Book:
        if not request.user.has_perm("day.add_dayrun"):
            raise PermissionDenied
        books = Book.objects.select_related("base_unit").order_by("code")
        found = books.filter(code=request.GET.get("book", "")).first() or books.first()
        if found is None:
            raise PermissionDenied
        return found


def next_day(book: Book) -> dt.date | None:
    """The session after the book's last day by the calendars of its terms; None where nothing is known."""
    last = (
        BusinessDay.objects.filter(book=book)
        .order_by("-business_date")
        .values_list("business_date", flat=True)
        .first()
    )
    if last is None:
        return None
    ahead = missed_days(book_id=book.pk, until=last + LOOK_AHEAD)
    return ahead[0] if ahead else None


def _home(book: Book) -> str:
    return reverse("admin:index") + f"?book={book.code}"
