"""Custodians and the segregated accounts that they keep; each account belongs to exactly one ring."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import Party
from ledger.models import Account, Book, Unit


class CustodyRing(models.TextChoices):
    """The rings that hold assets at a bank; the principal ring holds none."""

    CLIENT = "client", _("client")
    FUNDER = "funder", _("funder")
    RESERVE = "reserve", _("reserve")
    HOUSE = "house", _("house")


class Custodian(models.Model):
    """A bank that keeps cash and securities. Its code is a part of ledger addresses."""

    code = models.CharField(_("code"), max_length=16)
    name = models.CharField(_("name"), max_length=120)
    party = models.OneToOneField(
        Party, on_delete=models.PROTECT, related_name="custodian", verbose_name=_("party")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("custodian")
        verbose_name_plural = _("custodians")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="custody_custodian_code_unique"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9_.-]*$"),
                name="custody_custodian_code_fits_addresses",
            ),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="custody_custodian_name_present"),
        ]

    def __str__(self) -> str:
        return self.code


class CustodyAccount(models.Model):
    """One account at a custodian, of one ring of one book. What it is never changes."""

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="custody_accounts", verbose_name=_("book")
    )
    custodian = models.ForeignKey(
        Custodian, on_delete=models.PROTECT, related_name="accounts", verbose_name=_("custodian")
    )
    ring = models.CharField(_("ring"), max_length=7, choices=CustodyRing)
    external_number = models.CharField(_("number at the custodian"), max_length=34)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("custody account")
        verbose_name_plural = _("custody accounts")
        ordering = ["custodian", "external_number"]
        constraints = [
            models.UniqueConstraint(
                fields=["custodian", "external_number"], name="custody_custodyaccount_number_unique"
            ),
            models.UniqueConstraint(
                fields=["book", "custodian", "ring"], name="custody_custodyaccount_one_per_ring"
            ),
            models.CheckConstraint(
                condition=Q(ring__in=["client", "funder", "reserve", "house"]),
                name="custody_custodyaccount_ring_known",
            ),
            models.CheckConstraint(
                condition=Q(external_number__regex=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$"),
                name="custody_custodyaccount_number_well_formed",
            ),
        ]

    def __str__(self) -> str:
        return self.external_number


class CustodyAccountUnit(models.Model):
    """The tie of a custody account to the ledger in one unit: custody there, and for cash its transit.

    Append-only. The database lets no account of another ring, unit or book be tied (DESIGN 3, ring).
    """

    custody_account = models.ForeignKey(
        CustodyAccount, on_delete=models.PROTECT, related_name="units", verbose_name=_("custody account")
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    ledger_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("custody in the ledger")
    )
    transit_account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("transit in the ledger"),
    )

    class Meta:
        verbose_name = _("unit of a custody account")
        verbose_name_plural = _("units of custody accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["custody_account", "unit"], name="custody_custodyaccountunit_unit_once"
            ),
            models.UniqueConstraint(
                fields=["ledger_account"], name="custody_custodyaccountunit_ledger_account_once"
            ),
            models.UniqueConstraint(
                fields=["transit_account"], name="custody_custodyaccountunit_transit_account_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.custody_account} {self.unit}"


class CashHome(models.Model):
    """The one bank where a funder, the reserve or the house keeps its cash in a book."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", verbose_name=_("book"))
    ring = models.CharField(_("ring"), max_length=7, choices=CustodyRing)
    owner = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("funder")
    )
    custody_account = models.ForeignKey(
        CustodyAccount, on_delete=models.PROTECT, related_name="homes", verbose_name=_("custody account")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("home of cash")
        verbose_name_plural = _("homes of cash")
        constraints = [
            models.UniqueConstraint(
                fields=["book", "ring", "owner"], name="custody_cashhome_one_home", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(ring="funder", owner__isnull=False)
                | Q(ring__in=["reserve", "house"], owner__isnull=True),
                name="custody_cashhome_owner_fits_ring",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ring}: {self.custody_account}"
