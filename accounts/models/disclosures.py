"""What a client must have read before borrowing, by version and language, and that it was."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models.approval import Approval
from accounts.models.party import Party, PartyLocale
from accounts.models.suitability import VersionState
from accounts.models.user import User


class AcknowledgementChannel(models.TextChoices):
    IN_PERSON = "in_person", _("In person")
    PORTAL = "portal", _("Client portal")
    POST = "post", _("Post")
    EMAIL = "email", _("E-mail")


class DisclosureVersion(models.Model):
    """One text in three languages; `texts` holds title, text and sha256 by language.

    The hash is of title, an empty line, and text in UTF-8. Never changed; put in force by two people. What
    ships with the product came into force by a migration and has no approval.
    """

    code = models.CharField(_("code"), max_length=32)
    version = models.IntegerField(_("version"))
    effective_from = models.DateField(_("effective from"))
    texts = models.JSONField(_("texts"))
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
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "version"], name="accounts_disclosureversion_version_unique"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z][A-Z0-9_-]*$", version__gte=1),
                name="accounts_disclosureversion_identity_well_formed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "active"]), name="accounts_disclosureversion_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class DisclosureAcknowledgement(models.Model):
    """That a party acknowledged one version in one language: which text, when and how. Append-only."""

    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="acknowledgements", verbose_name=_("party")
    )
    disclosure = models.ForeignKey(
        DisclosureVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("disclosure")
    )
    locale = models.CharField(_("language"), max_length=7, choices=PartyLocale.choices)
    text_sha256 = models.BinaryField(_("SHA-256 of the text"), max_length=32)
    acknowledged_on = models.DateField(_("acknowledged on"))  # the client's day
    acknowledged_at = models.DateTimeField(_("acknowledged at"))
    channel = models.CharField(_("channel"), max_length=9, choices=AcknowledgementChannel.choices)
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("maker"))
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        ordering = ["-acknowledged_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "disclosure", "locale"], name="accounts_disclosureacknowledgement_once"
            ),
            models.CheckConstraint(
                condition=Q(locale__in=["en", "zh-hans", "zh-hant"]),
                name="accounts_disclosureacknowledgement_locale_known",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=["in_person", "portal", "post", "email"]),
                name="accounts_disclosureacknowledgement_channel_known",
            ),
            models.CheckConstraint(
                condition=Exact(Length("text_sha256"), 32),
                name="accounts_disclosureacknowledgement_hash_is_sha256",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.disclosure} {self.acknowledged_on}"
