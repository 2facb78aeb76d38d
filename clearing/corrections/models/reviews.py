"""Reviews of decisions already acted on that a correction puts in doubt."""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clearing.corrections.models.runs import CorrectionRun


class ReviewKind(models.TextChoices):
    """Which decision is in doubt."""

    LEVEL_CHANGE = "level_change", _("level change")
    MARGIN_CALL = "margin_call", _("margin call")
    LIQUIDATION = "liquidation", _("liquidation")
    PAID_OUT = "paid_out", _("money paid out")
    BREAK_CLOSED = "break_closed", _("break closed")


class ReviewState(models.TextChoices):
    """The life of a review."""

    OPEN = "open", _("open")
    """By a correction run."""
    UPHELD = "upheld", _("decision upheld")
    """From open, by two people: the decision was right all the same. An end."""
    COMPENSATED = "compensated", _("client compensated")
    """From open, by two people: the client was paid for what it cost. An end."""
    WITHDRAWN = "withdrawn", _("decision withdrawn")
    """From open, by two people: the decision is taken back by who can, nothing is paid. An end."""


DECISIONS = {
    "level_change": "level_change",
    "margin_call": "margin_call",
    "liquidation": "liquidation",
    "paid_out": "payment",
    "break_closed": "reconciliation_break",
}
"""The column that names the decision, by kind."""


def _only(kind: str) -> Q:
    """A review of this kind names its decision and no other; all but closed breaks are of a contract."""
    named = {f"{column}__isnull": column != DECISIONS[kind] for column in DECISIONS.values()}
    if kind in ("level_change", "margin_call", "liquidation"):
        named["contract__isnull"] = False
    return Q(kind=kind, **named)


class DecisionReview(models.Model):
    """One decision, what it was made on and what it would have been made on. Only its life moves, once.

    What is in doubt is a contract's, except for a break that was closed and money that a funder got.
    `stored` and `recomputed` are the figures of the decision's day. The deadline is a business day.
    """

    run = models.ForeignKey(
        CorrectionRun, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("run")
    )
    book = models.ForeignKey(
        "ledger.Book", on_delete=models.PROTECT, related_name="+", verbose_name=_("book")
    )
    contract = models.ForeignKey(
        "contracts.FinancingContract",
        on_delete=models.PROTECT,
        related_name="decision_reviews",
        null=True,
        blank=True,
        verbose_name=_("contract"),
    )
    kind = models.CharField(_("decision"), max_length=12, choices=ReviewKind)
    level_change = models.ForeignKey(
        "margin.LevelChange",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("level change"),
    )
    margin_call = models.ForeignKey(
        "margin.MarginCall",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("margin call"),
    )
    liquidation = models.ForeignKey(
        "liquidation.Liquidation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("liquidation"),
    )
    payment = models.ForeignKey(
        "custody.Payment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("payment"),
    )
    reconciliation_break = models.ForeignKey(
        "reconciliation.ReconciliationBreak",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("break"),
    )
    business_date = models.DateField(_("decided on"))
    stored = models.JSONField(_("stored"))
    recomputed = models.JSONField(_("recomputed"))
    opened_on = models.DateField(_("opened on"))
    deadline_on = models.DateField(_("deadline"))
    state = models.CharField(_("state"), max_length=11, choices=ReviewState, default=ReviewState.OPEN)
    reason = models.TextField(_("reason for the outcome"), blank=True, default="")
    approval = models.OneToOneField(
        "accounts.Approval",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approval"),
    )
    entry = models.OneToOneField(
        "ledger.JournalEntry",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("compensating entry"),
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("decision review")
        verbose_name_plural = _("decision reviews")
        ordering = ["state", "deadline_on", "id"]
        indexes = [
            models.Index(
                fields=["book", "deadline_on"], condition=Q(state="open"), name="corrections_review_open"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=reduce(or_, (_only(kind) for kind in DECISIONS)),
                name="corrections_decisionreview_names_its_decision",
            ),
            models.UniqueConstraint(
                fields=["run", *DECISIONS.values()],
                name="corrections_decisionreview_once_a_run",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(
                    state="open", reason="", approval__isnull=True, entry__isnull=True, closed_on__isnull=True
                )
                | Q(
                    state__in=["upheld", "withdrawn"],
                    approval__isnull=False,
                    entry__isnull=True,
                    closed_on__isnull=False,
                )
                & ~Q(reason="")
                | Q(state="compensated", approval__isnull=False, entry__isnull=False, closed_on__isnull=False)
                & ~Q(reason=""),
                name="corrections_decisionreview_decision_complete",
            ),
            models.CheckConstraint(
                condition=Q(deadline_on__gte=F("opened_on")),
                name="corrections_decisionreview_deadline_after_opening",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.business_date}"
