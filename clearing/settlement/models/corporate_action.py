"""What has been booked of a corporate action: once on ex-date, once on delivery."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clearing.marks.models import CorporateAction
from custody.models import Custodian
from ledger.models import JournalEntry


class Stage(models.TextChoices):
    EX = "ex", _("ex-date: entitlement")
    DELIVERED = "delivered", _("paid or credited")


class CorporateActionStep(models.Model):
    """A stage that was reached, also where nobody held anything. Append-only."""

    action = models.ForeignKey(
        CorporateAction, on_delete=models.PROTECT, related_name="steps", verbose_name=_("corporate action")
    )
    stage = models.CharField(_("stage"), max_length=9, choices=Stage)
    business_date = models.DateField(_("business date"))

    class Meta:
        verbose_name = _("corporate-action step")
        verbose_name_plural = _("corporate-action steps")
        constraints = [
            models.UniqueConstraint(
                fields=["action", "stage"], name="settlement_corporateactionstep_reached_once"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=Stage.values), name="settlement_corporateactionstep_stage_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.stage}"


class CorporateActionEntry(models.Model):
    """An entry of a step: one per custodian and kind. Who got what is in its postings. Append-only."""

    step = models.ForeignKey(
        CorporateActionStep, on_delete=models.PROTECT, related_name="entries", verbose_name=_("step")
    )
    custodian = models.ForeignKey(
        Custodian, on_delete=models.PROTECT, related_name="+", verbose_name=_("custodian")
    )
    entry = models.OneToOneField(
        JournalEntry, on_delete=models.PROTECT, related_name="+", verbose_name=_("entry")
    )

    class Meta:
        verbose_name = _("corporate-action entry")
        verbose_name_plural = _("corporate-action entries")

    def __str__(self) -> str:
        return f"{self.step}: {self.entry_id}"
