"""The pages of parties, for the business day that is open."""

import datetime as dt

from django.contrib import admin
from django.db.models import Max
from django.utils import timezone

from accounts.admin.parties import PartyPages
from accounts.models import Party
from ledger.models import BusinessDay


@admin.register(Party)
class PartyAdmin(PartyPages):
    def today(self) -> dt.date:
        """The newest open business day; without one the day of the calendar."""
        days = BusinessDay.objects.filter(status=BusinessDay.Status.OPEN)
        newest: dt.date | None = days.aggregate(newest=Max("business_date"))["newest"]
        return newest or timezone.localdate()
