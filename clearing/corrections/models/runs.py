"""Correction runs: what would have been different, contract by contract and day by day, and what was posted.

Append-only. Findings, entries and reviews arrive in the transaction of their run.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clearing.corrections.models.corrections import Correction


class CorrectionRun(models.Model):
    """One correction carried out: days recomputed, the day it was booked into, the books as it found them."""

    correction = models.ForeignKey(
        Correction, on_delete=models.PROTECT, related_name="runs", verbose_name=_("correction")
    )
    book = models.ForeignKey(
        "ledger.Book", on_delete=models.PROTECT, related_name="+", verbose_name=_("book")
    )
    first_date = models.DateField(_("first day"))
    last_date = models.DateField(_("last day"))
    booking_date = models.DateField(_("booked on"))
    ledger_position = models.BigIntegerField(_("ledger position"))
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("run by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    transaction_id = models.BigIntegerField(_("transaction"), db_default=0, editable=False)

    class Meta:
        verbose_name = _("correction run")
        verbose_name_plural = _("correction runs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["correction"], name="corrections_correctionrun_once"),
            models.CheckConstraint(
                condition=Q(first_date__lte=F("last_date")), name="corrections_correctionrun_days_ascend"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.correction_id} {self.booking_date}"


class FindingFigure(models.TextChoices):
    """What differs."""

    COLLATERAL = "collateral", _("assets")
    LENDING_VALUE = "lending_value", _("lending value")
    DEBT = "debt", _("debts")
    COVERAGE = "coverage", _("coverage")
    LEVEL = "level", _("level in force")
    CALL = "call", _("margin call standing")
    DEPOSIT = "deposit", _("deposit called for")
    LIQUIDATION = "liquidation", _("liquidation due")
    INTEREST = "interest", _("interest of the client")
    FUNDER_INTEREST = "funder_interest", _("interest of a funder")
    CASH = "cash", _("cash")
    QUANTITY = "quantity", _("quantity")
    STATED = "stated", _("closing balance stated")
    STATED_ENTRY = "stated_entry", _("entry stated")
    BREAKS = "breaks", _("open breaks")
    RECEIPT = "receipt", _("receipt booked")
    CONFIRMATION = "confirmation", _("payment or transfer confirmed")
    MATCHED = "matched", _("lines matched")
    BOOK_VALUE = "book_value", _("cost of a position")
    UNREALISED = "unrealised", _("unrealised result of a position")
    REALISED = "realised", _("realised exchange result")
    TAKEN_OVER = "taken_over", _("translated result")


class Tendency(models.TextChoices):
    """Of what either happened or did not: a call, a liquidation."""

    NONE = "", "—"
    MADE = "made", _("made, and should not have been")
    MISSED = "missed", _("missed, and should have been made")


class CorrectionFinding(models.Model):
    """One figure of one day, as stored and as it comes out of the corrected input.

    Amounts in minor units, coverage in parts per million, levels by number (empty: on hold), calls and
    liquidations as 0 or 1 on the first day of a difference.
    """

    run = models.ForeignKey(
        CorrectionRun, on_delete=models.PROTECT, related_name="findings", verbose_name=_("run")
    )
    contract = models.ForeignKey(
        "contracts.FinancingContract",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("contract"),
    )
    business_date = models.DateField(_("business date"))
    figure = models.CharField(_("figure"), max_length=16, choices=FindingFigure)
    subject = models.CharField(_("subject"), max_length=120, blank=True, default="")
    stored = models.BigIntegerField(_("stored"), null=True, blank=True)
    recomputed = models.BigIntegerField(_("recomputed"), null=True, blank=True)
    tendency = models.CharField(_("tendency"), max_length=6, choices=Tendency, blank=True, default="")

    class Meta:
        verbose_name = _("correction finding")
        verbose_name_plural = _("correction findings")
        ordering = ["run", "contract", "business_date", "figure", "subject"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "contract", "business_date", "figure", "subject"],
                name="corrections_correctionfinding_said_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(stored__isnull=True, recomputed__isnull=False)
                | Q(stored__isnull=False, recomputed__isnull=True)
                | Q(stored__isnull=False, recomputed__isnull=False) & ~Q(stored=F("recomputed")),
                name="corrections_correctionfinding_differs",
            ),
            models.CheckConstraint(
                condition=Q(tendency="") & ~Q(figure__in=["call", "liquidation"])
                | Q(figure__in=["call", "liquidation"], tendency="made", stored=1, recomputed=0)
                | Q(figure__in=["call", "liquidation"], tendency="missed", stored=0, recomputed=1),
                name="corrections_correctionfinding_tendency_fits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_date} {self.figure}: {self.stored} > {self.recomputed}"


class PositionAdjustment(models.Model):
    """What a corrected official rate changed of one currency's position, at one revaluation. Append-only.

    The entry puts it right: valued on the revaluation's day, or, where no revaluation came after what was
    booked, on the day of the run. Gains and what the position cost more are positive, in the base currency.
    """

    run = models.ForeignKey(
        CorrectionRun, on_delete=models.PROTECT, related_name="position_adjustments", verbose_name=_("run")
    )
    unit = models.ForeignKey(
        "ledger.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("currency")
    )
    revaluation = models.ForeignKey(
        "ledger.Revaluation",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("revaluation"),
    )
    entry = models.ForeignKey(
        "ledger.JournalEntry", on_delete=models.PROTECT, related_name="+", verbose_name=_("entry")
    )
    cost_minor = models.BigIntegerField(_("cost"))
    unrealised_minor = models.BigIntegerField(_("unrealised"))
    realised_minor = models.BigIntegerField(_("realised"))
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("adjustment of a position")
        verbose_name_plural = _("adjustments of positions")
        ordering = ["run", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "unit", "revaluation"],
                name="corrections_positionadjustment_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=~Q(cost_minor=0, unrealised_minor=0, realised_minor=0),
                name="corrections_positionadjustment_changes_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.revaluation_id}"


class EntryPurpose(models.TextChoices):
    """Why a run posted."""

    ADJUSTMENT = "adjustment", _("adjustment")
    REVERSAL = "reversal", _("reversal")
    REBOOKING = "rebooking", _("rebooked")
    OVERRUN = "overrun", _("funded by the house")


class CorrectionEntry(models.Model):
    """An entry that a run posted, and what for. Append-only."""

    run = models.ForeignKey(
        CorrectionRun, on_delete=models.PROTECT, related_name="entries", verbose_name=_("run")
    )
    entry = models.OneToOneField(
        "ledger.JournalEntry", on_delete=models.PROTECT, related_name="+", verbose_name=_("entry")
    )
    purpose = models.CharField(_("purpose"), max_length=10, choices=EntryPurpose)

    class Meta:
        verbose_name = _("entry of a correction")
        verbose_name_plural = _("entries of corrections")
        ordering = ["run", "entry"]

    def __str__(self) -> str:
        return f"{self.purpose} {self.entry_id}"
