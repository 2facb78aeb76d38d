"""Instruments: what clearing needs to know of a security beyond its being a unit of the ledger."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from ledger.models import Unit


class Instrument(models.Model):
    """A security that is traded and priced: one per security unit, quoted in one currency on one calendar.

    Prices are integers in the currency's minor unit per whole share. Instruments belong to no book: what one
    is worth does not depend on who holds it; quotes and marks do carry a book.
    """

    unit = models.OneToOneField(
        Unit, on_delete=models.PROTECT, related_name="instrument", verbose_name=_("security")
    )
    currency = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("currency"))
    calendar_code = models.CharField(_("calendar"), max_length=16)
    lot_size = models.PositiveIntegerField(_("lot size"), default=1)
    settlement_days = models.PositiveSmallIntegerField(
        _("settlement days"), help_text=_("Sessions from trade to settlement: 3 is T+3.")
    )
    haircut_ppm = models.PositiveIntegerField(
        _("haircut (ppm)"), null=True, blank=True, help_text=_("Empty: the terms' default.")
    )
    price_limit_ppm = models.PositiveIntegerField(
        _("daily price limit (ppm)"),
        null=True,
        blank=True,
        help_text=_("Either side of the previous close. Empty: the market has none."),
    )
    average_daily_volume = models.BigIntegerField(_("average daily volume"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        ordering = ["unit__code"]
        constraints = [
            models.CheckConstraint(condition=Q(lot_size__gte=1), name="marks_instrument_lot_size_positive"),
            models.CheckConstraint(
                condition=Q(settlement_days__lte=10), name="marks_instrument_settlement_days_plausible"
            ),
            models.CheckConstraint(
                condition=Q(haircut_ppm__isnull=True) | Q(haircut_ppm__lte=1_000_000),
                name="marks_instrument_haircut_at_most_whole",
            ),
            models.CheckConstraint(
                condition=Q(price_limit_ppm__isnull=True)
                | Q(price_limit_ppm__gt=0, price_limit_ppm__lte=1_000_000),
                name="marks_instrument_price_limit_in_range",
            ),
            models.CheckConstraint(
                condition=Q(average_daily_volume__isnull=True) | Q(average_daily_volume__gte=0),
                name="marks_instrument_volume_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(calendar_code__regex=r"^\S+$"), name="marks_instrument_calendar_present"
            ),
        ]

    def __str__(self) -> str:
        return self.unit.code
