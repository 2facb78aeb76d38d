"""Rates corrected late: from when on another rate was right, and what that changed of earlier interest.

Append-only. Terms never change; the rate of a side on a day is its terms' or tranche's own, or that of the
newest correction that holds on the day.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval
from contracts.models.contract import FinancingContract, FundingTranche
from contracts.models.interest import InterestRun
from contracts.models.product import PARTS_PER_MILLION, TermsVersion


class RateCorrection(models.Model):
    """From a day on another rate was right: the clients' of some terms, or one tranche's to its funder."""

    terms = models.ForeignKey(
        TermsVersion,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("terms"),
    )
    tranche = models.ForeignKey(
        FundingTranche,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tranche"),
    )
    from_date = models.DateField(_("from"))
    rate_ppm = models.IntegerField(_("rate"))
    approval = models.OneToOneField(
        Approval, on_delete=models.PROTECT, related_name="+", verbose_name=_("approval")
    )

    class Meta:
        verbose_name = _("rate correction")
        verbose_name_plural = _("rate corrections")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(terms__isnull=False, tranche__isnull=True)
                | Q(terms__isnull=True, tranche__isnull=False),
                name="contracts_ratecorrection_of_one_side",
            ),
            models.CheckConstraint(
                condition=Q(rate_ppm__range=(0, PARTS_PER_MILLION)),
                name="contracts_ratecorrection_rate_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_date}: {self.rate_ppm}"


class InterestAdjustment(models.Model):
    """What a change back to an earlier day adds to the last accrual of one side. The next goes on from both.

    Numerators as those of :class:`InterestAccrual`, of which `accrual_date` names the one that is meant. A
    corrected rate names its correction; principal, a fixing or terms that were changed back to a day name the
    run that found it. `value_date` is the day from which it was wrong.
    """

    correction = models.ForeignKey(
        RateCorrection,
        on_delete=models.PROTECT,
        related_name="adjustments",
        null=True,
        blank=True,
        verbose_name=_("correction"),
    )
    run = models.ForeignKey(
        InterestRun,
        on_delete=models.PROTECT,
        related_name="adjustments",
        null=True,
        blank=True,
        verbose_name=_("run"),
    )
    contract = models.ForeignKey(
        FinancingContract,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("contract"),
    )
    tranche = models.ForeignKey(
        FundingTranche,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        null=True,
        blank=True,
        verbose_name=_("tranche"),
    )
    accrual_date = models.DateField(_("accrued up to"))
    booking_date = models.DateField(_("booking date"))
    value_date = models.DateField(_("value date"), null=True)
    closed_numerator = models.DecimalField(_("numerator of closed days"), max_digits=40, decimal_places=0)
    same_day_numerator = models.DecimalField(
        _("numerator of same-day loans"), max_digits=40, decimal_places=0, default=0, db_default=0
    )
    cumulative_numerator = models.DecimalField(_("cumulative numerator"), max_digits=40, decimal_places=0)
    posted_minor = models.BigIntegerField(_("posted"))

    class Meta:
        verbose_name = _("interest adjustment")
        verbose_name_plural = _("interest adjustments")
        ordering = ["contract", "accrual_date", "id"]
        indexes = [models.Index(fields=["contract", "accrual_date"], name="contracts_adjustment_of_row")]
        constraints = [
            models.UniqueConstraint(
                fields=["correction", "contract", "tranche"],
                name="contracts_interestadjustment_once",
                condition=Q(correction__isnull=False),
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["run", "contract", "tranche", "value_date"],
                name="contracts_interestadjustment_once_a_run",
                condition=Q(run__isnull=False),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(correction__isnull=False, run__isnull=True)
                | Q(correction__isnull=True, run__isnull=False, value_date__isnull=False),
                name="contracts_interestadjustment_has_one_cause",
            ),
            models.CheckConstraint(
                condition=Q(closed_numerator__lt=10**39, cumulative_numerator__lt=10**39),
                name="contracts_interestadjustment_figures_finite",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.accrual_date}: {self.posted_minor}"
