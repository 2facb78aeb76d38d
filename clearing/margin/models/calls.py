"""Margin calls: what was asked for, by when, and how it ended."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from clearing.margin.models.choices import MarginCallStatus
from clearing.margin.models.valuations import Valuation


class MarginCall(models.Model):
    """One call of one contract. Each of the three amounts alone brings the contract back to its target.

    `sell_minor` is empty where no sale can do it. `deadline_on` is the last session on which paying counts:
    that evening's run finds whether it was met. It is empty while the calendar does not reach that far, and
    for want of a deadline nothing is liquidated.
    """

    book = models.ForeignKey("ledger.Book", on_delete=models.PROTECT, verbose_name=_("book"))
    contract = models.ForeignKey(
        "contracts.FinancingContract",
        on_delete=models.PROTECT,
        related_name="margin_calls",
        verbose_name=_("contract"),
    )
    valuation = models.ForeignKey(Valuation, on_delete=models.PROTECT, verbose_name=_("valuation"))
    opened_on = models.DateField(_("opened on"))
    deadline_on = models.DateField(_("deadline"), null=True)
    hold_reason = models.TextField(_("why there is no deadline"), blank=True, default="")
    target_ppm = models.BigIntegerField(_("target coverage"))
    deposit_minor = models.BigIntegerField(_("deposit"))
    repay_minor = models.BigIntegerField(_("repay from outside"))
    sell_minor = models.BigIntegerField(_("sell"), null=True)
    status = models.CharField(
        _("status"), max_length=12, choices=MarginCallStatus, default=MarginCallStatus.OPEN
    )
    closed_on = models.DateField(_("closed on"), null=True)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("margin call")
        verbose_name_plural = _("margin calls")
        constraints = [
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(closed_on__isnull=True),
                name="margin_margincall_one_standing",
            ),
            models.UniqueConstraint(fields=["valuation"], name="margin_margincall_once_per_valuation"),
            models.CheckConstraint(
                condition=Q(status__in=["open", "expired"], closed_on__isnull=True)
                | Q(status__in=["met", "superseded"], closed_on__isnull=False),
                name="margin_margincall_closed_when_ended",
            ),
            models.CheckConstraint(
                condition=Q(deadline_on__isnull=False, hold_reason="")
                | (Q(deadline_on__isnull=True) & ~Q(hold_reason="")),
                name="margin_margincall_deadline_or_hold",
            ),
            models.CheckConstraint(
                condition=Q(deadline_on__isnull=True) | Q(deadline_on__gte=F("opened_on")),
                name="margin_margincall_deadline_not_before_opening",
            ),
            models.CheckConstraint(
                condition=Q(deposit_minor__gt=0, repay_minor__gt=0)
                & (Q(sell_minor__isnull=True) | Q(sell_minor__gt=0)),
                name="margin_margincall_asks_for_something",
            ),
        ]
        indexes = [models.Index(fields=["book", "status", "deadline_on"], name="margin_margincall_register")]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.opened_on}"
