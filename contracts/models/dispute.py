"""Disputes: a client's appeal against a call, a fee, interest or a liquidation, with a day for the answer."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Approval
from contracts.models.contract import FinancingContract
from ledger.models import Book


class DisputeSubject(models.TextChoices):
    CALL = "call", _("Margin call")
    FEE = "fee", _("Fee")
    INTEREST = "interest", _("Interest")
    LIQUIDATION = "liquidation", _("Liquidation")


class DisputeState(models.TextChoices):
    OPEN = "open", _("Open")  # open_dispute
    UPHELD = "upheld", _("Upheld for the client")  # from open, by two people: the client is right
    REJECTED = "rejected", _("Rejected")  # from open, by two people: the client is not
    WITHDRAWN = "withdrawn", _("Withdrawn by the client")  # from open, by the client


class Dispute(models.Model):
    """What a client objects to, why, until when it is answered, and the answer. A decided one never changes.

    `subject_reference` names the call, entry or liquidation in its own room's words.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", verbose_name=_("book"))
    contract = models.ForeignKey(
        FinancingContract, on_delete=models.PROTECT, related_name="disputes", verbose_name=_("contract")
    )
    reference = models.CharField(_("reference"), max_length=40)
    subject_kind = models.CharField(_("type of disputed item"), max_length=11, choices=DisputeSubject)
    subject_reference = models.CharField(_("disputed item"), max_length=80)
    opened_on = models.DateField(_("opened on"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    reason = models.TextField(_("reason"))
    answer_due_on = models.DateField(_("answer due on"))
    state = models.CharField(_("state"), max_length=9, choices=DisputeState, default=DisputeState.OPEN)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    answer = models.TextField(_("answer"), blank=True, default="")
    approval = models.OneToOneField(
        Approval,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("approval"),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["contract"], condition=Q(state="open"), name="contracts_dispute_open"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["book", "reference"], name="contracts_dispute_reference_unique"),
            models.UniqueConstraint(
                fields=["contract", "subject_kind", "subject_reference"],
                condition=Q(state="open"),
                name="contracts_dispute_one_open_a_subject",
            ),
            models.CheckConstraint(
                condition=Q(
                    subject_kind__in=["call", "fee", "interest", "liquidation"],
                    state__in=["open", "upheld", "rejected", "withdrawn"],
                ),
                name="contracts_dispute_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(answer_due_on__gte=F("opened_on")) & ~Q(reason="") & ~Q(subject_reference=""),
                name="contracts_dispute_says_what_and_why",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_on__isnull=True, answer="", approval__isnull=True)
                | Q(state="withdrawn", decided_on__isnull=False, approval__isnull=True)
                | Q(state__in=["upheld", "rejected"], decided_on__isnull=False, approval__isnull=False)
                & ~Q(answer=""),
                name="contracts_dispute_decision_complete",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
