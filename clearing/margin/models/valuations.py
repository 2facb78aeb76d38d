"""Valuations: what a contract was worth on a business date, what it owed, and the inputs of both.
Append-only.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clearing.margin.models.choices import MarginLevel, MarginSideState

_HELD = Q(raw_level__isnull=True, collateral_minor__isnull=True, coverage_ppm__isnull=True)


class Valuation(models.Model):
    """One contract on one business date, by trade date: C = cash + securities, D = everything owed.

    The four arrays run in parallel, one element per security in the order of instrument ids: quantity times
    the mark's price, and its credit after haircut and concentration. With the ledger position, the marks and
    the terms they are all that the figures were made from.
    """

    book = models.ForeignKey("ledger.Book", on_delete=models.PROTECT, verbose_name=_("book"))
    contract = models.ForeignKey(
        "contracts.FinancingContract",
        on_delete=models.PROTECT,
        related_name="valuations",
        verbose_name=_("contract"),
    )
    terms = models.ForeignKey("contracts.TermsVersion", on_delete=models.PROTECT, verbose_name=_("terms"))
    business_date = models.DateField(_("business date"))
    cash_minor = models.BigIntegerField(_("cash, unsettled included"))
    securities_minor = models.BigIntegerField(_("securities at marks"), null=True)
    lending_value_minor = models.BigIntegerField(_("lending value"), null=True)
    collateral_minor = models.BigIntegerField(_("assets"), null=True)
    principal_minor = models.BigIntegerField(_("principal"))
    interest_minor = models.BigIntegerField(_("accrued interest"))
    pending_interest_minor = models.BigIntegerField(_("pending interest"))
    penalty_minor = models.BigIntegerField(_("penalty"))
    fees_minor = models.BigIntegerField(_("fees due"))
    debt_minor = models.BigIntegerField(_("debts"))
    coverage_ppm = models.BigIntegerField(_("coverage, truncated"), null=True)
    raw_level = models.SmallIntegerField(_("level before hysteresis"), choices=MarginLevel, null=True)
    side_state = models.CharField(
        _("side state"), max_length=30, choices=MarginSideState, blank=True, default=""
    )
    hold_reason = models.TextField(_("reason for the hold"), blank=True, default="")
    marks_allow_liquidation = models.BooleanField(_("all marks usable for liquidation"))
    instrument_ids = ArrayField(models.BigIntegerField(), verbose_name=_("instruments"))
    quantities = ArrayField(models.BigIntegerField(), verbose_name=_("quantities"))
    mark_ids = ArrayField(models.BigIntegerField(null=True), verbose_name=_("marks"))
    credits_ppm = ArrayField(models.IntegerField(), verbose_name=_("credit by instrument"))
    inputs_digest = models.BinaryField(_("digest of the inputs"), max_length=32)
    ledger_position = models.BigIntegerField(_("ledger position"))
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("valuation")
        verbose_name_plural = _("valuations")
        constraints = [
            models.UniqueConstraint(fields=["contract", "business_date"], name="margin_valuation_once_a_day"),
            models.CheckConstraint(
                condition=(
                    Q(side_state="")
                    & Q(hold_reason="")
                    & Q(raw_level__isnull=False, raw_level__range=(0, 6), collateral_minor__isnull=False)
                )
                | (~Q(side_state="") & ~Q(hold_reason="") & _HELD),
                name="margin_valuation_has_level_or_hold",
            ),
            models.CheckConstraint(
                condition=Q(collateral_minor__isnull=True)
                | Q(collateral_minor=F("cash_minor") + F("securities_minor")),
                name="margin_valuation_assets_are_their_sum",
            ),
            models.CheckConstraint(
                condition=Q(
                    debt_minor=F("principal_minor")
                    + F("interest_minor")
                    + F("pending_interest_minor")
                    + F("penalty_minor")
                    + F("fees_minor")
                ),
                name="margin_valuation_debts_are_their_sum",
            ),
            models.CheckConstraint(
                condition=Q(quantities__len=F("instrument_ids__len"))
                & Q(mark_ids__len=F("instrument_ids__len"))
                & Q(credits_ppm__len=F("instrument_ids__len")),
                name="margin_valuation_inputs_run_in_parallel",
            ),
        ]
        indexes = [models.Index(fields=["book", "business_date"], name="margin_valuation_by_day")]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.business_date}"
