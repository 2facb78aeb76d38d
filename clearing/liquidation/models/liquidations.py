"""Liquidations: one forced sale of one contract, from its proposal on frozen inputs to its review."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from clearing.margin.models import MarginLevel


class LiquidationState(models.TextChoices):
    """The life of a liquidation."""

    PROPOSED = "proposed", _("proposed")
    """By propose_liquidations: inputs frozen, simulation stored, nothing sold."""
    RELEASED = "released", _("released")
    """From proposed: by a second person, or by the standing authority of the terms."""
    ORDERED = "ordered", _("ordered")
    """From released, by place_orders; stays while sessions fill and what is left is planned anew."""
    EXECUTED = "executed", _("executed")
    """From ordered (or released, where cash alone is enough): nothing is left to sell."""
    SETTLED = "settled", _("settled")
    """From executed, when every sale has settled."""
    WATERFALLED = "waterfalled", _("distributed")
    """From settled, where everything was sold: the pot was shared out by the waterfall. An end."""
    REPAID = "repaid", _("repaid")
    """From settled, where a part was enough: proceeds repaid debts and the contract lives on. An end."""
    CANCELLED = "cancelled", _("cancelled")
    """From proposed or released: the contract recovered first. An end."""


ENDED = (LiquidationState.WATERFALLED, LiquidationState.REPAID, LiquidationState.CANCELLED)


class LiquidationScope(models.TextChoices):
    """How much is to be sold."""

    PART = "part", _("as much as reaches the target")
    WHOLE = "whole", _("everything")


class SalePolicy(models.TextChoices):
    """Which security goes first."""

    MOST_LIQUID_FIRST = "most_liquid_first", _("most liquid first")
    LOSERS_FIRST = "losers_first", _("largest losses first")


class Liquidation(models.Model):
    """One forced sale. Inputs, simulation and scope are frozen at the proposal; only its life moves.

    `inputs` holds every figure that the simulation was made from, `inputs_hash` its SHA-256 over canonical
    bytes: what the second person approves.
    """

    book = models.ForeignKey("ledger.Book", on_delete=models.PROTECT, verbose_name=_("book"))
    reference = models.CharField(_("reference"), max_length=40)
    contract = models.ForeignKey(
        "contracts.FinancingContract",
        on_delete=models.PROTECT,
        related_name="liquidations",
        verbose_name=_("contract"),
    )
    valuation = models.ForeignKey("margin.Valuation", on_delete=models.PROTECT, verbose_name=_("valuation"))
    call = models.ForeignKey(
        "margin.MarginCall", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("margin call")
    )
    level = models.SmallIntegerField(_("triggering level"), choices=MarginLevel)
    scope = models.CharField(_("scope"), max_length=5, choices=LiquidationScope)
    policy = models.CharField(_("policy"), max_length=20, choices=SalePolicy)
    target_ppm = models.BigIntegerField(_("target coverage"))
    inputs = models.JSONField(_("inputs"))
    inputs_hash = models.BinaryField(_("hash of the inputs"), max_length=32)
    simulation = models.JSONField(_("simulation"))
    state = models.CharField(
        _("state"), max_length=11, choices=LiquidationState, default=LiquidationState.PROPOSED
    )
    is_authorised_by_terms = models.BooleanField(_("released by standing authority"), default=False)
    approval = models.OneToOneField(
        "accounts.Approval",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approval"),
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_on = models.DateField(_("proposed on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    history = HistoricalRecords(excluded_fields=["inputs", "inputs_hash", "simulation"])

    class Meta:
        verbose_name = _("liquidation")
        verbose_name_plural = _("liquidations")
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="liquidation_liquidation_reference_unique"),
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(ended_on__isnull=True),
                name="liquidation_liquidation_one_under_way",
            ),
            models.UniqueConstraint(fields=["valuation"], name="liquidation_liquidation_once_per_valuation"),
            models.CheckConstraint(
                condition=Q(level__range=(4, 6)), name="liquidation_liquidation_below_its_line"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waterfalled", "repaid", "cancelled"], ended_on__isnull=False)
                | Q(
                    state__in=["proposed", "released", "ordered", "executed", "settled"],
                    ended_on__isnull=True,
                ),
                name="liquidation_liquidation_ended_when_over",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "cancelled"])
                | Q(is_authorised_by_terms=True)
                | Q(approval__isnull=False),
                name="liquidation_liquidation_released_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["book", "state"], name="liquidation_by_state")]

    def __str__(self) -> str:
        return self.reference
