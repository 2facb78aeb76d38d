"""What permitted each drawdown: the client's standing, and the leverage that was left."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import SuitabilityAssessment
from contracts.models.contract import FinancingContract
from contracts.models.product import PARTS_PER_MILLION
from contracts.models.rule_pack import RulePackVersion
from ledger.models import Book, JournalEntry


class CapSource(models.TextChoices):
    """Which of the caps was the smallest."""

    MAINTENANCE = "maintenance", _("maintenance margin of the terms")
    INITIAL = "initial", _("initial margin of the terms")
    TERMS = "terms", _("maximum leverage of the terms")
    PACK = "pack", _("initial margin of the rule pack")
    TIER = "tier", _("client's risk tier")
    DYNAMIC = "dynamic", _("dynamic limit")


class Drawdown(models.Model):
    """One drawdown and why it was permitted; append-only, one for each entry of the kind.

    `financed_minor` is all that the contract has financed after it, `own_minor` the client's own beside it as
    it was counted; `cap_ppm` is the leverage that was permitted, rounded up to a part per million.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", verbose_name=_("book"))
    entry = models.OneToOneField(
        JournalEntry, on_delete=models.PROTECT, related_name="+", verbose_name=_("entry")
    )
    contract = models.ForeignKey(
        FinancingContract, on_delete=models.PROTECT, related_name="drawdowns", verbose_name=_("contract")
    )
    booking_date = models.DateField(_("booking date"))
    amount_minor = models.BigIntegerField(_("amount"))
    own_minor = models.BigIntegerField(_("client's own funds"))
    financed_minor = models.BigIntegerField(_("financed after the drawdown"))
    cap_ppm = models.BigIntegerField(_("leverage permitted"))
    cap_source = models.CharField(_("binding limit"), max_length=11, choices=CapSource)
    tier = models.PositiveSmallIntegerField(_("tier"))
    assessment = models.ForeignKey(
        SuitabilityAssessment, on_delete=models.PROTECT, related_name="+", verbose_name=_("assessment")
    )
    rule_pack_version = models.ForeignKey(
        RulePackVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("rule pack")
    )

    class Meta:
        verbose_name = _("drawdown")
        verbose_name_plural = _("drawdowns")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, own_minor__gt=0, financed_minor__gte=F("amount_minor")),
                name="contracts_drawdown_amounts_positive",
            ),
            models.CheckConstraint(
                condition=Q(cap_ppm__gte=PARTS_PER_MILLION), name="contracts_drawdown_cap_at_least_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}: {self.amount_minor}"
