"""What two people decide about periods: soft closes, reopenings, months, the year's result. Append-only.

A day's status follows from these rows (`BusinessDay`); a month's state is read from them: its newest close
that was not reopened. Each row says up to which position of the ledger it was decided.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ledger.models.books import Book
from ledger.models.days import BusinessDay
from ledger.models.journal import JournalEntry


class Hardness(models.TextChoices):
    """How a month is closed: soft can be reopened by two people, hard never."""

    SOFT = "soft", _("soft")
    HARD = "hard", _("hard")


class ByTwo(models.Model):
    """What every decision of two people carries; the database compares it with their approval."""

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
        abstract = True


class DaySoftClose(ByTwo):
    """A day shut to all but corrections. `close_no`: of the close that it prepares."""

    day = models.ForeignKey(
        BusinessDay, on_delete=models.PROTECT, related_name="soft_closes", verbose_name=_("day")
    )
    close_no = models.PositiveSmallIntegerField(_("close number"), default=1, db_default=1)

    class Meta:
        verbose_name = _("soft close of a day")
        verbose_name_plural = _("soft closes of days")
        constraints = [
            models.CheckConstraint(
                condition=~Q(maker=F("checker")), name="ledger_daysoftclose_maker_is_not_checker"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day_id}/{self.close_no}"


class DayReopening(ByTwo):
    """The newest day of a book opened again, from its close (`close_no`) or from the soft close before it."""

    day = models.ForeignKey(
        BusinessDay, on_delete=models.PROTECT, related_name="reopenings", verbose_name=_("day")
    )
    from_status = models.CharField(_("from"), max_length=11, choices=BusinessDay.Status)
    close_no = models.PositiveSmallIntegerField(_("close number"), default=1, db_default=1)
    reason = models.CharField(_("reason"), max_length=500)

    class Meta:
        verbose_name = _("reopening of a day")
        verbose_name_plural = _("reopenings of days")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "close_no"],
                condition=Q(from_status="closed"),
                name="ledger_dayreopening_once_a_close",
            ),
            models.CheckConstraint(
                condition=Q(from_status__in=["soft_closed", "closed"]),
                name="ledger_dayreopening_from_known",
            ),
            models.CheckConstraint(
                condition=Q(reason__regex=r"[^[:space:]]"), name="ledger_dayreopening_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(maker=F("checker")), name="ledger_dayreopening_maker_is_not_checker"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day_id}/{self.close_no}: {self.reason}"


class MonthClose(ByTwo):
    """A month in which no day is opened or reopened any more. `month` is its first day."""

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="month_closes", verbose_name=_("book")
    )
    month = models.DateField(_("month"))
    hardness = models.CharField(_("type of close"), max_length=4, choices=Hardness)

    class Meta:
        verbose_name = _("month close")
        verbose_name_plural = _("month closes")
        indexes = [models.Index(fields=["book", "month"], name="ledger_monthclose_month")]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "month"], condition=Q(hardness="hard"), name="ledger_monthclose_hard_once"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="ledger_monthclose_first_of_month"),
            models.CheckConstraint(
                condition=Q(hardness__in=["soft", "hard"]), name="ledger_monthclose_hardness_known"
            ),
            models.CheckConstraint(
                condition=~Q(maker=F("checker")), name="ledger_monthclose_maker_is_not_checker"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} ({self.hardness})"


class MonthReopening(ByTwo):
    """A soft-closed month opened again, with the reason."""

    close = models.ForeignKey(
        MonthClose,
        on_delete=models.PROTECT,
        related_name="reopenings",
        db_index=False,
        verbose_name=_("month close"),
    )
    reason = models.CharField(_("reason"), max_length=500)

    class Meta:
        verbose_name = _("reopening of a month")
        verbose_name_plural = _("reopenings of months")
        constraints = [
            models.UniqueConstraint(fields=["close"], name="ledger_monthreopening_once_a_close"),
            models.CheckConstraint(
                condition=Q(reason__regex=r"[^[:space:]]"), name="ledger_monthreopening_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(maker=F("checker")), name="ledger_monthreopening_maker_is_not_checker"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.close}: {self.reason}"


class YearEndTransfer(ByTwo):
    """A year's result carried to equity by one entry; the second and later ones carry what came late."""

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="year_end_transfers", verbose_name=_("book")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    transfer_no = models.PositiveSmallIntegerField(_("transfer"), default=1)
    entry = models.OneToOneField(
        JournalEntry, on_delete=models.PROTECT, related_name="year_end_transfer", verbose_name=_("entry")
    )

    class Meta:
        verbose_name = _("year-end transfer")
        verbose_name_plural = _("year-end transfers")
        constraints = [
            models.UniqueConstraint(
                fields=["book", "year", "transfer_no"], name="ledger_yearendtransfer_numbered_once"
            ),
            models.CheckConstraint(
                condition=~Q(maker=F("checker")), name="ledger_yearendtransfer_maker_is_not_checker"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}/{self.transfer_no}"
