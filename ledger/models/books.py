"""Books, units and the general-ledger categories: what an account is made of."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Unit(models.Model):
    """A currency (ISO 4217) or a security (ISIN or MIC:symbol), with the scale of its smallest part."""

    class Kind(models.TextChoices):
        CURRENCY = "currency", _("currency")
        SECURITY = "security", _("security")

    id = models.AutoField(primary_key=True)
    code = models.CharField(_("code"), max_length=32)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    exponent = models.SmallIntegerField(_("decimal places"))
    name = models.CharField(_("name"), max_length=120, blank=True, default="")

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="ledger_unit_code_unique"),
            models.CheckConstraint(
                condition=Q(kind__in=["currency", "security"]), name="ledger_unit_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(exponent__gte=0, exponent__lte=8), name="ledger_unit_exponent_in_range"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Book(models.Model):
    """A set of accounts that balances by itself: one legal entity or client pool; the unit of closing."""

    id = models.AutoField(primary_key=True)
    code = models.CharField(_("code"), max_length=16)
    name = models.CharField(_("name"), max_length=120)
    base_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("base currency")
    )

    class Meta:
        verbose_name = _("book")
        verbose_name_plural = _("books")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="ledger_book_code_unique"),
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z0-9]+$"), name="ledger_book_code_plain"),
        ]

    def __str__(self) -> str:
        return self.code


class AccountCategory(models.Model):
    """A line of the chart of accounts. Memo categories stand outside the balance sheet."""

    class Type(models.TextChoices):
        ASSET = "asset", _("asset")
        LIABILITY = "liability", _("liability")
        EQUITY = "equity", _("equity")
        INCOME = "income", _("income")
        EXPENSE = "expense", _("expense")
        MEMO = "memo", _("memo")

    class NormalSide(models.TextChoices):
        DEBIT = "debit", _("debit")
        CREDIT = "credit", _("credit")

    number = models.PositiveSmallIntegerField(_("number"), primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    type = models.CharField(_("type"), max_length=9, choices=Type)
    normal_side = models.CharField(_("normal side"), max_length=6, choices=NormalSide)

    class Meta:
        verbose_name = _("account category")
        verbose_name_plural = _("chart of accounts")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["name"], name="ledger_accountcategory_name_unique"),
            models.CheckConstraint(
                condition=Q(type__in=["asset", "liability", "equity", "income", "expense", "memo"]),
                name="ledger_accountcategory_type_known",
            ),
            models.CheckConstraint(
                condition=Q(normal_side__in=["debit", "credit"]), name="ledger_accountcategory_side_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"
