"""Business days of a book, their closes, and the trading sessions of the exchanges."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ledger.models.books import Book


class BusinessDay(models.Model):
    """A day of one book. All but the newest are closed; entries are booked only into the one that is not."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")  # inserted so; again by the insertion of a DayReopening
        SOFT_CLOSED = "soft_closed", _("soft-closed")  # from open, by its DaySoftClose: corrections only
        CLOSED = "closed", _("closed")  # from open or soft-closed, by its DayClose

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="days", db_index=False, verbose_name=_("book")
    )
    business_date = models.DateField(_("business date"))
    status = models.CharField(_("status"), max_length=11, choices=Status, default=Status.OPEN)
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
                fields=["book"],
                condition=Q(status__in=["open", "soft_closed"]),
                name="ledger_businessday_one_open",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["open", "soft_closed", "closed"]),
                name="ledger_businessday_status_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_date} ({self.status})"


class DayClose(models.Model):
    """A close of a day by two people. Inserting it closes the day, stamps positions, writes snapshots.

    A day that was reopened is closed again, under the next number; the earlier close stays as it was.
    """

    day = models.ForeignKey(
        BusinessDay,
        on_delete=models.PROTECT,
        related_name="closes",
        db_index=False,
        verbose_name=_("day"),
    )
    close_no = models.PositiveSmallIntegerField(_("close number"), default=1, db_default=1)
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
            models.UniqueConstraint(fields=["day", "close_no"], name="ledger_dayclose_numbered_once"),
            models.CheckConstraint(condition=Q(close_no__gte=1), name="ledger_dayclose_number_positive"),
            models.CheckConstraint(
                condition=~Q(maker=F("checker")), name="ledger_dayclose_maker_is_not_checker"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day_id}/{self.close_no}"


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
