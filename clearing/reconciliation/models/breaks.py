"""Breaks: what does not agree, from the day it was first seen until it is explained."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from clearing.reconciliation.models.matches import Match
from clearing.reconciliation.models.runs import ReconciliationRun
from custody.models import Custodian, CustodyAccount, Statement, StatementEntry
from ledger.models import Book, JournalEntry, Unit


class BreakKind(models.TextChoices):
    LEDGER_UNMATCHED = "ledger_unmatched", _("In the ledger, not at the custodian")
    EXTERNAL_UNMATCHED = "external_unmatched", _("At the custodian, not in the ledger")
    BALANCE_DIFFERENCE = "balance_difference", _("Closing balances differ beyond what is unmatched")
    HOLDING_DIFFERENCE = "holding_difference", _("Holdings differ")
    STATEMENT_MISSING = "statement_missing", _("No statement")
    STATEMENT_MARKED = "statement_marked", _("The statement failed a check")
    CLIENT_MONEY_SHORTFALL = "client_money_shortfall", _("Client money falls short")


class BreakStatus(models.TextChoices):
    OPEN = "open", _("Open")  # inserted so by a run
    ASSIGNED = "assigned", _("Assigned")  # to its owner, by a person
    CLOSED = "closed", _("Closed")  # by the run that no longer finds it; final


class ReconciliationBreak(models.Model):
    """One difference. `subject` says what differs; there is one open break of a subject.

    Amounts: minor units, plus is in; `difference_minor` is the ledger's less the custodian's. What it is
    about and when it was first seen never change (DESIGN 8).
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="breaks", verbose_name=_("book"))
    kind = models.CharField(_("kind"), max_length=24, choices=BreakKind)
    subject = models.CharField(_("subject"), max_length=80)
    custodian = models.ForeignKey(
        Custodian,
        on_delete=models.PROTECT,
        related_name="breaks",
        null=True,
        blank=True,
        verbose_name=_("custodian"),
    )
    custody_account = models.ForeignKey(
        CustodyAccount,
        on_delete=models.PROTECT,
        related_name="breaks",
        null=True,
        blank=True,
        verbose_name=_("custody account"),
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("unit")
    )
    entry = models.ForeignKey(
        JournalEntry,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("entry"),
    )
    statement_entry = models.ForeignKey(
        StatementEntry,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("statement entry"),
    )
    statement = models.ForeignKey(
        Statement,
        on_delete=models.PROTECT,
        related_name="breaks",
        null=True,
        blank=True,
        verbose_name=_("statement"),
    )
    ledger_minor = models.BigIntegerField(_("ledger"), default=0)
    external_minor = models.BigIntegerField(_("custodian's"), default=0)
    difference_minor = models.BigIntegerField(_("difference"), default=0)
    first_seen_on = models.DateField(_("first seen on"))
    first_run = models.ForeignKey(
        ReconciliationRun, on_delete=models.PROTECT, related_name="opened_breaks", verbose_name=_("first run")
    )
    status = models.CharField(_("status"), max_length=8, choices=BreakStatus, default=BreakStatus.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("owner"),
    )
    cause = models.CharField(_("cause"), max_length=200, blank=True, default="")
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    closing_run = models.ForeignKey(
        ReconciliationRun,
        on_delete=models.PROTECT,
        related_name="closed_breaks",
        null=True,
        blank=True,
        verbose_name=_("closed by the run"),
    )
    closing_match = models.ForeignKey(
        Match,
        on_delete=models.PROTECT,
        related_name="closed_breaks",
        null=True,
        blank=True,
        verbose_name=_("closed by the match"),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("break")
        verbose_name_plural = _("breaks")
        ordering = ["first_seen_on", "id"]
        indexes = [
            models.Index(
                fields=["book", "custodian", "kind"],
                condition=~Q(status="closed"),
                name="reconciliation_break_open",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "subject"],
                condition=~Q(status="closed"),
                name="reconciliation_reconciliationbreak_one_open",
            ),
            models.CheckConstraint(
                condition=Q(difference_minor=F("ledger_minor") - F("external_minor")),
                name="reconciliation_reconciliationbreak_difference_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(kind="ledger_unmatched", entry__isnull=False, custody_account__isnull=False)
                | Q(kind="external_unmatched", statement_entry__isnull=False, custody_account__isnull=False)
                | Q(kind__in=["balance_difference", "holding_difference"], custody_account__isnull=False)
                | Q(kind="statement_missing", custodian__isnull=False)
                | Q(kind="statement_marked", statement__isnull=False)
                | Q(kind="client_money_shortfall", unit__isnull=False),
                name="reconciliation_reconciliationbreak_says_what",
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_on__isnull=True)
                | Q(status="assigned", closed_on__isnull=True, owner__isnull=False)
                | Q(
                    status="closed",
                    closed_on__isnull=False,
                    closed_on__gte=F("first_seen_on"),
                    closing_run__isnull=False,
                ),
                name="reconciliation_reconciliationbreak_status_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
