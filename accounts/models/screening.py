"""Screenings of parties against lists of sanctioned and politically exposed people."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models.approval import Approval
from accounts.models.party import Party
from accounts.models.user import User


class ScreeningScope(models.TextChoices):
    """What a list is about; a party needs both."""

    SANCTIONS = "sanctions", _("Sanctions")
    EXPOSURE = "exposure", _("Politically exposed persons")
    BOTH = "both", _("Sanctions and politically exposed persons")


class ScreeningResult(models.TextChoices):
    CLEAR = "clear", _("Clear")  # recorded so, or from possible, by two people: a namesake
    POSSIBLE = "possible", _("Possible hit")  # recorded so: refuses until two people decide
    CONFIRMED = "confirmed", _("Confirmed")  # from possible, by two people; final


class Screening(models.Model):
    """One party against one version of one list.

    A possible hit is decided by two people. A confirmed sanction suspends the party; political exposure that
    was decided is a flag and refuses nothing.
    """

    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="screenings", verbose_name=_("party")
    )
    scope = models.CharField(_("scope"), max_length=9, choices=ScreeningScope.choices)
    list_name = models.CharField(_("list"), max_length=100)
    list_version = models.CharField(_("version of the list"), max_length=40)
    screened_on = models.DateField(_("screened on"))
    valid_until = models.DateField(_("valid until"))
    result = models.CharField(_("result"), max_length=9, choices=ScreeningResult.choices)
    is_sanctioned = models.BooleanField(_("sanctioned"), default=False)
    is_politically_exposed = models.BooleanField(_("politically exposed"), default=False)
    finding = models.TextField(_("finding"), blank=True, default="")
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
        verbose_name = _("screening")
        verbose_name_plural = _("screenings")
        ordering = ["-screened_on", "-id"]
        indexes = [models.Index(fields=["valid_until"], name="accounts_screening_valid")]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope__in=["sanctions", "exposure", "both"]),
                name="accounts_screening_scope_known",
            ),
            models.CheckConstraint(
                condition=Q(result__in=["clear", "possible", "confirmed"]),
                name="accounts_screening_result_known",
            ),
            models.CheckConstraint(
                condition=Q(list_name__regex=r"\S", list_version__regex=r"\S"),
                name="accounts_screening_list_present",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("screened_on")), name="accounts_screening_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(result="clear", is_sanctioned=False, is_politically_exposed=False)
                | (
                    Q(result__in=["possible", "confirmed"])
                    & (Q(is_sanctioned=True) | Q(is_politically_exposed=True))
                ),
                name="accounts_screening_flags_as_result_says",
            ),
            models.CheckConstraint(
                condition=Q(result="clear")
                | Q(result="possible", approval__isnull=True)
                | Q(result="confirmed", approval__isnull=False),
                name="accounts_screening_decided_as_result_says",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.list_name} {self.screened_on}"
