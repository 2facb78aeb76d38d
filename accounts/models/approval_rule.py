"""Who may approve what: rules by role, kind and amount, and delegations from one person to another.

A rule is never changed: the newest of a role, kind and currency is in force. The first ones are seeded; every
later one is what an executed approval says (`accounts/sql/guard_approval_rule.sql`).
"""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.approval import Approval, ApprovalKind
from accounts.models.roles import StaffRole
from accounts.models.user import User


class ApprovalRule(models.Model):
    """What a role may approve. Without a currency: any amount, or none; with one: up to its limit.

    A rule for a currency goes before the one without, for amounts in it.
    """

    role = models.CharField(_("role"), max_length=16, choices=StaffRole.choices)
    kind = models.CharField(_("kind"), max_length=32, choices=ApprovalKind.choices)
    currency = models.CharField(_("currency"), max_length=32, null=True, blank=True)
    max_amount_minor = models.BigIntegerField(_("limit in minor units"), null=True, blank=True)
    is_permitted = models.BooleanField(_("permitted"))
    approval = models.ForeignKey(
        Approval,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("approval"),
        null=True,
        blank=True,
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("approval rule")
        verbose_name_plural = _("approval rules")
        ordering = ["kind", "role", "currency", "-id"]
        indexes = [
            models.Index(fields=["kind", "role", "currency", "-id"], name="accounts_approvalrule_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=["operations", "risk", "finance", "compliance"]),
                name="accounts_approvalrule_role_decides",
            ),
            models.CheckConstraint(
                condition=models.Q(max_amount_minor__isnull=True)
                | models.Q(max_amount_minor__gte=0, currency__isnull=False, is_permitted=True),
                name="accounts_approvalrule_limit_has_currency",
            ),
            models.CheckConstraint(
                condition=models.Q(currency__isnull=True) | ~models.Q(currency=""),
                name="accounts_approvalrule_currency_named",
            ),
            models.UniqueConstraint(fields=["approval"], name="accounts_approvalrule_approval_used_once"),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.kind} {self.currency or ''}".rstrip()


class ApprovalDelegation(models.Model):
    """For a time one person decides with what another may decide. It passes nothing on to a third."""

    delegator = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="delegations_given", verbose_name=_("delegator")
    )
    delegate = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="delegations_held", verbose_name=_("delegate")
    )
    kind = models.CharField(_("kind"), max_length=32, choices=ApprovalKind.choices, null=True, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.TextField(_("reason"))
    approval = models.OneToOneField(
        Approval, on_delete=models.PROTECT, related_name="+", verbose_name=_("approval")
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("revoked by"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("delegation of approvals")
        verbose_name_plural = _("delegations of approvals")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(delegator=models.F("delegate")),
                name="accounts_approvaldelegation_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")),
                name="accounts_approvaldelegation_ends_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(reason__regex=r"\S"), name="accounts_approvaldelegation_reason_present"
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="accounts_approvaldelegation_revocation_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegator} → {self.delegate}"
