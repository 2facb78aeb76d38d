"""Questionnaires by version, and the assessments that clients' answers to them gave."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models.approval import Approval
from accounts.models.party import Party
from accounts.models.user import User


class VersionState(models.TextChoices):
    """Of a questionnaire's or disclosure's version."""

    DRAFT = "draft", _("Draft")  # proposed; nobody is asked by it yet
    ACTIVE = "active", _("Active")  # from draft, by two people; final


class RiskTier(models.IntegerChoices):
    """How much risk a client bears, from least to most."""

    C1 = 1, _("C1 conservative")
    C2 = 2, _("C2 cautious")
    C3 = 3, _("C3 balanced")
    C4 = 4, _("C4 growth-seeking")
    C5 = 5, _("C5 aggressive")


class QuestionnaireVersion(models.Model):
    """Questions, answers with points, and the scores at which tiers begin, in three languages (`content`).

    Never changed; put in force by two people. What ships with the product came into force by a migration and
    has no approval.
    """

    code = models.CharField(_("code"), max_length=32)
    version = models.IntegerField(_("version"))
    effective_from = models.DateField(_("effective from"))
    content = models.JSONField(_("content"))
    valid_days = models.IntegerField(_("an assessment holds for (days)"))
    state = models.CharField(
        _("state"), max_length=6, choices=VersionState.choices, default=VersionState.DRAFT
    )
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("maker"))
    approval = models.ForeignKey(
        Approval,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("approval"),
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"], name="accounts_questionnaireversion_version_unique"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z][A-Z0-9_-]*$", version__gte=1),
                name="accounts_questionnaireversion_identity_well_formed",
            ),
            models.CheckConstraint(
                condition=Q(valid_days__range=(1, 1_096)),
                name="accounts_questionnaireversion_holds_three_years_at_most",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "active"]), name="accounts_questionnaireversion_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class SuitabilityAssessment(models.Model):
    """A client's answers, with score and tier as the database finds them. Append-only; the newest counts."""

    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="assessments", verbose_name=_("party")
    )
    questionnaire = models.ForeignKey(
        QuestionnaireVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("questionnaire")
    )
    answers = models.JSONField(_("answers"))  # the answer's code by the question's
    score = models.IntegerField(_("score"))
    tier = models.SmallIntegerField(_("tier"), choices=RiskTier.choices)
    assessed_on = models.DateField(_("assessed on"))
    expires_on = models.DateField(_("expires on"))  # the last day that it holds
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("maker"))
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("suitability assessment")
        verbose_name_plural = _("suitability assessments")
        ordering = ["-assessed_on", "-id"]
        indexes = [models.Index(fields=["expires_on"], name="accounts_assessment_expires")]
        constraints = [
            models.CheckConstraint(
                condition=Q(tier__range=(1, 5)), name="accounts_suitabilityassessment_tier_known"
            ),
            models.CheckConstraint(
                condition=Q(expires_on__gt=F("assessed_on")),
                name="accounts_suitabilityassessment_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} C{self.tier} {self.assessed_on}"
