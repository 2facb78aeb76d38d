"""Approvals: proposed by one person and decided by another. They permit; the owning app executes.

Who may decide what, up to which amount, is `accounts.models.approval_rule`. An amount counts without a sign.
"""

from django.db import models
from django.db.models.functions import Length, Now
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User


class ApprovalKind(models.TextChoices):
    CLOSE_BUSINESS_DAY = "close_business_day", _("Close a business day")
    RELEASE_WITHDRAWAL = "release_withdrawal", _("Release a withdrawal")
    RELEASE_LIQUIDATION = "release_liquidation", _("Release a liquidation")
    ACTIVATE_TERMS = "activate_terms", _("Activate terms")
    WRITE_OFF_BREAK = "write_off_break", _("Write off a break")
    SOFT_CLOSE_BUSINESS_DAY = "soft_close_business_day", _("Soft-close a business day")
    REOPEN_BUSINESS_DAY = "reopen_business_day", _("Reopen a business day")
    CLOSE_MONTH = "close_month", _("Close a month")
    REOPEN_MONTH = "reopen_month", _("Reopen a month")
    TRANSFER_YEAR_END = "transfer_year_end", _("Transfer the year's result to equity")
    CORRECT_AFTER_CLOSE = "correct_after_close", _("Correct after the close")
    IMPORT_JOURNAL = "import_journal", _("Import a journal")
    CHANGE_SEAL_KEYS = "change_seal_keys", _("Change the keys of the seals")
    SET_OFFICIAL_RATE = "set_official_rate", _("Set an official rate")
    ACTIVATE_RULE_PACK = "activate_rule_pack", _("Put a rule pack into force")
    ACTIVATE_QUESTIONNAIRE = "activate_questionnaire", _("Put a questionnaire into force")
    ACTIVATE_DISCLOSURE = "activate_disclosure", _("Put a risk disclosure into force")
    AMEND_CONTRACT = "amend_contract", _("Amend a contract")
    EXTEND_CONTRACT = "extend_contract", _("Extend a contract")
    REPLACE_FUNDER = "replace_funder", _("Replace a funder")
    RESOLVE_DISPUTE = "resolve_dispute", _("Resolve a dispute")
    REVIEW_IDENTITY = "review_identity", _("Review an identity")
    CONFIRM_SCREENING = "confirm_screening", _("Decide a screening")
    SET_BENCHMARK = "set_benchmark", _("Set a benchmark's fixing")
    IMPORT_PARTIES = "import_parties", _("Import parties")
    IMPORT_CONTRACTS = "import_contracts", _("Import contracts")
    WAIVE_CHARGE = "waive_charge", _("Waive a charge")
    SET_APPROVAL_LIMIT = "set_approval_limit", _("Set who may approve what")
    DELEGATE_APPROVALS = "delegate_approvals", _("Delegate approvals")
    REVIEW_ACCESS = "review_access", _("Review the access of staff")
    PAY_FUNDER_OUT = "pay_funder_out", _("Pay a funder out")
    ERASE_PARTY = "erase_party", _("Erase a party's personal data")


class ApprovalStatus(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")  # the maker: propose_approval
    APPROVED = "approved", _("Approved")  # from proposed, by the checker: approve
    REJECTED = "rejected", _("Rejected")  # from proposed, by the checker: reject; final
    EXECUTED = "executed", _("Executed")  # from approved, by the owning app: execute_approval; final
    WITHDRAWN = (
        "withdrawn",
        _("Withdrawn"),
    )  # from proposed or approved, by the maker: withdraw_approval; final
    EXPIRED = (
        "expired",
        _("Expired"),
    )  # from proposed or approved, once expires_at is past: expire_approvals; final


UNDECIDED = models.Q(checker__isnull=True, decided_at__isnull=True, delegation__isnull=True)
DECIDED = models.Q(checker__isnull=False, decided_at__isnull=False)


class Approval(models.Model):
    """One thing that needs two people. What was proposed never changes; the status only moves forward."""

    book_code = models.CharField(_("book"), max_length=32)
    kind = models.CharField(_("kind"), max_length=32, choices=ApprovalKind.choices)
    subject = models.CharField(_("subject"), max_length=200)
    payload = models.JSONField(_("payload"))
    payload_hash = models.BinaryField(_("payload hash"))  # SHA-256 of the canonical payload
    maker = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="approvals_made", verbose_name=_("maker")
    )
    proposed_at = models.DateTimeField(_("proposed at"), db_default=Now())
    amount_minor = models.BigIntegerField(_("amount in minor units"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=32, null=True, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=9, choices=ApprovalStatus.choices, default=ApprovalStatus.PROPOSED
    )
    checker = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="approvals_checked",
        verbose_name=_("checker"),
        null=True,
        blank=True,
    )
    delegation = models.ForeignKey(
        "accounts.ApprovalDelegation",
        on_delete=models.PROTECT,
        related_name="decisions",
        verbose_name=_("on behalf of"),
        null=True,
        blank=True,
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    executed_at = models.DateTimeField(_("executed at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("withdrawn by"),
        null=True,
        blank=True,
    )
    ended_at = models.DateTimeField(_("withdrawn or expired at"), null=True, blank=True)
    comment = models.TextField(_("comment"), blank=True, default="")

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["book_code", "kind"],
                condition=models.Q(status__in=["proposed", "approved"]),
                name="accounts_approval_open",
            ),
            models.Index(fields=["kind", "subject"], name="accounts_approval_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=ApprovalKind.values),
                name="accounts_approval_kind_known",
            ),
            models.CheckConstraint(
                condition=Exact(Length("payload_hash"), 32), name="accounts_approval_hash_is_sha256"
            ),
            models.CheckConstraint(
                condition=models.Q(checker__isnull=True) | ~models.Q(checker=models.F("maker")),
                name="accounts_approval_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=UNDECIDED
                & models.Q(status="proposed", executed_at__isnull=True, ended_at__isnull=True)
                | DECIDED
                & models.Q(
                    status__in=["approved", "rejected"], executed_at__isnull=True, ended_at__isnull=True
                )
                | DECIDED & models.Q(status="executed", executed_at__isnull=False, ended_at__isnull=True)
                | (UNDECIDED | DECIDED)
                & models.Q(
                    status__in=["withdrawn", "expired"], executed_at__isnull=True, ended_at__isnull=False
                ),
                name="accounts_approval_decision_complete",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__isnull=True, currency__isnull=True)
                | models.Q(amount_minor__gte=0, currency__isnull=False),
                name="accounts_approval_amount_has_currency",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__isnull=True)
                | models.Q(expires_at__gt=models.F("proposed_at")),
                name="accounts_approval_expires_after_proposal",
            ),
            models.CheckConstraint(
                condition=models.Q(status="withdrawn", withdrawn_by=models.F("maker"))
                | models.Q(withdrawn_by__isnull=True) & ~models.Q(status="withdrawn"),
                name="accounts_approval_withdrawn_by_maker",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}: {self.status}"
