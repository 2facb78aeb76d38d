"""Fees that terms provide for, and what was charged by them.

A schedule is part of its terms: written while they are a draft, approved with them, immutable once they are
in force. Amounts are minor units, rates parts per million.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contracts.models.contract import FinancingContract
from contracts.models.product import PARTS_PER_MILLION, TermsVersion
from ledger.models import Book, JournalEntry


class FeeKind(models.TextChoices):
    """What a fee is for, which also says when it falls due."""

    ARRANGEMENT = "arrangement", _("Arrangement fee")  # with each drawdown
    MANAGEMENT = "management", _("Management fee")  # on a month's first business day
    EXTENSION = "extension", _("Extension fee")  # when an extension is made
    EARLY_TERMINATION = "early_termination", _("Early-termination fee")  # principal repaid before maturity


class FeeBasis(models.TextChoices):
    FLAT = "flat", _("a fixed amount")
    PRINCIPAL = "principal", _("percentage of the principal concerned")
    """Drawn, outstanding or repaid early, as the kind says."""


class FeeSchedule(models.Model):
    """One fee of some terms: a fixed amount each time it falls due, or a part of the principal concerned."""

    terms = models.ForeignKey(
        TermsVersion, on_delete=models.PROTECT, related_name="fees", verbose_name=_("terms")
    )
    ordinal = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=17, choices=FeeKind)
    basis = models.CharField(_("basis"), max_length=9, choices=FeeBasis)
    amount_minor = models.BigIntegerField(_("amount"), null=True, blank=True)
    rate_ppm = models.IntegerField(_("rate"), null=True, blank=True)

    class Meta:
        verbose_name = _("fee of terms")
        verbose_name_plural = _("fee schedules")
        ordering = ["terms", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["terms", "ordinal"], name="contracts_feeschedule_ordinal_unique"),
            models.UniqueConstraint(fields=["terms", "kind"], name="contracts_feeschedule_kind_unique"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["arrangement", "management", "extension", "early_termination"],
                    basis__in=["flat", "principal"],
                ),
                name="contracts_feeschedule_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    basis="flat", amount_minor__isnull=False, amount_minor__gt=0, rate_ppm__isnull=True
                )
                | Q(
                    basis="principal",
                    amount_minor__isnull=True,
                    rate_ppm__isnull=False,
                    rate_ppm__range=(1, PARTS_PER_MILLION),
                ),
                name="contracts_feeschedule_basis_fits",
            ),
        ]

    def __str__(self) -> str:
        """As an approval shows it: what for, and how much in minor units or parts per million."""
        if self.basis == FeeBasis.FLAT:
            return f"{self.kind}: {self.amount_minor}"
        return f"{self.kind}: {self.rate_ppm} ppm of the principal"


class FeeCharge(models.Model):
    """A fee as it was charged, once for its occasion; `entry` is set once, with the posting."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", verbose_name=_("book"))
    contract = models.ForeignKey(
        FinancingContract, on_delete=models.PROTECT, related_name="fee_charges", verbose_name=_("contract")
    )
    schedule = models.ForeignKey(
        FeeSchedule, on_delete=models.PROTECT, related_name="charges", verbose_name=_("fee of terms")
    )
    # The month, drawdown, amendment or repayment that it is charged for.
    occasion = models.CharField(_("occasion"), max_length=120)
    charge_date = models.DateField(_("charged on"))
    basis_minor = models.BigIntegerField(_("principal concerned"))
    amount_minor = models.BigIntegerField(_("amount"))
    entry = models.ForeignKey(
        JournalEntry,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("entry"),
    )

    class Meta:
        verbose_name = _("fee charged")
        verbose_name_plural = _("fees charged")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "schedule", "occasion"], name="contracts_feecharge_once_an_occasion"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, basis_minor__gte=0),
                name="contracts_feecharge_amount_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.occasion}: {self.amount_minor}"
