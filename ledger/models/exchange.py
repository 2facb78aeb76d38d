"""Official rates, clients' exchanges and their settlement, and the revaluation of the house's positions.

All of it is append-only. What the database refuses: docs/rules/ledger.md.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ledger.domain.exchange import RATE_DECIMALS, RATE_DIGITS
from ledger.models.accounts import Account
from ledger.models.books import Book, Unit
from ledger.models.journal import JournalEntry

LARGEST_RATE = 10 ** (RATE_DIGITS - RATE_DECIMALS)


class OfficialRate(models.Model):
    """What one major unit of a currency is worth in another on a day, as stated. The newest version counts.

    A pair has the rate of a day in one direction only, so that its inverse is one number.
    """

    MANUAL = "manual"

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("book")
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("currency"))
    base_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("base currency")
    )
    rate_date = models.DateField(_("rate date"))
    rate = models.DecimalField(_("rate"), max_digits=RATE_DIGITS, decimal_places=RATE_DECIMALS)
    source = models.CharField(_("source"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"))
    approval = models.ForeignKey(
        "accounts.Approval",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approval"),
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("maker")
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("official rate")
        verbose_name_plural = _("official rates")
        constraints = [
            models.UniqueConstraint(
                fields=["book", "rate_date", "unit", "base_unit", "version"],
                name="ledger_officialrate_version_unique",
            ),
            models.CheckConstraint(
                # NaN counts as larger than every number.
                condition=Q(rate__gt=0, rate__lt=LARGEST_RATE),
                name="ledger_officialrate_rate_positive",
            ),
            models.CheckConstraint(
                condition=~Q(unit=F("base_unit")), name="ledger_officialrate_units_differ"
            ),
            models.CheckConstraint(
                condition=Q(rate_date__gte="1900-01-01", rate_date__lte="2999-12-31"),
                name="ledger_officialrate_date_plausible",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="ledger_officialrate_source_present"),
            models.CheckConstraint(
                condition=Q(approval__isnull=False) | (~Q(source="manual") & Q(version=1)),
                name="ledger_officialrate_manual_needs_approval",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}/{self.base_unit} {self.rate_date} v{self.version}"


class ClientExchange(models.Model):
    """A client's exchange of one currency for another, as traded: paid out of cash, proceeds unsettled.

    `custodian_code` is that of the client ring's FX clearing and custody accounts. Settled, once due, by a
    `ClientExchangeSettlement`; undone by the reversal of its entry.
    """

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("book")
    )
    reference = models.CharField(_("reference"), max_length=80)
    custodian_code = models.CharField(_("custodian"), max_length=32)
    sold_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("sold from")
    )
    sold_minor = models.BigIntegerField(_("sold"))
    bought_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("bought for")
    )
    bought_minor = models.BigIntegerField(_("bought"))
    trade_date = models.DateField(_("trade date"))
    settlement_date = models.DateField(_("settlement date"))
    entry = models.OneToOneField(
        JournalEntry, on_delete=models.PROTECT, related_name="+", verbose_name=_("entry")
    )

    class Meta:
        verbose_name = _("client exchange")
        verbose_name_plural = _("client exchanges")
        indexes = [models.Index(fields=["book", "settlement_date"], name="ledger_clientexchange_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "reference"], name="ledger_clientexchange_reference_unique"
            ),
            models.CheckConstraint(
                condition=Q(sold_minor__gt=0, bought_minor__gt=0),
                name="ledger_clientexchange_amounts_positive",
            ),
            models.CheckConstraint(
                condition=Q(settlement_date__gte=F("trade_date")),
                name="ledger_clientexchange_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class ClientExchangeSettlement(models.Model):
    """The settlement of an exchange. A second one only after the reversal of the first one's entry."""

    exchange = models.ForeignKey(
        ClientExchange, on_delete=models.PROTECT, related_name="settlements", verbose_name=_("exchange")
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    entry = models.OneToOneField(
        JournalEntry, on_delete=models.PROTECT, related_name="+", verbose_name=_("entry")
    )

    class Meta:
        verbose_name = _("settlement of an exchange")
        verbose_name_plural = _("settlements of exchanges")
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "attempt"], name="ledger_clientexchangesettlement_attempt_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exchange_id}/{self.attempt}"


class Revaluation(models.Model):
    """The house's positions at a day's official rates. Run again, it books only what has changed since.

    `translated_entry` moved the result earned in foreign units into the positions, `entry` posted the
    unrealised difference; none where there was nothing to post.
    """

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("book")
    )
    business_date = models.DateField(_("business date"))
    run_no = models.PositiveSmallIntegerField(_("run"))
    translated_entry = models.OneToOneField(
        JournalEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("entry of the result"),
    )
    entry = models.OneToOneField(
        JournalEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("entry"),
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("maker")
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("revaluation")
        verbose_name_plural = _("revaluations")
        constraints = [
            models.UniqueConstraint(
                fields=["book", "business_date", "run_no"], name="ledger_revaluation_run_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_date} ({self.run_no})"


class RevaluationLine(models.Model):
    """One foreign unit of a revaluation: what it was made from, and what it left. Long is positive.

    `day_postings` counts what the day had posted on the unit's position accounts when the line was written.
    """

    revaluation = models.ForeignKey(
        Revaluation, on_delete=models.PROTECT, related_name="lines", verbose_name=_("revaluation")
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("currency"))
    rate = models.ForeignKey(
        OfficialRate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("official rate"),
    )
    quantity_minor = models.BigIntegerField(_("FX position"))
    cost_minor = models.BigIntegerField(_("cost"))
    unrealised_minor = models.BigIntegerField(_("unrealised"))
    day_postings = models.PositiveIntegerField(_("postings of the day"), default=0)

    class Meta:
        verbose_name = _("revalued position")
        verbose_name_plural = _("revalued positions")
        constraints = [
            models.UniqueConstraint(fields=["revaluation", "unit"], name="ledger_revaluationline_unit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.revaluation_id} {self.unit_id}"
