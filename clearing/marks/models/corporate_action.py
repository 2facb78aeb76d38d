"""Corporate actions: what an issuer does that changes quantity or price, or pays."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clearing.marks.models.instrument import Instrument
from ledger.models import Book


class CorporateActionKind(models.TextChoices):
    DIVIDEND = "dividend", _("cash dividend")
    SPLIT = "split", _("split")


class CorporateAction(models.Model):
    """A dividend or a split as announced. Append-only.

    Whoever holds on trade date when ``ex_date`` opens is entitled. The custodian counts settled holdings at
    the close of ``record_date`` and delivers on ``pay_date``. A dividend pays ``amount_micro`` millionths of
    the currency's minor unit per share, less tax of ``tax_ppm`` (0.11 USD: 11,000,000). A split turns
    ``ratio_denominator`` old shares into ``ratio_numerator`` new ones and opens a new epoch.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", verbose_name=_("book"))
    instrument = models.ForeignKey(
        Instrument, on_delete=models.PROTECT, related_name="corporate_actions", verbose_name=_("instrument")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=CorporateActionKind)
    announced_on = models.DateField(_("announced on"))
    ex_date = models.DateField(_("ex-date"))
    record_date = models.DateField(_("record date"))
    pay_date = models.DateField(_("pay date"))
    ratio_numerator = models.PositiveIntegerField(_("new shares"), null=True, blank=True)
    ratio_denominator = models.PositiveIntegerField(_("for old shares"), null=True, blank=True)
    amount_micro = models.BigIntegerField(_("amount per share (millionths)"), null=True, blank=True)
    tax_ppm = models.PositiveIntegerField(_("tax (ppm)"), default=0)

    class Meta:
        verbose_name = _("corporate action")
        verbose_name_plural = _("corporate actions")
        ordering = ["ex_date", "instrument"]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "instrument", "kind", "ex_date"], name="marks_corporateaction_announced_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind="dividend",
                    amount_micro__isnull=False,
                    amount_micro__gt=0,
                    ratio_numerator__isnull=True,
                    ratio_denominator__isnull=True,
                )
                | (
                    Q(
                        kind="split",
                        amount_micro__isnull=True,
                        ratio_numerator__isnull=False,
                        ratio_denominator__isnull=False,
                        ratio_numerator__gt=0,
                        ratio_denominator__gt=0,
                        tax_ppm=0,
                    )
                    & ~Q(ratio_numerator=F("ratio_denominator"))
                ),
                name="marks_corporateaction_terms_fit_kind",
            ),
            models.CheckConstraint(
                condition=Q(tax_ppm__lte=1_000_000), name="marks_corporateaction_tax_at_most_whole"
            ),
            models.CheckConstraint(
                condition=Q(
                    announced_on__lte=F("ex_date"),
                    record_date__gte=F("ex_date"),
                    pay_date__gte=F("record_date"),
                ),
                name="marks_corporateaction_dates_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["book", "ex_date"], name="marks_action_ex_date"),
            models.Index(fields=["book", "pay_date"], name="marks_action_pay_date"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ex_date}"
