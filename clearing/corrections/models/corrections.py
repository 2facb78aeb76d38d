"""Corrections: what was wrong, what is right, and the two people who say so. Append-only."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _


class CorrectionKind(models.TextChoices):
    """What was wrong."""

    MARK = "mark", _("mark")
    RATE = "rate", _("rate")
    TRADE = "trade", _("trade")
    STATEMENT = "statement", _("statement")
    FX = "fx", _("official rate")


class Correction(models.Model):
    """One input that turned out wrong after it had been acted on. Append-only; `correct` runs it once.

    `was` and `corrected` are the payload's own, so that what a second person approves is this row: the
    approval's hash is `digest`. The same correction proposed twice is one, unless the first was rejected.
    """

    book = models.ForeignKey(
        "ledger.Book", on_delete=models.PROTECT, related_name="+", verbose_name=_("book")
    )
    reference = models.CharField(_("reference"), max_length=40)
    kind = models.CharField(_("kind"), max_length=9, choices=CorrectionKind)
    subject = models.CharField(_("subject"), max_length=160)
    effective_on = models.DateField(_("wrong since"))
    was = models.JSONField(_("recorded values"))
    corrected = models.JSONField(_("correct values"))
    reason = models.TextField(_("reason"))
    evidence = models.CharField(_("evidence"), max_length=200)
    digest = models.BinaryField(_("digest"), max_length=32)
    attempt = models.PositiveSmallIntegerField(_("proposal number"), default=1)
    approval = models.OneToOneField(
        "accounts.Approval", on_delete=models.PROTECT, related_name="+", verbose_name=_("approval")
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "reference"], name="corrections_correction_reference_unique"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["mark", "rate", "trade", "statement", "fx"]),
                name="corrections_correction_kind_known",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(evidence="") & ~Q(subject=""),
                name="corrections_correction_says_why",
            ),
            models.CheckConstraint(
                condition=Exact(Length("digest"), 32), name="corrections_correction_digest_is_sha256"
            ),
            models.CheckConstraint(
                condition=Q(attempt__gte=1), name="corrections_correction_attempt_from_one"
            ),
        ]

    def __str__(self) -> str:
        return self.reference
