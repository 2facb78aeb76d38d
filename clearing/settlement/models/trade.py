"""Trades as the broker reports them, and the lines that could not be booked."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clearing.marks.models import Instrument
from contracts.models import FinancingContract
from ledger.models import Book, JournalEntry


class Side(models.TextChoices):
    """The client's side."""

    BUY = "buy", _("buy")
    SELL = "sell", _("sell")


class TradeFile(models.Model):
    """A delivery of trades: its original bytes, kept for ever. Append-only."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", verbose_name=_("book"))
    file_name = models.CharField(_("file name"), max_length=200)
    original = models.BinaryField(_("original"))
    sha256 = models.BinaryField(_("SHA-256"), max_length=32)
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("trade file")
        verbose_name_plural = _("trade files")
        constraints = [
            models.UniqueConstraint(fields=["book", "sha256"], name="settlement_tradefile_content_unique")
        ]

    def __str__(self) -> str:
        return self.file_name


class Trade(models.Model):
    """One execution for one contract. Amounts are positive, in minor units of the contract's currency.

    Booked on trade date by ``booked_entry``; ``settled_entry`` is written once, when it settles, and nothing
    else ever changes. ``external_cost_minor`` is paid on by the custodian with the settlement,
    ``commission_minor`` is the house's own. Both are part of ``net_minor``: what a purchase costs the client
    and what a sale brings.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", verbose_name=_("book"))
    contract = models.ForeignKey(
        FinancingContract, on_delete=models.PROTECT, related_name="trades", verbose_name=_("contract")
    )
    instrument = models.ForeignKey(
        Instrument, on_delete=models.PROTECT, related_name="trades", verbose_name=_("instrument")
    )
    side = models.CharField(_("side"), max_length=4, choices=Side)
    quantity = models.BigIntegerField(_("quantity"))
    price_minor = models.BigIntegerField(_("price"))
    trade_date = models.DateField(_("trade date"))
    settlement_date = models.DateField(_("settlement date"))
    gross_minor = models.BigIntegerField(_("gross"))
    external_cost_minor = models.BigIntegerField(_("external costs"))
    commission_minor = models.BigIntegerField(_("commission"))
    net_minor = models.BigIntegerField(_("net"))
    broker_reference = models.CharField(_("broker's reference"), max_length=60)
    liquidation_order_reference = models.CharField(
        _("liquidation order"), max_length=60, blank=True, default=""
    )
    file = models.ForeignKey(
        TradeFile,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="trades",
        verbose_name=_("file"),
    )
    booked_entry = models.ForeignKey(
        JournalEntry, on_delete=models.PROTECT, related_name="+", verbose_name=_("entry of the trade date")
    )
    overrun_minor = models.BigIntegerField(_("funded by the house"), default=0)
    settled_entry = models.ForeignKey(
        JournalEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("entry of the settlement"),
    )
    settled_on = models.DateField(_("settled on"), null=True, blank=True)

    class Meta:
        verbose_name = _("trade")
        verbose_name_plural = _("trades")
        ordering = ["trade_date", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "broker_reference"], name="settlement_trade_reference_unique"
            ),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="settlement_trade_side_known"),
            models.CheckConstraint(
                condition=Q(
                    quantity__gt=0,
                    price_minor__gt=0,
                    gross_minor__gt=0,
                    external_cost_minor__gte=0,
                    commission_minor__gte=0,
                    net_minor__gte=0,
                    overrun_minor__gte=0,
                ),
                name="settlement_trade_amounts_positive",
            ),
            models.CheckConstraint(
                condition=(
                    ~Q(side="buy")
                    | Q(net_minor=F("gross_minor") + F("external_cost_minor") + F("commission_minor"))
                )
                & (
                    ~Q(side="sell")
                    | Q(net_minor=F("gross_minor") - F("external_cost_minor") - F("commission_minor"))
                ),
                name="settlement_trade_net_is_gross_and_costs",
            ),
            models.CheckConstraint(
                condition=Q(settlement_date__gte=F("trade_date")),
                name="settlement_trade_settles_after_trading",
            ),
            models.CheckConstraint(
                condition=Q(settled_entry__isnull=True, settled_on__isnull=True)
                | Q(settled_entry__isnull=False, settled_on__gte=F("settlement_date")),
                name="settlement_trade_settled_when_due",
            ),
            models.CheckConstraint(
                condition=~Q(broker_reference=""), name="settlement_trade_reference_present"
            ),
        ]
        indexes = [
            models.Index(
                fields=["book", "settlement_date"],
                name="settlement_trade_unsettled",
                condition=Q(settled_entry__isnull=True),
            ),
            models.Index(
                fields=["book", "liquidation_order_reference"],
                name="settlement_trade_order",
                condition=~Q(liquidation_order_reference=""),
            ),
            models.Index(fields=["instrument", "trade_date"], name="settlement_trade_day"),
        ]

    def __str__(self) -> str:
        return self.broker_reference


class RejectedTrade(models.Model):
    """A reported trade that could not be booked, as it came, with a named reason. Append-only.

    An execution does not go away because it could not be booked: each row is somebody's to settle.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", verbose_name=_("book"))
    file = models.ForeignKey(
        TradeFile,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rejected",
        verbose_name=_("file"),
    )
    business_date = models.DateField(_("business date"))
    line_number = models.PositiveIntegerField(_("line"))
    raw = models.TextField(_("raw line"))
    reason = models.CharField(_("reason"), max_length=40)
    explanation = models.TextField(_("explanation"))

    class Meta:
        verbose_name = _("rejected trade")
        verbose_name_plural = _("rejected trades")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__regex=r"^[a-z_]+$"), name="settlement_rejectedtrade_reason_named"
            )
        ]

    def __str__(self) -> str:
        return f"{self.line_number}: {self.reason}"
