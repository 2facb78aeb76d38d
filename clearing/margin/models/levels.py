"""Levels: each change is a row, and the level in force follows from the changes by a trigger."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clearing.margin.models.choices import MarginLevel, MarginSideState
from clearing.margin.models.valuations import Valuation


class LevelChange(models.Model):
    """A contract moved on the ladder, or into or out of a hold. Append-only; `to_level` is empty while on
    hold.
    """

    book = models.ForeignKey("ledger.Book", on_delete=models.PROTECT, verbose_name=_("book"))
    contract = models.ForeignKey(
        "contracts.FinancingContract",
        on_delete=models.PROTECT,
        related_name="level_changes",
        verbose_name=_("contract"),
    )
    business_date = models.DateField(_("business date"))
    from_level = models.SmallIntegerField(_("from level"), choices=MarginLevel, null=True)
    to_level = models.SmallIntegerField(_("to level"), choices=MarginLevel, null=True)
    from_side_state = models.CharField(
        _("from side state"), max_length=30, choices=MarginSideState, blank=True
    )
    to_side_state = models.CharField(_("to side state"), max_length=30, choices=MarginSideState, blank=True)
    valuation = models.ForeignKey(Valuation, on_delete=models.PROTECT, verbose_name=_("valuation"))
    reason = models.TextField(_("reason"))
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("level change")
        verbose_name_plural = _("level changes")
        constraints = [
            models.UniqueConstraint(fields=["valuation"], name="margin_levelchange_once_per_valuation"),
            models.CheckConstraint(
                condition=(Q(to_side_state="") & Q(to_level__isnull=False, to_level__range=(0, 6)))
                | (~Q(to_side_state="") & Q(to_level__isnull=True)),
                name="margin_levelchange_has_level_or_hold",
            ),
            models.CheckConstraint(
                condition=~Q(from_side_state=F("to_side_state"))
                | Q(from_level__isnull=True)
                | ~Q(from_level=F("to_level")),
                name="margin_levelchange_changes_something",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="margin_levelchange_says_why"),
        ]
        indexes = [
            models.Index(fields=["contract", "-id"], name="margin_levelchange_newest"),
            models.Index(fields=["book", "business_date"], name="margin_levelchange_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.business_date}: {self.from_level} > {self.to_level}"


class ContractLevel(models.Model):
    """The level in force of a contract: its last change. Written by the trigger on changes, by nobody
    else.
    """

    contract = models.OneToOneField(
        "contracts.FinancingContract",
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="margin_level",
        verbose_name=_("contract"),
    )
    book = models.ForeignKey("ledger.Book", on_delete=models.PROTECT, verbose_name=_("book"))
    level = models.SmallIntegerField(_("level"), choices=MarginLevel, null=True)
    known_level = models.SmallIntegerField(_("last known level"), choices=MarginLevel, null=True)
    """What hysteresis counts from after a hold: the level before it."""
    side_state = models.CharField(_("side state"), max_length=30, choices=MarginSideState, blank=True)
    since = models.DateField(_("since"))
    change = models.OneToOneField(LevelChange, on_delete=models.PROTECT, verbose_name=_("change"))

    class Meta:
        verbose_name = _("level in force")
        verbose_name_plural = _("levels in force")
        indexes = [models.Index(fields=["book", "level"], name="margin_contractlevel_by_level")]

    def __str__(self) -> str:
        return f"{self.contract_id}: {self.level}"
