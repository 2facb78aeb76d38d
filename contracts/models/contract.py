"""Financing contracts and the tranches that fund them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from accounts.models import Approval, Party
from contracts.models.product import PARTS_PER_MILLION, TermsVersion
from custody.models import Custodian
from ledger.models import Account, Book, Unit


class ContractState(models.TextChoices):
    """Where a contract stands; contracts/domain/states.py and the database hold which moves are permitted."""

    DRAFT = "draft", _("Draft")  # open_contracts; or returned from submitted
    SUBMITTED = "submitted", _("Submitted")  # from draft
    APPROVED = "approved", _("Approved")  # from submitted; money may be drawn
    ACTIVE = "active", _("Active")  # by the first drawdown; or cured
    RESTRICTED = "restricted", _("Restricted")  # no new financing, withdrawal or transfer out
    IN_CALL = "in_call", _("In call")  # a margin call is open
    LIQUIDATING = "liquidating", _("Liquidating")  # a liquidation has been released
    MATURED = "matured", _("Matured")  # the term is over, debts may remain
    CLOSED = "closed", pgettext_lazy("contract", "Closed")  # final; owes nothing
    DEFAULTED = "defaulted", _("Defaulted")  # the waterfall left a deficit


class FinancingContract(models.Model):
    """One client's contract at one custodian, in one currency, under one version of terms.

    Balances are the ledger's; the account columns only say where they are (no other contract can name them:
    they carry its code). Only state and dates ever change.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("book"))
    code = models.CharField(_("code"), max_length=16)
    client = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("client")
    )
    custodian = models.ForeignKey(
        Custodian, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("custodian")
    )
    terms = models.ForeignKey(
        TermsVersion, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("terms")
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("currency"))
    state = models.CharField(_("state"), max_length=11, choices=ContractState, default=ContractState.DRAFT)
    opened_on = models.DateField(_("opened on"))
    matures_on = models.DateField(_("matures on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    cash_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("cash")
    )
    unsettled_cash_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("unsettled cash")
    )
    principal_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("principal")
    )
    interest_account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("interest receivable"),
    )
    penalty_account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("penalty receivable"),
    )
    fee_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("fees receivable")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("financing contract")
        verbose_name_plural = _("financing contracts")
        ordering = ["code"]
        indexes = [models.Index(fields=["book", "state"], name="contracts_contract_book_state")]
        constraints = [
            models.UniqueConstraint(fields=["book", "code"], name="contracts_financingcontract_code_unique"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9-]*$"),
                name="contracts_financingcontract_code_fits_addresses",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False)
                | (~Q(state="closed") & Q(closed_on__isnull=True)),
                name="contracts_financingcontract_closed_has_date",
            ),
            models.CheckConstraint(
                condition=Q(matures_on__isnull=True) | Q(matures_on__gt=models.F("opened_on")),
                name="contracts_financingcontract_matures_after_opening",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class FundingSource(models.TextChoices):
    """Whose money a tranche is; every report tells them apart."""

    OWN = "own", _("House funds")  # the house's
    THIRD_PARTY = "third_party", _("Third-party funder")
    MATCHED = "matched", _("Matched funding from another platform")


class FundingTranche(models.Model):
    """One source of a contract's money: a funder's, or the house's own where `funder` is empty.

    Every contract has a house tranche, with no share where the house does not lend: interest that is
    capitalised makes the house's spread a principal of its own. Rank 1 is paid first and loses last.
    A tranche never changes but once, when another takes its place: from that day on the other has the share.
    """

    contract = models.ForeignKey(
        FinancingContract, on_delete=models.PROTECT, related_name="tranches", verbose_name=_("contract")
    )
    ordinal = models.PositiveSmallIntegerField(_("number"))
    funder = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        related_name="tranches",
        null=True,
        blank=True,
        verbose_name=_("funder"),
    )
    share_ppm = models.IntegerField(_("share"))
    # What the funder earns; the house earns the residual and has no rate of its own.
    rate_ppm = models.IntegerField(_("rate to the funder"))
    seniority = models.PositiveSmallIntegerField(_("seniority"), default=1)
    source = models.CharField(
        _("funding source"), max_length=11, choices=FundingSource, default=FundingSource.THIRD_PARTY
    )
    # Of one that took another's place: which, since when, and by whose decision.
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        related_name="successor",
        null=True,
        blank=True,
        verbose_name=_("replaces"),
    )
    joined_on = models.DateField(_("joined on"), null=True, blank=True)
    approval = models.OneToOneField(
        Approval,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("approval"),
    )
    replaced_on = models.DateField(_("replaced on"), null=True, blank=True)

    funded_account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("funded principal"),
    )
    interest_account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        null=True,
        blank=True,
        verbose_name=_("interest owed to the funder"),
    )
    available_account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        null=True,
        blank=True,
        verbose_name=_("the funder's available money"),
    )

    class Meta:
        verbose_name = _("funding tranche")
        verbose_name_plural = _("funding tranches")
        ordering = ["contract", "ordinal"]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "ordinal"], name="contracts_fundingtranche_ordinal_unique"
            ),
            models.UniqueConstraint(
                fields=["contract", "funder"],
                name="contracts_fundingtranche_funder_unique",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(share_ppm__range=(0, PARTS_PER_MILLION), rate_ppm__range=(0, PARTS_PER_MILLION)),
                name="contracts_fundingtranche_parts_in_range",
            ),
            models.CheckConstraint(
                condition=Q(
                    funder__isnull=True,
                    rate_ppm=0,
                    interest_account__isnull=True,
                    available_account__isnull=True,
                )
                | Q(
                    funder__isnull=False,
                    share_ppm__gt=0,
                    interest_account__isnull=False,
                    available_account__isnull=False,
                ),
                name="contracts_fundingtranche_house_or_funder",
            ),
            models.CheckConstraint(
                condition=Q(seniority__gte=1), name="contracts_fundingtranche_seniority_positive"
            ),
            models.CheckConstraint(
                condition=Q(funder__isnull=True, source="own")
                | Q(funder__isnull=False, source__in=["third_party", "matched"]),
                name="contracts_fundingtranche_source_fits_funder",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True, joined_on__isnull=True, approval__isnull=True)
                | Q(
                    replaces__isnull=False,
                    joined_on__isnull=False,
                    approval__isnull=False,
                    funder__isnull=False,
                ),
                name="contracts_fundingtranche_successor_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}/{self.ordinal}"
