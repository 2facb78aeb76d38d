"""Rule packs: named sets of regulatory parameters in versions, each from a day on. Immutable once active.

A version's `content` is the canonical text of all that it says, of which the database keeps the hash; what
queries need of it stands in columns that the database compares with it.
"""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval


class RulePack(models.Model):
    """What a set of rules is called: its versions follow one another."""

    code = models.CharField(_("code"), max_length=32)

    class Meta:
        verbose_name = _("rule pack")
        verbose_name_plural = _("rule packs")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="contracts_rulepack_code_unique"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z][A-Z0-9_]*$"), name="contracts_rulepack_code_plain"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class RulePackOrigin(models.TextChoices):
    SHIPPED = "shipped", _("Shipped with the product")  # by a migration
    HOUSE = "house", _("Defined by the house")  # propose_rule_pack


class RulePackState(models.TextChoices):
    DRAFT = "draft", _("Draft")  # propose_rule_pack
    ACTIVE = "active", _("Active")  # shipped; or from draft, by activate_rule_pack with an approval


class RulePackVersions(models.QuerySet["RulePackVersion"]):
    def in_force(self, *, code: str, on: dt.date) -> "RulePackVersions":
        """The version of a pack that holds on a day, at most one."""
        held = self.filter(pack__code=code, state=RulePackState.ACTIVE, effective_from__lte=on)
        return held.order_by("-effective_from", "-version")[:1]


class RulePackVersion(models.Model):
    """What a pack prescribes from a day on, until a later version takes over for new contracts."""

    pack = models.ForeignKey(
        RulePack, on_delete=models.PROTECT, related_name="versions", verbose_name=_("rule pack")
    )
    version = models.PositiveIntegerField(_("version"))
    effective_from = models.DateField(_("effective from"))
    origin = models.CharField(_("origin"), max_length=7, choices=RulePackOrigin)
    state = models.CharField(_("state"), max_length=6, choices=RulePackState, default=RulePackState.DRAFT)
    content = models.TextField(_("content"))
    sha256 = models.CharField(_("hash of the content"), max_length=64)
    parameters = models.JSONField(_("parameters"))
    approval = models.OneToOneField(
        Approval,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("approval"),
    )

    objects = RulePackVersions.as_manager()

    class Meta:
        verbose_name = _("version of a rule pack")
        verbose_name_plural = _("versions of rule packs")
        ordering = ["pack", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["pack", "version"], name="contracts_rulepackversion_version_unique"
            ),
            models.UniqueConstraint(
                fields=["pack", "effective_from"],
                condition=Q(state="active"),
                name="contracts_rulepackversion_one_from_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", origin="house", approval__isnull=True)
                | Q(state="active", origin="house", approval__isnull=False)
                | Q(state="active", origin="shipped", approval__isnull=True),
                name="contracts_rulepackversion_shipped_or_approved",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pack} v{self.version}"
