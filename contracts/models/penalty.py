"""Penalty as it was accrued on what is overdue: what each run posted, and the exact figures behind it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models.contract import FinancingContract
from ledger.models import Book, JournalEntry


class PenaltyRun(models.Model):
    """One accrual of penalty of a chunk of a book on one date; `entry` is set once."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", verbose_name=_("book"))
    accrual_date = models.DateField(_("accrued up to"))
    sequence = models.PositiveIntegerField(_("number"))
    entry = models.OneToOneField(
        JournalEntry,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("entry"),
    )

    class Meta:
        verbose_name = _("penalty run")
        verbose_name_plural = _("penalty runs")
        ordering = ["book", "accrual_date", "sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "accrual_date", "sequence"], name="contracts_penaltyrun_sequence_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.accrual_date} #{self.sequence}"


class PenaltyAccrual(models.Model):
    """All penalty of a contract before `accrual_date`: exact, and what has been posted of it. Append-only.

    The numerator is an integer over `EVERY_DENOMINATOR` x 1,000,000: the multiple is in parts per million.
    """

    run = models.ForeignKey(
        PenaltyRun, on_delete=models.PROTECT, related_name="accruals", verbose_name=_("run")
    )
    contract = models.ForeignKey(
        FinancingContract,
        on_delete=models.PROTECT,
        related_name="penalty_accruals",
        db_index=False,
        verbose_name=_("contract"),
    )
    accrual_date = models.DateField(_("accrued up to"))
    overdue_minor = models.BigIntegerField(_("overdue amount"))
    cumulative_numerator = models.DecimalField(_("cumulative numerator"), max_digits=48, decimal_places=0)
    cumulative_posted_minor = models.BigIntegerField(_("posted to date"))
    posted_minor = models.BigIntegerField(_("posted"))

    class Meta:
        verbose_name = _("penalty accrual")
        verbose_name_plural = _("penalty accruals")
        ordering = ["contract", "accrual_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "accrual_date"], name="contracts_penaltyaccrual_once_a_date"
            ),
            models.CheckConstraint(
                condition=Q(
                    cumulative_numerator__gte=0, cumulative_numerator__lt=10**47, overdue_minor__gte=0
                ),
                name="contracts_penaltyaccrual_figures_finite",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.accrual_date}: {self.posted_minor}"
