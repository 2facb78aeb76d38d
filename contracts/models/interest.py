"""Interest as it was accrued: what each run counted and posted, and the exact figures that the next one goes
on from.

A row's figures follow from the postings of the contract's principal accounts alone; `recomputed_interest`
computes them anew from the first posting on, and a test holds the two against each other.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models.contract import FinancingContract, FundingTranche
from ledger.models import Book, JournalEntry


class InterestRun(models.Model):
    """One accrual of one chunk of a book on one date; `entry` is set once, empty where nothing was to be
    posted.
    """

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
        verbose_name = _("interest run")
        verbose_name_plural = _("interest runs")
        ordering = ["book", "accrual_date", "sequence"]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "accrual_date", "sequence"], name="contracts_interestrun_sequence_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.accrual_date} #{self.sequence}"


class InterestAccrual(models.Model):
    """What one side of a contract had earned or owed in all by the start of `accrual_date`. Append-only.

    `tranche` empty: the client's side. Numerators are integers over basis x 1,000,000
    (contracts.domain.interest). Postings booked before `accrual_date` are closed: they never change, and the
    next run starts from their sum (`closed_*`) instead of from the first posting.
    """

    run = models.ForeignKey(
        InterestRun, on_delete=models.PROTECT, related_name="accruals", verbose_name=_("run")
    )
    contract = models.ForeignKey(
        FinancingContract,
        on_delete=models.PROTECT,
        related_name="accruals",
        db_index=False,
        verbose_name=_("contract"),
    )
    tranche = models.ForeignKey(
        FundingTranche,
        on_delete=models.PROTECT,
        related_name="accruals",
        db_index=False,
        null=True,
        blank=True,
        verbose_name=_("tranche"),
    )
    accrual_date = models.DateField(_("accrued up to"))
    closed_principal_minor = models.BigIntegerField(_("principal of closed days"))
    closed_numerator = models.DecimalField(_("numerator of closed days"), max_digits=40, decimal_places=0)
    cumulative_numerator = models.DecimalField(_("cumulative numerator"), max_digits=40, decimal_places=0)
    cumulative_posted_minor = models.BigIntegerField(_("posted in all"))
    posted_minor = models.BigIntegerField(_("posted"))

    class Meta:
        verbose_name = _("interest accrual")
        verbose_name_plural = _("interest accruals")
        ordering = ["contract", "accrual_date", "tranche"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "tranche", "accrual_date"],
                name="contracts_interestaccrual_once_a_date",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                # A numeric may be NaN, which is greater than every number.
                condition=Q(closed_numerator__lt=10**39, cumulative_numerator__lt=10**39),
                name="contracts_interestaccrual_figures_finite",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.accrual_date}: {self.posted_minor}"
