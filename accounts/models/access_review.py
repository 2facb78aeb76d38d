"""The periodic review of who holds which role: every holding is kept or withdrawn by somebody else."""

from django.contrib.auth.models import Group
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models.approval import Approval
from accounts.models.user import User


class AccessReviewStatus(models.TextChoices):
    OPEN = "open", _("Open")  # open_access_review
    COMPLETED = "completed", _("Completed")  # from open, by two people: complete_access_review; final


class AccessReview(models.Model):
    """One review of every role held on the day it was opened."""

    period = models.CharField(_("period"), max_length=32)
    due_on = models.DateField(_("due on"))
    status = models.CharField(
        _("status"), max_length=9, choices=AccessReviewStatus.choices, default=AccessReviewStatus.OPEN
    )
    opened_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    opened_at = models.DateTimeField(_("opened at"), db_default=Now())
    approval = models.ForeignKey(
        Approval,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("approval"),
        null=True,
        blank=True,
    )
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("access review")
        verbose_name_plural = _("access reviews")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["period"], name="accounts_accessreview_period_unique"),
            models.CheckConstraint(
                condition=models.Q(period__regex=r"\S"), name="accounts_accessreview_period_present"
            ),
            models.CheckConstraint(
                condition=models.Q(status="open", approval__isnull=True, completed_at__isnull=True)
                | models.Q(status="completed", approval__isnull=False, completed_at__isnull=False),
                name="accounts_accessreview_completion_complete",
            ),
        ]

    def __str__(self) -> str:
        return self.period


class AccessReviewItem(models.Model):
    """One role of one person, and what a reviewer who is somebody else decided about it."""

    class Decision(models.TextChoices):
        KEEP = "keep", _("Keep")
        WITHDRAW = "withdraw", _("Withdraw")

    review = models.ForeignKey(
        AccessReview, on_delete=models.PROTECT, related_name="items", verbose_name=_("access review")
    )
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="access_review_items", verbose_name=_("person")
    )
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+", verbose_name=_("role"))
    decision = models.CharField(_("decision"), max_length=8, choices=Decision.choices, null=True, blank=True)
    reviewer = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("reviewer"), null=True, blank=True
    )
    reason = models.TextField(_("reason"), blank=True, default="")
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("role under review")
        verbose_name_plural = _("roles under review")
        ordering = ["review", "user", "group"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "user", "group"], name="accounts_accessreviewitem_role_once"
            ),
            models.CheckConstraint(
                condition=models.Q(reviewer__isnull=True) | ~models.Q(reviewer=models.F("user")),
                name="accounts_accessreviewitem_reviewer_is_another",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    decision__isnull=True, reviewer__isnull=True, decided_at__isnull=True, reason=""
                )
                | models.Q(
                    decision__in=["keep", "withdraw"],
                    reviewer__isnull=False,
                    decided_at__isnull=False,
                    reason__regex=r"\S",
                ),
                name="accounts_accessreviewitem_decision_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.group}"
