"""Business days and their closes."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.admin.cells import count, instant, related
from accounts.admin.columns import day_column, instant_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import Facts, Panel, Tone
from accounts.admin.read_only import ReadOnlyAdmin
from ledger.models import BusinessDay, DayClose, JournalEntry

TONES_OF_STATUS = {BusinessDay.Status.OPEN: Tone.GOOD, BusinessDay.Status.CLOSED: Tone.NEUTRAL}


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

    def panels(self, request: HttpRequest, row: BusinessDay) -> list[Panel]:
        close = DayClose.objects.filter(day=row).select_related("maker", "checker", "approval").first()
        booked = JournalEntry.objects.filter(book_id=row.book_id, booking_date=row.business_date).count()
        found: list[Panel] = [self.facts(request, row)]
        if close is not None:
            found.append(
                Facts(
                    title=_("Closed by two people"),
                    items=[
                        (_("Proposed by"), related(close.maker, request, close.maker.get_full_name())),
                        (_("Closed by"), related(close.checker, request, close.checker.get_full_name())),
                        (_("Approval"), related(close.approval, request, f"#{close.approval_id}")),
                        (_("Closed at"), instant(close.recorded_at)),
                        (_("Last position"), count(close.last_position)),
                        (_("Entries of the day"), count(booked)),
                    ],
                )
            )
        return found
