"""Business days and their closes."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from accounts.admin.cells import count, instant, related
from accounts.admin.columns import day_column, instant_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import Act, Cell, Facts, Panel, Text, Tone
from accounts.admin.read_only import ReadOnlyAdmin
from ledger.admin.notices import reopenings_panel
from ledger.admin.periods import (
    acts_of_day,
    close_month_view,
    reopen_month_view,
    reopen_view,
    soft_close_view,
    year_end_view,
)
from ledger.models import BusinessDay, DayClose, DaySoftClose, JournalEntry
from ledger.queries.periods import reopenings

TONES_OF_STATUS = {
    BusinessDay.Status.OPEN: Tone.GOOD,
    BusinessDay.Status.SOFT_CLOSED: Tone.NOTICE,
    BusinessDay.Status.CLOSED: Tone.NEUTRAL,
}


@admin.register(BusinessDay)
class BusinessDayAdmin(ReadOnlyAdmin[BusinessDay]):
    tones = {"status": TONES_OF_STATUS}
    list_display = [
        day_column(BusinessDay, "business_date"),
        "book",
        state_column(BusinessDay, "status", TONES_OF_STATUS),
        "opened_by",
        instant_column(BusinessDay, "opened_at"),
    ]
    list_filter = [rows("book"), choices("status"), days("business_date")]
    list_select_related = ["book", "opened_by"]
    ordering = ["-business_date", "book_id"]

    def page_title(self, row: BusinessDay) -> str:
        return f"{row.book} {row.business_date.isoformat()}"

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(address, self.admin_site.admin_view(view), name=name)
            for address, view, name in (
                ("<int:day_id>/soft-close/", soft_close_view, "ledger_soft_close_day"),
                ("<int:day_id>/reopen/", reopen_view, "ledger_reopen_day"),
                ("month/close/", close_month_view, "ledger_close_month"),
                ("month/reopen/", reopen_month_view, "ledger_reopen_month"),
                ("year-end/", year_end_view, "ledger_year_end"),
            )
        ]
        return [*own, *super().get_urls()]

    def acts(self, request: HttpRequest, row: BusinessDay) -> list[Act]:
        return acts_of_day(request, row)

    def panels(self, request: HttpRequest, row: BusinessDay) -> list[Panel]:
        booked = JournalEntry.objects.filter(book_id=row.book_id, booking_date=row.business_date).count()
        closes = row.closes.select_related("maker", "checker", "approval").order_by("-close_no")
        soft_closes = row.soft_closes.select_related("maker", "checker", "approval").order_by("-pk")
        found: list[Panel] = [self.facts(request, row)]
        found += [
            Facts(
                title=_("Closed by two people")
                if close.close_no == 1
                else _("Close %(number)d, by two people") % {"number": close.close_no},
                items=[*_people(request, close), (_("Entries of the day"), count(booked))],
            )
            for close in closes
        ]
        found += [
            Facts(title=_("Soft-closed by two people"), items=_people(request, close))
            for close in soft_closes
        ]
        notices = [
            one
            for one in reopenings(book_id=row.book_id, until=row.business_date)
            if one.period == row.business_date.isoformat()
        ]
        return [*found, reopenings_panel(notices)] if notices else found


def _people(request: HttpRequest, close: DayClose | DaySoftClose) -> list[tuple[Text, Cell]]:
    return [
        (_("Proposed by"), related(close.maker, request, close.maker.get_full_name())),
        (_("Closed by"), related(close.checker, request, close.checker.get_full_name())),
        (_("Approval"), related(close.approval, request, f"#{close.approval_id}")),
        (_("Closed at"), instant(close.recorded_at)),
        (_("Last position"), count(close.last_position)),
    ]
