"""Products and the versions of their terms. A contract keeps the version that it was opened with.

Rates, ratios and lines are integers in parts per million (6.5 % is 65,000; a coverage of 150 % is 1,500,000).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Approval
from contracts.models.rule_pack import RulePackVersion
from ledger.models import Unit

PARTS_PER_MILLION = 1_000_000


class Product(models.Model):
    """What is sold: a name under which versions of terms follow one another."""

    code = models.CharField(_("code"), max_length=32)
    name = models.CharField(_("name"), max_length=120)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="contracts_product_code_unique"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9-]*$"), name="contracts_product_code_plain"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class TermsState(models.TextChoices):
    DRAFT = "draft", _("Draft")  # propose_terms; may be changed
    ACTIVE = "active", _("Active")  # from draft, by activate_terms with an approval; never changes again


class TermsDayCount(models.TextChoices):
    """The day counts that the interest run knows; the values are those of contracts.domain.day_count."""

    ACT_365F = "ACT_365F", _("actual/365 fixed")
    ACT_360 = "ACT_360", _("actual/360")


class TermsVersion(models.Model):
    """All that a contract is held to. Immutable once active; a change is a new version by two people."""

    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="versions", verbose_name=_("product")
    )
    version = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=6, choices=TermsState, default=TermsState.DRAFT)
    approval = models.OneToOneField(
        Approval,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("approval"),
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("currency"))
    # Empty only in terms of the time before packs.
    rule_pack_version = models.ForeignKey(
        RulePackVersion,
        on_delete=models.PROTECT,
        related_name="terms",
        null=True,
        blank=True,
        verbose_name=_("rule pack"),
    )

    client_rate_ppm = models.IntegerField(_("client rate"))
    day_count = models.CharField(_("day count"), max_length=8, choices=TermsDayCount)
    penalty_multiple_ppm = models.IntegerField(_("penalty multiple of the rate"))
    penalty_grace_days = models.PositiveSmallIntegerField(_("days of grace"))
    capitalisation_allowed = models.BooleanField(_("interest may be capitalised"))

    # Own money over own and financed together, at a drawdown.
    initial_margin_ppm = models.IntegerField(_("initial margin"))
    # Equity over assets.
    maintenance_ppm = models.IntegerField(_("maintenance margin"))
    max_leverage_ppm = models.IntegerField(_("maximum leverage"))

    warn_ppm = models.IntegerField(_("warning line"))
    restrict_ppm = models.IntegerField(_("restriction line"))
    call_ppm = models.IntegerField(_("call line"))
    liquidate_ppm = models.IntegerField(_("liquidation line"))
    emergency_ppm = models.IntegerField(_("emergency line"))
    insolvent_ppm = models.IntegerField(_("insolvency line"))
    target_coverage_ppm = models.IntegerField(_("target of a liquidation"))
    withdrawal_line_ppm = models.IntegerField(_("withdrawal line"))
    hysteresis_ppm = models.IntegerField(_("hysteresis"))
    call_deadline_sessions = models.PositiveSmallIntegerField(_("call deadline in sessions"))
    calendar_code = models.CharField(_("calendar"), max_length=8)

    haircut_ppm = models.IntegerField(_("haircut"))
    concentration_cap_ppm = models.IntegerField(_("concentration cap"))
    commission_ppm = models.IntegerField(_("commission"))
    external_cost_buy_ppm = models.IntegerField(_("external cost of a purchase"))
    external_cost_sell_ppm = models.IntegerField(_("external cost of a sale"))

    # Calendar days: before maturity the client is reminded, after it what is still owed makes a default.
    maturity_reminder_days = models.PositiveSmallIntegerField(
        _("reminder in days before maturity"), default=14, db_default=14
    )
    maturity_grace_days = models.PositiveSmallIntegerField(
        _("days from maturity to default"), default=5, db_default=5
    )

    waterfall_order = ArrayField(models.CharField(max_length=9), verbose_name=_("order of the waterfall"))
    standing_liquidation_authority = models.BooleanField(_("standing liquidation authority"))
    emergency_liquidation = models.BooleanField(_("liquidation without deadline in an emergency"))
    negative_balance_protection = models.BooleanField(_("negative balance protection"))

    class Meta:
        verbose_name = _("terms")
        verbose_name_plural = _("terms")
        ordering = ["product", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "version"], name="contracts_termsversion_version_unique"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", approval__isnull=True) | Q(state="active", approval__isnull=False),
                name="contracts_termsversion_active_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(day_count__in=["ACT_365F", "ACT_360"]),
                name="contracts_termsversion_day_count_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    client_rate_ppm__range=(0, PARTS_PER_MILLION),
                    penalty_multiple_ppm__gte=PARTS_PER_MILLION,
                ),
                name="contracts_termsversion_rates_in_range",
            ),
            models.CheckConstraint(
                condition=Q(
                    initial_margin_ppm__gt=0,
                    initial_margin_ppm__lte=PARTS_PER_MILLION,
                    maintenance_ppm__gt=0,
                    maintenance_ppm__lt=PARTS_PER_MILLION,
                    max_leverage_ppm__gte=PARTS_PER_MILLION,
                ),
                name="contracts_termsversion_margins_in_range",
            ),
            models.CheckConstraint(
                condition=Q(
                    insolvent_ppm__gt=0,
                    emergency_ppm__gt=F("insolvent_ppm"),
                    liquidate_ppm__gt=F("emergency_ppm"),
                    call_ppm__gt=F("liquidate_ppm"),
                    restrict_ppm__gt=F("call_ppm"),
                    warn_ppm__gt=F("restrict_ppm"),
                ),
                name="contracts_termsversion_lines_descend",
            ),
            models.CheckConstraint(
                condition=Q(
                    target_coverage_ppm__gte=F("call_ppm"),
                    withdrawal_line_ppm__gte=F("restrict_ppm"),
                    hysteresis_ppm__gte=0,
                    call_deadline_sessions__gte=1,
                ),
                name="contracts_termsversion_target_above_call",
            ),
            models.CheckConstraint(
                condition=Q(
                    haircut_ppm__range=(0, PARTS_PER_MILLION),
                    concentration_cap_ppm__range=(1, PARTS_PER_MILLION),
                    commission_ppm__range=(0, PARTS_PER_MILLION),
                    external_cost_buy_ppm__range=(0, PARTS_PER_MILLION),
                    external_cost_sell_ppm__range=(0, PARTS_PER_MILLION),
                ),
                name="contracts_termsversion_parts_in_range",
            ),
            models.CheckConstraint(
                # Five entries that contain all five names: each stands there once.
                condition=Q(
                    waterfall_order__len=5,
                    waterfall_order__contains=["costs", "interest", "principal", "penalty", "fees"],
                ),
                name="contracts_termsversion_waterfall_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} v{self.version}"
