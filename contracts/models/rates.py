"""Rates corrected late: from when on another rate was right, and what that changed of earlier interest.

Append-only. Terms never change; the rate of a side on a day is its terms' or tranche's own, or that of the
newest correction that holds on the day.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval
from contracts.models.contract import FinancingContract, FundingTranche
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
    """What a corrected rate adds to the last accrual of one side. The next accrual goes on from both.

    Numerators as those of :class:`InterestAccrual`, of which `accrual_date` names the one that is meant.
    """

    correction = models.ForeignKey(
        RateCorrection, on_delete=models.PROTECT, related_name="adjustments", verbose_name=_("correction")
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
    closed_numerator = models.DecimalField(_("numerator of closed days"), max_digits=40, decimal_places=0)
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
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(closed_numerator__lt=10**39, cumulative_numerator__lt=10**39),
                name="contracts_interestadjustment_figures_finite",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.accrual_date}: {self.posted_minor}"
