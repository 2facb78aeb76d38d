"""Business days of a book, their closes, and the trading sessions of the exchanges."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ledger.models.books import Book


class BusinessDay(models.Model):
    """A day of one book. One is open at a time; entries are booked only into it."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")  # inserted so
        CLOSED = "closed", _("closed")  # by the insertion of its DayClose

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="days", db_index=False, verbose_name=_("book")
    )
    business_date = models.DateField(_("business date"))
    status = models.CharField(_("status"), max_length=6, choices=Status, default=Status.OPEN)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(_("opened at"), db_default=Now())

    class Meta:
        verbose_name = _("business day")
        verbose_name_plural = _("business days")
        constraints = [
            models.UniqueConstraint(fields=["book", "business_date"], name="ledger_businessday_unique"),
            models.UniqueConstraint(
                fields=["book"], condition=Q(status="open"), name="ledger_businessday_one_open"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "closed"]), name="ledger_businessday_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_date} ({self.status})"


class DayClose(models.Model):
    """The close of a day by two people. Inserting it closes the day, stamps positions, writes snapshots."""

    day = models.OneToOneField(
        BusinessDay, on_delete=models.PROTECT, related_name="close", verbose_name=_("day")
    )
    approval = models.OneToOneField(
        "accounts.Approval", on_delete=models.PROTECT, related_name="+", verbose_name=_("approval")
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("maker")
    )
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("checker")
    )
    last_position = models.BigIntegerField(_("last position"), default=0)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("day close")
        verbose_name_plural = _("day closes")
        constraints = [
            models.CheckConstraint(
                condition=~Q(maker=F("checker")), name="ledger_dayclose_maker_is_not_checker"
            ),
        ]

    def __str__(self) -> str:
        return str(self.day_id)


class TradingSession(models.Model):
    """A day on which an exchange trades. Seeded by `seed_calendars`; a day beyond the table is a hold."""

    calendar_code = models.CharField(_("calendar"), max_length=8)
    session_date = models.DateField(_("session"))

    class Meta:
        verbose_name = _("trading session")
        verbose_name_plural = _("trading sessions")
        constraints = [
            models.UniqueConstraint(
                fields=["calendar_code", "session_date"], name="ledger_tradingsession_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar_code} {self.session_date}"
