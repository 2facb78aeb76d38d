"""Sale orders of a liquidation. Fills are trades that name the order; an order never outlives its session."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clearing.liquidation.models.liquidations import Liquidation


class LiquidationOrderState(models.TextChoices):
    """The life of an order."""

    OPEN = "open", _("open")
    """By place_orders, for the next session."""
    FILLED = "filled", _("filled")
    """From open, by record_fills."""
    PART_FILLED = "part_filled", _("filled in part")
    """From open, by record_fills: the session is over and the rest was planned anew."""
    CANCELLED = "cancelled", _("cancelled")
    """From open, by record_fills: the session is over and nothing was filled."""


class LiquidationOrder(models.Model):
    """Sell so many of one security in the next session. `placed_on` is the evening that the order went
    out.
    """

    liquidation = models.ForeignKey(
        Liquidation, on_delete=models.PROTECT, related_name="orders", verbose_name=_("liquidation")
    )
    reference = models.CharField(_("reference"), max_length=50)
    instrument = models.ForeignKey("marks.Instrument", on_delete=models.PROTECT, verbose_name=_("instrument"))
    quantity = models.BigIntegerField(_("quantity"))
    expected_price_minor = models.BigIntegerField(_("expected price"))
    placed_on = models.DateField(_("placed on"))
    state = models.CharField(
        _("state"), max_length=11, choices=LiquidationOrderState, default=LiquidationOrderState.OPEN
    )
    filled_quantity = models.BigIntegerField(_("filled quantity"), default=0)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("liquidation order")
        verbose_name_plural = _("liquidation orders")
        constraints = [
            models.UniqueConstraint(
                fields=["reference"], name="liquidation_liquidationorder_reference_unique"
            ),
            models.UniqueConstraint(
                fields=["liquidation", "instrument"],
                condition=Q(state="open"),
                name="liquidation_liquidationorder_one_open",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, expected_price_minor__gt=0),
                name="liquidation_liquidationorder_sells_something",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_on__isnull=True, filled_quantity=0)
                | Q(state="filled", closed_on__isnull=False, filled_quantity__gte=F("quantity"))
                | Q(
                    state="part_filled",
                    closed_on__isnull=False,
                    filled_quantity__gt=0,
                    filled_quantity__lt=F("quantity"),
                )
                | Q(state="cancelled", closed_on__isnull=False, filled_quantity=0),
                name="liquidation_liquidationorder_state_fits_fill",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
