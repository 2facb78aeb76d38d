"""Interest as it was accrued: what each run counted and posted, and the exact figures that the next one goes
on from.

A row's figures follow from the postings of the contract's principal accounts alone; `recomputed_interest`
computes them anew from the first posting on, and a test holds the two against each other.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models.benchmark import Benchmark
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

    `tranche` empty: the client's side. Numerators are integers over `EVERY_DENOMINATOR`
    (contracts.domain.interest). Postings booked before `accrual_date` are closed: they never change, and the
    next run starts from their sum (`closed_*`) instead of from the first posting. The references are held by
    one trigger a statement, `contracts_interestaccrual_of_its_contract`: a check for each row and each of
    three keys would cost more than all the rest of a run.
    """

    run = models.ForeignKey(
        InterestRun,
        on_delete=models.PROTECT,
        related_name="accruals",
        db_constraint=False,
        verbose_name=_("run"),
    )
    contract = models.ForeignKey(
        FinancingContract,
        on_delete=models.PROTECT,
        related_name="accruals",
        db_index=False,
        db_constraint=False,
        verbose_name=_("contract"),
    )
    tranche = models.ForeignKey(
        FundingTranche,
        on_delete=models.PROTECT,
        related_name="accruals",
        db_index=False,
        db_constraint=False,
        null=True,
        blank=True,
        verbose_name=_("tranche"),
    )
    accrual_date = models.DateField(_("accrued up to"))
    closed_principal_minor = models.BigIntegerField(_("principal of closed days"))
    closed_numerator = models.DecimalField(_("numerator of closed days"), max_digits=40, decimal_places=0)
    # Days of loans that were drawn and repaid on one day, where the terms count them.
    same_day_numerator = models.DecimalField(
        _("numerator of same-day loans"), max_digits=40, decimal_places=0, default=0, db_default=0
    )
    cumulative_numerator = models.DecimalField(_("cumulative numerator"), max_digits=40, decimal_places=0)
    cumulative_posted_minor = models.BigIntegerField(_("posted to date"))
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
                condition=Q(
                    closed_numerator__lt=10**39,
                    cumulative_numerator__lt=10**39,
                    same_day_numerator__lt=10**39,
                ),
                name="contracts_interestaccrual_figures_finite",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.accrual_date}: {self.posted_minor}"


class InterestHold(models.Model):
    """A contract whose interest waits, since when and for what; lifted by the run that catches up."""

    class Reason(models.TextChoices):
        FIXING_MISSING = "fixing_missing", _("A fixing of the benchmark is missing")

    contract = models.ForeignKey(
        FinancingContract, on_delete=models.PROTECT, related_name="interest_holds", verbose_name=_("contract")
    )
    reason = models.CharField(_("reason"), max_length=14, choices=Reason)
    benchmark = models.ForeignKey(
        Benchmark, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("benchmark")
    )
    missing_from = models.DateField(_("missing from"))
    held_on = models.DateField(_("on hold since"))
    lifted_on = models.DateField(_("lifted on"), null=True, blank=True)

    class Meta:
        verbose_name = _("hold of interest")
        verbose_name_plural = _("holds of interest")
        ordering = ["-held_on", "contract"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(lifted_on__isnull=True),
                name="contracts_interesthold_one_open",
            ),
            models.CheckConstraint(
                condition=Q(lifted_on__isnull=True) | Q(lifted_on__gte=models.F("held_on")),
                name="contracts_interesthold_lifted_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.held_on}"


class InterestChange(models.Model):
    """What was changed back to a day that interest has been counted on: written by the database.

    Runs up to `after_run` did not know it; the next run of each contract concerned works its interest out
    again, once. One of benchmark and contract is named.
    """

    benchmark = models.ForeignKey(
        Benchmark,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("benchmark"),
    )
    contract = models.ForeignKey(
        FinancingContract,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("contract"),
    )
    from_date = models.DateField(_("from"))
    after_run = models.BigIntegerField(_("last run before the change"))

    class Meta:
        verbose_name = _("change of interest")
        verbose_name_plural = _("changes of interest")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(benchmark__isnull=True, contract__isnull=False)
                | Q(benchmark__isnull=False, contract__isnull=True),
                name="contracts_interestchange_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.benchmark_id or self.contract_id} {self.from_date}"
