"""Credit groups: clients so related that their debts are looked at together."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models.party import Party


class CreditRelation(models.TextChoices):
    OWNERSHIP = "ownership", _("Owns or is owned")
    CONTROL = "control", _("Common control")
    FAMILY = "family", _("Family")
    GUARANTEE = "guarantee", _("Guarantee")
    DEPENDENCE = "dependence", _("Economic dependence")


class CreditGroup(models.Model):
    code = models.CharField(_("code"), max_length=32)
    name = models.CharField(_("name"), max_length=200)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("credit group")
        verbose_name_plural = _("credit groups")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="accounts_creditgroup_code_unique"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9_.-]*$"),
                name="accounts_creditgroup_code_well_formed",
            ),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="accounts_creditgroup_name_present"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class CreditGroupMember(models.Model):
    """A party in a group from one day until before another; in one group at a time, by an EXCLUDE."""

    group = models.ForeignKey(
        CreditGroup, on_delete=models.PROTECT, related_name="members", verbose_name=_("credit group")
    )
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("party")
    )
    relation = models.CharField(_("relation"), max_length=10, choices=CreditRelation.choices)
    member_from = models.DateField(_("member from"))
    member_until = models.DateField(_("member until (exclusive)"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("member of a credit group")
        verbose_name_plural = _("members of credit groups")
        ordering = ["-member_from", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(relation__in=["ownership", "control", "family", "guarantee", "dependence"]),
                name="accounts_creditgroupmember_relation_known",
            ),
            models.CheckConstraint(
                condition=Q(member_until__isnull=True) | Q(member_until__gt=F("member_from")),
                name="accounts_creditgroupmember_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} · {self.group}"
