"""Matches: which ledger movements and which statement entries are the same event. Append-only.

Being reconciled is about a pair, never a mark on one of the sides: an amount of a ledger movement (all
postings of one entry on one custody account) and an amount of a statement entry are given to the same match.
A match is unmade by a further row, and then its sides are free again.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clearing.reconciliation.models.runs import ReconciliationRun
from custody.models import StatementEntry, StatementReplacement
from ledger.models import Account, JournalEntry


class MatchRule(models.TextChoices):
    """In the order in which they are tried (DESIGN 8)."""

    REFERENCE_AMOUNT_DATE = "reference_amount_date", _("Reference, amount and date")
    AMOUNT_IN_WINDOW = "amount_in_window", _("Amount within days, unique on both sides")
    REFERENCE_AMOUNT = "reference_amount", _("Reference and amount, on another day")


class Match(models.Model):
    """One match with what speaks for it. The database holds its two sides equal."""

    run = models.ForeignKey(
        ReconciliationRun, on_delete=models.PROTECT, related_name="matches", verbose_name=_("run")
    )
    match_no = models.PositiveIntegerField(_("number"))
    rule = models.CharField(_("rule"), max_length=24, choices=MatchRule)
    evidence = models.JSONField(_("evidence"))
    digest = models.BinaryField(_("digest of the inputs"), max_length=32)

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        constraints = [
            models.UniqueConstraint(fields=["run", "match_no"], name="reconciliation_match_number_unique"),
            models.CheckConstraint(
                condition=Q(rule__in=MatchRule.values), name="reconciliation_match_rule_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.match_no}"


class MatchAllocation(models.Model):
    """An amount of one side given to a match: of a ledger entry on an account, or of a statement entry.

    Signed as the custodian's holder sees it, which is the ledger's debit: plus is in.
    """

    match = models.ForeignKey(
        Match, on_delete=models.PROTECT, related_name="allocations", verbose_name=_("match")
    )
    entry = models.ForeignKey(
        JournalEntry,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("entry"),
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("account")
    )
    statement_entry = models.ForeignKey(
        StatementEntry,
        on_delete=models.PROTECT,
        related_name="allocations",
        null=True,
        blank=True,
        verbose_name=_("statement entry"),
    )
    amount_minor = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "account", "match"], name="reconciliation_matchallocation_movement_once"
            ),
            models.UniqueConstraint(
                fields=["statement_entry", "match"],
                name="reconciliation_matchallocation_statement_entry_once",
            ),
            models.CheckConstraint(
                condition=Q(entry__isnull=False, account__isnull=False, statement_entry__isnull=True)
                | Q(entry__isnull=True, account__isnull=True, statement_entry__isnull=False),
                name="reconciliation_matchallocation_one_side",
            ),
            models.CheckConstraint(
                condition=~Q(amount_minor=0), name="reconciliation_matchallocation_amount_not_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.match_id}: {self.amount_minor}"


class Unmatch(models.Model):
    """A match that no longer holds: a corrected statement took the place of the one that its lines are of.

    The match and its allocations stay as they are; they count no more. Append-only, once a match.
    """

    match = models.OneToOneField(
        Match, on_delete=models.PROTECT, related_name="unmatch", verbose_name=_("match")
    )
    replacement = models.ForeignKey(
        StatementReplacement,
        on_delete=models.PROTECT,
        related_name="unmatches",
        verbose_name=_("replacement of a statement"),
    )
    unmatched_on = models.DateField(_("unmade on"))
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("unmade by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("unmade match")
        verbose_name_plural = _("unmade matches")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.match_id} {self.unmatched_on}"
