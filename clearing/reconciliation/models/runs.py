"""Runs of the reconciliation: what was read, what it came to, and the balances it compared. Append-only."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from custody.models import Custodian, CustodyAccount, Statement
from ledger.models import Book, Unit


class RunKind(models.TextChoices):
    CASH = "cash", _("Cash against statements")
    HOLDINGS = "holdings", _("Holdings against statements")
    CLIENT_MONEY = "client_money", _("Client money, internal")


class ReconciliationRun(models.Model):
    """One run's result. The same inputs give the same digest, and then no second row.

    A further attempt is a further row: something came in since, and it says what changed. The internal run of
    client money looks at the whole pool and has no custodian.
    """

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="reconciliations", verbose_name=_("book")
    )
    custodian = models.ForeignKey(
        Custodian,
        on_delete=models.PROTECT,
        related_name="reconciliations",
        null=True,
        blank=True,
        verbose_name=_("custodian"),
    )
    business_date = models.DateField(_("business date"))
    kind = models.CharField(_("kind"), max_length=12, choices=RunKind)
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    rule_version = models.PositiveSmallIntegerField(_("version of the rules"))
    digest = models.BinaryField(_("digest"), max_length=32)
    figures = models.JSONField(_("figures"), default=dict)
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("run by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("reconciliation run")
        verbose_name_plural = _("reconciliation runs")
        ordering = ["-business_date", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "kind", "custodian", "business_date", "attempt"],
                name="reconciliation_reconciliationrun_attempt_unique",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["book", "kind", "custodian", "business_date", "digest"],
                name="reconciliation_reconciliationrun_result_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["cash", "holdings"], custodian__isnull=False)
                | Q(kind="client_money", custodian__isnull=True),
                name="reconciliation_reconciliationrun_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.business_date}/{self.attempt}"


class RunStatement(models.Model):
    """A statement that a run has read: the next day's run need not read it again."""

    run = models.ForeignKey(
        ReconciliationRun, on_delete=models.PROTECT, related_name="statements", verbose_name=_("run")
    )
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="reconciliations", verbose_name=_("statement")
    )

    class Meta:
        verbose_name = _("statement read")
        verbose_name_plural = _("statements read")
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "run"], name="reconciliation_runstatement_read_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.statement_id}"


class BalanceComparison(models.Model):
    """The ledger's balance of a custody account in one unit beside the custodian's; empty: none was stated.

    What is still open on either side explains a difference; the rest is a break.
    """

    run = models.ForeignKey(
        ReconciliationRun, on_delete=models.PROTECT, related_name="comparisons", verbose_name=_("run")
    )
    custody_account = models.ForeignKey(
        CustodyAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("custody account")
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    ledger_minor = models.BigIntegerField(_("ledger"))
    external_minor = models.BigIntegerField(_("custodian"), null=True, blank=True)
    open_ledger_minor = models.BigIntegerField(_("unmatched in the ledger"), default=0)
    open_external_minor = models.BigIntegerField(_("unmatched at the custodian"), default=0)

    class Meta:
        verbose_name = _("balance comparison")
        verbose_name_plural = _("balance comparisons")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "custody_account", "unit"], name="reconciliation_balancecomparison_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.custody_account_id} {self.unit_id}: {self.ledger_minor}"
