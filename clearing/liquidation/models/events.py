"""What happened to a liquidation, append-only, each event carrying the hash of the one before."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clearing.liquidation.models.liquidations import Liquidation


class LiquidationEventKind(models.TextChoices):
    """What happened."""

    PROPOSED = "proposed", _("proposed")
    RELEASED = "released", _("released")
    ORDERED = "ordered", _("orders placed")
    FILLED = "filled", _("session over")
    POSTPONED = "postponed", _("nothing can be sold now")
    EXECUTED = "executed", _("nothing left to sell")
    SETTLED = "settled", _("settled")
    WATERFALLED = "waterfalled", _("distributed")
    REPAID = "repaid", _("repaid")
    REVIEWED = "reviewed", _("reviewed")
    CANCELLED = "cancelled", _("cancelled")


class LiquidationEvent(models.Model):
    """One step. The database numbers it and computes both hashes; whoever states others is refused."""

    liquidation = models.ForeignKey(
        Liquidation, on_delete=models.PROTECT, related_name="events", verbose_name=_("liquidation")
    )
    sequence = models.IntegerField(_("number"), default=0)
    kind = models.CharField(_("kind"), max_length=11, choices=LiquidationEventKind)
    business_date = models.DateField(_("business date"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("actor")
    )
    reason = models.TextField(_("reason"))
    payload = models.JSONField(_("payload"))
    previous_hash = models.BinaryField(_("hash of the event before"), max_length=32, default=b"")
    event_hash = models.BinaryField(_("hash"), max_length=32, default=b"")
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("liquidation event")
        verbose_name_plural = _("liquidation events")
        constraints = [
            models.UniqueConstraint(
                fields=["liquidation", "sequence"], name="liquidation_liquidationevent_numbered_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="liquidation_liquidationevent_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.liquidation_id}/{self.sequence} {self.kind}"
