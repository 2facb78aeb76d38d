"""Marks: the official price of an instrument and session, or the hold that stands in its place."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval
from clearing.marks.models.instrument import Instrument
from clearing.marks.models.quote import Quote
from ledger.models import Book


class MarkState(models.TextChoices):
    OFFICIAL = "official", _("official")
    SINGLE_SOURCE = "single_source", _("single source")
    """Good for valuation; for liquidation only within the day's price limits."""
    HOLD = "hold", _("hold")
    """No price: stops liquidation and withdrawals alike."""


class HoldReason(models.TextChoices):
    NO_PRICE = "no_price", _("no valid quote")
    NO_CONSENSUS = "no_consensus", _("the sources do not agree")
    EPOCH_MISMATCH = "epoch_mismatch", _("price and quantity are of different corporate-action epochs")


class Verdict(models.TextChoices):
    ACCEPTED = "accepted", _("in the mark")
    NOT_POSITIVE = "not_positive", _("zero or negative")
    STALE = "stale", _("older than the session's window")
    LATE = "late", _("after the session's window")
    EPOCH_MISMATCH = "epoch_mismatch", _("of another corporate-action epoch")
    OUTSIDE_LIMITS = "outside_limits", _("beyond the day's price limits")
    DUPLICATE = "duplicate", _("replaced by a later quote of its source")
    OUTLIER = "outlier", _("further than the tolerance from the median")
    NO_CONSENSUS = "no_consensus", _("valid by itself, but the sources do not agree")


class MarkQuerySet(models.QuerySet["Mark"]):
    """Marks, of which one version each is current."""

    def current(self) -> Self:
        """Those that no later version supersedes: what every later read takes."""
        return self.filter(successor__isnull=True)


class Mark(models.Model):
    """What a session's quotes amount to, fixed once. Append-only: a mark corrected later is a further
    version, which supersedes the one before it by an approval of two people, and both stay.

    ``previous_price_minor`` is the instrument's last price fixed before, as it was then (not adjusted for a
    corporate action between); ``quote_ids`` are the quotes that are in the price.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", verbose_name=_("book"))
    instrument = models.ForeignKey(
        Instrument, on_delete=models.PROTECT, related_name="marks", verbose_name=_("instrument")
    )
    session_date = models.DateField(_("session"))
    state = models.CharField(_("state"), max_length=13, choices=MarkState)
    price_minor = models.BigIntegerField(_("price"), null=True)
    previous_price_minor = models.BigIntegerField(_("previous price"), null=True)
    usable_for_liquidation = models.BooleanField(_("usable for liquidation"))
    epoch = models.PositiveIntegerField(_("epoch"))
    reason = models.CharField(_("reason"), max_length=20, choices=HoldReason, blank=True, default="")
    quote_ids = ArrayField(models.BigIntegerField(), verbose_name=_("quotes"))
    rule_version = models.CharField(_("rule"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"), default=1, db_default=1)
    supersedes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="successor",
        verbose_name=_("supersedes"),
    )
    approval = models.ForeignKey(
        Approval,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("approval"),
    )

    objects = MarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints = [
            models.UniqueConstraint(
                fields=["book", "session_date", "instrument", "version"], name="marks_mark_fixed_once"
            ),
            models.CheckConstraint(
                condition=Q(version=1, supersedes__isnull=True, approval__isnull=True)
                | Q(version__gt=1, supersedes__isnull=False, approval__isnull=False),
                name="marks_mark_later_version_supersedes",
            ),
            models.CheckConstraint(
                condition=Q(state="hold", price_minor__isnull=True)
                | Q(state__in=["official", "single_source"], price_minor__isnull=False),
                name="marks_mark_price_exactly_unless_hold",
            ),
            models.CheckConstraint(
                condition=Q(price_minor__isnull=True) | Q(price_minor__gt=0),
                name="marks_mark_price_positive",
            ),
            models.CheckConstraint(
                condition=(Q(state="hold") & Q(reason__in=HoldReason.values))
                | (~Q(state="hold") & Q(reason="")),
                name="marks_mark_reason_exactly_on_hold",
            ),
            models.CheckConstraint(
                condition=Q(usable_for_liquidation=False) | ~Q(state="hold"),
                name="marks_mark_hold_liquidates_nothing",
            ),
        ]
        indexes = [
            # The last price before a session, per instrument, without reading the holds between.
            models.Index(
                F("book"),
                F("instrument"),
                F("session_date").desc(),
                name="marks_mark_last_price",
                condition=Q(price_minor__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.session_date}: {self.state}"


class QuoteVerdict(models.Model):
    """What a mark made of one quote, and how far it lay from the median where one was taken. Append-only."""

    mark = models.ForeignKey(Mark, on_delete=models.PROTECT, related_name="verdicts", verbose_name=_("mark"))
    quote = models.OneToOneField(
        Quote, on_delete=models.PROTECT, related_name="verdict", verbose_name=_("quote")
    )
    verdict = models.CharField(_("verdict"), max_length=14, choices=Verdict)
    deviation_ppm = models.BigIntegerField(_("deviation (ppm)"), null=True)

    class Meta:
        verbose_name = _("quote verdict")
        verbose_name_plural = _("quote verdicts")
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=Verdict.values), name="marks_quoteverdict_verdict_known"
            )
        ]

    def __str__(self) -> str:
        return self.verdict
