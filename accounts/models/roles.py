"""The roles of staff, which are Django groups, and the record of who gave or took them."""

from django.contrib.auth.models import Group
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.user import User


class StaffRole(models.TextChoices):
    OPERATIONS = "operations", _("Operations")
    RISK = "risk", _("Risk")
    FINANCE = "finance", _("Finance")
    COMPLIANCE = "compliance", _("Compliance")
    AUDITOR = "auditor", _("Auditor")  # reads everything, approves nothing


class StaffRoleChange(models.Model):
    """A role given to or taken from somebody. Written by a trigger on the membership table, append-only."""

    class Change(models.TextChoices):
        GRANTED = "granted", _("Granted")
        WITHDRAWN = "withdrawn", pgettext_lazy("role", "Withdrawn")

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="role_changes", verbose_name=_("user")
    )
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+", verbose_name=_("role"))
    change = models.CharField(_("change"), max_length=9, choices=Change.choices)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("actor"))
    reason = models.TextField(_("reason"))
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("role change")
        verbose_name_plural = _("role changes")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(change__in=["granted", "withdrawn"]),
                name="accounts_staffrolechange_change_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.change} {self.group}"
