"""Months of postings that were detached and attached again, and what each held when it went and came."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import ExtractDay, Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _


class MonthMove(models.Model):
    """One step of a month on its way out of the posting table or back. Written by the owner's login alone.

    A month goes out as `frozen` (no day of it may be opened any more), then `detached` with the record of its
    content; it comes back as `attached`, and only with the same content.
    """

    class Move(models.TextChoices):
        FROZEN = "frozen", _("frozen")  # first, or after attached: detach_month
        DETACHED = "detached", _("detached")  # from frozen: detach_month
        ATTACHED = "attached", _("attached")  # from detached or frozen: attach_month

    month = models.DateField(_("month"))
    move = models.CharField(_("move"), max_length=8, choices=Move)
    postings = models.BigIntegerField(_("postings"), null=True, blank=True)
    debit_minor = models.DecimalField(_("debits"), max_digits=40, decimal_places=0, null=True, blank=True)
    credit_minor = models.DecimalField(_("credits"), max_digits=40, decimal_places=0, null=True, blank=True)
    digest = models.BinaryField(_("digest"), null=True, blank=True)
    login = models.CharField(_("database login"), max_length=63, default="")
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("move of a month")
        verbose_name_plural = _("moves of months")
        indexes = [models.Index(fields=["month", "-id"], name="ledger_monthmove_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(move__in=["frozen", "detached", "attached"]), name="ledger_monthmove_move_known"
            ),
            models.CheckConstraint(
                condition=Exact(ExtractDay("month"), 1), name="ledger_monthmove_month_from_its_first"
            ),
            models.CheckConstraint(
                condition=Q(
                    move="frozen",
                    postings__isnull=True,
                    debit_minor__isnull=True,
                    credit_minor__isnull=True,
                    digest__isnull=True,
                )
                | Q(
                    ~Q(move="frozen"),
                    Exact(Length("digest"), 32),
                    postings__isnull=False,
                    debit_minor__isnull=False,
                    credit_minor__isnull=False,
                    digest__isnull=False,
                ),
                name="ledger_monthmove_content_recorded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.move}"
