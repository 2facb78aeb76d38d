"""Parties: clients, funders, custodians and brokers. The only table of the system that names them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class PartyKind(models.TextChoices):
    CLIENT = "client", _("Client")
    FUNDER = "funder", _("Funder")
    CUSTODIAN = "custodian", _("Custodian")
    BROKER = "broker", _("Broker")


class PartyStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", _("Closed")


class PartyLocale(models.TextChoices):
    ENGLISH = "en", _("English")
    SIMPLIFIED_CHINESE = "zh-hans", _("Simplified Chinese")
    TRADITIONAL_CHINESE = "zh-hant", _("Traditional Chinese")


class Party(models.Model):
    """Somebody outside whom the house deals with. `code` stands for it wherever names must not appear."""

    code = models.CharField(_("code"), max_length=32)
    kind = models.CharField(_("kind"), max_length=9, choices=PartyKind.choices)
    display_name = models.CharField(_("name"), max_length=200)
    locale = models.CharField(
        _("language"), max_length=7, choices=PartyLocale.choices, default=PartyLocale.ENGLISH
    )
    status = models.CharField(
        _("status"), max_length=9, choices=PartyStatus.choices, default=PartyStatus.ACTIVE
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="accounts_party_code_unique"),
            models.CheckConstraint(
                # A code is a part of ledger addresses, which are separated by slashes.
                condition=models.Q(code__regex=r"^[A-Z0-9][A-Z0-9_.-]*$"),
                name="accounts_party_code_fits_addresses",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["client", "funder", "custodian", "broker"]),
                name="accounts_party_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["active", "suspended", "closed"]),
                name="accounts_party_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(locale__in=["en", "zh-hans", "zh-hant"]),
                name="accounts_party_locale_known",
            ),
            models.CheckConstraint(
                condition=models.Q(display_name__regex=r"\S"), name="accounts_party_name_present"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.display_name}"
