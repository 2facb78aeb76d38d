"""Accounts: an address and a unit, whose value it is (ring), what it is for (role), and its limit."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.books import AccountCategory, Book, Unit

ROLES_OF_RING: dict[str, tuple[str, ...]] = {
    "client": (
        "custody",
        "transit",
        "payments",
        "settlement",
        "costs_payable",
        "tax_payable",
        "fx_clearing",
        "entitlement",
        "unsettled",
        "unallocated",
        "prudent_segregation",
        "due_from_house",
        "cover",
    ),
    "funder": ("custody", "transit", "payments", "funder_available", "unallocated"),
    "reserve": ("custody", "transit", "payments", "reserve_fund"),
    "principal": ("loan_principal", "funded_principal", "claim"),
    "house": (
        "custody",
        "transit",
        "payments",
        "interest_receivable",
        "penalty_receivable",
        "fee_receivable",
        "funder_interest",
        "house_funding",
        "capital",
        "income",
        "expense",
        "position",
        "due_to_client",
        "overrun_receivable",
        "cover",
    ),
}
"""Which roles a ring has. The database keeps the same table as `ledger_account_role_fits_ring`."""


class Ring(models.TextChoices):
    """Whose value it is. Client, funder and reserve are held for others; principal is owed and lent."""

    CLIENT = "client", _("client")
    FUNDER = "funder", _("funder")
    RESERVE = "reserve", _("reserve")
    PRINCIPAL = "principal", _("principal")
    HOUSE = "house", _("house")


class Role(models.TextChoices):
    """What the account is for; joins of the book go by it."""

    CUSTODY = "custody", _("custody")
    TRANSIT = "transit", _("transit between rings")
    PAYMENTS = "payments", _("payments under way")
    SETTLEMENT = "settlement", _("settlement")
    COSTS_PAYABLE = "costs_payable", _("costs payable")
    TAX_PAYABLE = "tax_payable", _("tax payable")
    FX_CLEARING = "fx_clearing", _("FX clearing")
    ENTITLEMENT = "entitlement", _("entitlement")
    UNSETTLED = "unsettled", _("unsettled entitlement")
    UNALLOCATED = "unallocated", _("unallocated receipts")
    PRUDENT_SEGREGATION = "prudent_segregation", _("prudent segregation")
    DUE_FROM_HOUSE = "due_from_house", _("due from house")
    COVER = "cover", _("cover")
    FUNDER_AVAILABLE = "funder_available", _("funder available")
    RESERVE_FUND = "reserve_fund", _("reserve fund")
    LOAN_PRINCIPAL = "loan_principal", _("loan principal")
    FUNDED_PRINCIPAL = "funded_principal", _("funder principal")
    CLAIM = "claim", _("claim")
    INTEREST_RECEIVABLE = "interest_receivable", _("interest receivable")
    PENALTY_RECEIVABLE = "penalty_receivable", _("penalty receivable")
    FEE_RECEIVABLE = "fee_receivable", _("fee receivable")
    FUNDER_INTEREST = "funder_interest", _("interest owed to funder")
    HOUSE_FUNDING = "house_funding", _("house funding")
    CAPITAL = "capital", _("capital")
    INCOME = "income", _("income")
    EXPENSE = "expense", _("expense")
    POSITION = "position", _("FX position")
    DUE_TO_CLIENT = "due_to_client", _("due to client")
    OVERRUN_RECEIVABLE = "overrun_receivable", _("overrun receivable")


class Limit(models.TextChoices):
    """`no_debit_balance`: never above zero (others' money); `no_credit_balance`: never below (a debt)."""

    NONE = "none", _("none")
    NO_DEBIT_BALANCE = "no_debit_balance", _("no debit balance")
    NO_CREDIT_BALANCE = "no_credit_balance", _("no credit balance")


def _role_fits_ring() -> Q:
    condition = Q()
    for ring, roles in ROLES_OF_RING.items():
        condition |= Q(ring=ring, role__in=roles)
    return condition


class Account(models.Model):
    """An account of one book in one unit. Its identity never changes and it is never deleted.

    A hot account (everybody posts to it) gets insert-only balance deltas instead of an updated row, so that
    writers do not wait for one another; it can therefore carry no limit. No personal data in addresses.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="accounts", verbose_name=_("book"))
    address = models.CharField(_("address"), max_length=120)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    ring = models.CharField(_("ring"), max_length=9, choices=Ring)
    role = models.CharField(_("role"), max_length=20, choices=Role)
    category = models.ForeignKey(
        AccountCategory, on_delete=models.PROTECT, related_name="+", verbose_name=_("category")
    )
    owner = models.ForeignKey(
        "accounts.Party",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    contract_code = models.CharField(_("contract"), max_length=16, blank=True, default="")
    limit = models.CharField(_("limit"), max_length=17, choices=Limit, default=Limit.NONE)
    is_hot = models.BooleanField(_("hot"), default=False)
    expected_age_days = models.PositiveSmallIntegerField(_("expected age in days"), null=True, blank=True)

    class Meta:
        verbose_name = _("ledger account")
        verbose_name_plural = _("ledger accounts")
        indexes = [
            models.Index(
                fields=["book", "contract_code", "role"],
                name="ledger_account_contract_role",
                condition=~Q(contract_code=""),
            ),
            models.Index(fields=["book", "role", "ring"], name="ledger_account_role_ring"),
            models.Index(fields=["book"], name="ledger_account_hot", condition=Q(is_hot=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "address", "unit"], name="ledger_account_address_unit_unique"
            ),
            models.CheckConstraint(
                condition=Q(address__regex=r"^[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)+$"),
                name="ledger_account_address_well_formed",
            ),
            models.CheckConstraint(condition=_role_fits_ring(), name="ledger_account_role_fits_ring"),
            models.CheckConstraint(
                condition=~Q(ring="principal") | ~Q(contract_code=""),
                name="ledger_account_principal_has_contract",
            ),
            models.CheckConstraint(
                condition=Q(limit__in=["none", "no_debit_balance", "no_credit_balance"]),
                name="ledger_account_limit_known",
            ),
            models.CheckConstraint(
                condition=Q(is_hot=False) | Q(limit="none"), name="ledger_account_hot_has_no_limit"
            ),
            models.CheckConstraint(
                condition=~Q(role__in=["entitlement", "unsettled", "funder_available"])
                | Q(owner__isnull=False),
                name="ledger_account_entitlement_has_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address} {self.unit}"


class Restriction(models.Model):
    """Money may not leave (`outflow`) or nothing may be financed (`financing`) while this row is in force.

    Rows are written by the app that decides (a margin level, a price hold) and obeyed by the posting rule.
    Several sources restrict one account independently; each lifts only its own.
    """

    class Scope(models.TextChoices):
        OUTFLOW = "outflow", _("outflow")
        FINANCING = "financing", _("financing")

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="restrictions", verbose_name=_("account")
    )
    scope = models.CharField(_("scope"), max_length=9, choices=Scope)
    reason = models.CharField(_("reason"), max_length=200)
    source = models.CharField(_("source"), max_length=60)
    imposed_on = models.DateField(_("imposed on"))
    lifted_on = models.DateField(_("lifted on"), null=True, blank=True)

    class Meta:
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "scope", "source"],
                condition=Q(lifted_on__isnull=True),
                name="ledger_restriction_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(scope__in=["outflow", "financing"]), name="ledger_restriction_scope_known"
            ),
            models.CheckConstraint(
                condition=Q(lifted_on__isnull=True) | Q(lifted_on__gte=F("imposed_on")),
                name="ledger_restriction_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope}: {self.reason}"
