"""Products and the versions of their terms. A contract keeps the version that it was opened with.

Rates, ratios and lines are integers in parts per million (6.5 % is 65,000; a coverage of 150 % is 1,500,000).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Approval
from contracts.models.benchmark import Benchmark
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
    ACT_ACT_ISDA = "ACT_ACT_ISDA", _("actual/actual (ISDA)")
    THIRTY_360_BOND = "THIRTY_360_BOND", _("30/360 bond basis")
    THIRTY_360_US = "THIRTY_360_US", _("30/360 US, with the February rule")
    THIRTY_E_360 = "THIRTY_E_360", _("30E/360")
    THIRTY_E_360_ISDA = "THIRTY_E_360_ISDA", _("30E/360 (ISDA)")


class TermsSameDayRule(models.TextChoices):
    """What a loan costs that is drawn and repaid on one day; the values are contracts.domain.interest's."""

    FREE = "FREE", _("no interest")
    ONE_DAY = "ONE_DAY", _("one day's interest")


class TermsPenaltyMode(models.TextChoices):
    """Whether contract interest runs on beside penalty; the values are those of contracts.domain.penalty."""

    INSTEAD = "INSTEAD", _("instead of contract interest")
    ON_TOP = "ON_TOP", _("in addition to contract interest")


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

    # Nought where a benchmark gives the rate.
    client_rate_ppm = models.IntegerField(_("client rate"))
    day_count = models.CharField(_("day count"), max_length=17, choices=TermsDayCount)
    same_day_rule = models.CharField(
        _("same-day loan"),
        max_length=7,
        choices=TermsSameDayRule,
        default=TermsSameDayRule.FREE,
    )
    benchmark = models.ForeignKey(
        Benchmark,
        on_delete=models.PROTECT,
        related_name="terms",
        null=True,
        blank=True,
        verbose_name=_("benchmark"),
    )
    spread_ppm = models.IntegerField(_("spread over the benchmark"), default=0)
    rate_floor_ppm = models.IntegerField(_("floor of the rate"), default=0)
    rate_cap_ppm = models.IntegerField(_("cap of the rate"), default=PARTS_PER_MILLION)
    # The rate is fixed anew on the first day of every so many months of the year; 0: with every fixing.
    reset_months = models.PositiveSmallIntegerField(_("months between resets"), default=0)
    penalty_mode = models.CharField(
        _("penalty interest is charged"),
        max_length=7,
        choices=TermsPenaltyMode,
        default=TermsPenaltyMode.INSTEAD,
    )
    # Interest becomes principal on the first business day of every so many months; 0: only when asked.
    capitalisation_months = models.PositiveSmallIntegerField(_("months between capitalisations"), default=0)
    penalty_multiple_ppm = models.IntegerField(_("penalty multiple of the rate"))
    penalty_grace_days = models.PositiveSmallIntegerField(_("penalty grace period in days"))
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
                condition=Q(
                    day_count__in=[
                        "ACT_365F",
                        "ACT_360",
                        "ACT_ACT_ISDA",
                        "THIRTY_360_BOND",
                        "THIRTY_360_US",
                        "THIRTY_E_360",
                        "THIRTY_E_360_ISDA",
                    ],
                    same_day_rule__in=["FREE", "ONE_DAY"],
                    penalty_mode__in=["INSTEAD", "ON_TOP"],
                ),
                name="contracts_termsversion_day_count_known",
            ),
            models.CheckConstraint(
                condition=Q(benchmark__isnull=True, spread_ppm=0, reset_months=0)
                | Q(
                    benchmark__isnull=False,
                    client_rate_ppm=0,
                    spread_ppm__range=(-PARTS_PER_MILLION, PARTS_PER_MILLION),
                    reset_months__in=[0, 1, 2, 3, 4, 6, 12],
                ),
                name="contracts_termsversion_rate_fixed_or_floating",
            ),
            models.CheckConstraint(
                condition=Q(
                    rate_floor_ppm__gte=0,
                    rate_cap_ppm__gte=F("rate_floor_ppm"),
                    rate_cap_ppm__lte=PARTS_PER_MILLION,
                ),
                name="contracts_termsversion_floor_below_cap",
            ),
            models.CheckConstraint(
                condition=Q(capitalisation_months=0)
                | Q(capitalisation_months__in=[1, 2, 3, 4, 6, 12], capitalisation_allowed=True),
                name="contracts_termsversion_capitalises_where_allowed",
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
