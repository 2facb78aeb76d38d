"""Trades that turned out wrong: cancelled after they were booked, and perhaps booked anew. Append-only."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval
from clearing.settlement.models.trade import Trade
from ledger.models import JournalEntry


class TradeCancellation(models.Model):
    """A trade that never was as it was reported: its entries are reversed, and `replacement` is what was.

    The trade's row stays as it is. It settles no more, and its settlement is reversed where it had settled.
    """

    trade = models.OneToOneField(
        Trade, on_delete=models.PROTECT, related_name="cancellation", verbose_name=_("trade")
    )
    replacement = models.OneToOneField(
        Trade,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replaces",
        verbose_name=_("replacement"),
    )
    reversal_entry = models.OneToOneField(
        JournalEntry, on_delete=models.PROTECT, related_name="+", verbose_name=_("reversal of the booking")
    )
    settlement_reversal_entry = models.OneToOneField(
        JournalEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reversal of the settlement"),
    )
    approval = models.OneToOneField(
        Approval, on_delete=models.PROTECT, related_name="+", verbose_name=_("approval")
    )
    cancelled_on = models.DateField(_("cancelled on"))

    class Meta:
        verbose_name = _("trade cancellation")
        verbose_name_plural = _("trade cancellations")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.trade_id} {self.cancelled_on}"
