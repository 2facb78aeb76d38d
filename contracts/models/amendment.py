"""What a contract is held to from a day on: amendments of its terms and extensions of its term. Append-only.

The terms in force on a day are those of the newest amendment in effect, else the contract's own; the view
`contracts_termsinforce` says them for every contract and span of days.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval
from contracts.models.contract import FinancingContract
from contracts.models.product import TermsVersion
from ledger.models import Book


class AmendmentKind(models.TextChoices):
    AMENDMENT = "amendment", _("Amendment")  # other terms from a day on
    EXTENSION = "extension", _("Extension")  # a later maturity; the vintage of the terms is kept


class ContractAmendment(models.Model):
    """From a day on a contract is held to `to_terms`; an extension also says when it matures now.

    Two people make it. It never reaches back before what interest has been counted on.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", verbose_name=_("book"))
    contract = models.ForeignKey(
        FinancingContract, on_delete=models.PROTECT, related_name="amendments", verbose_name=_("contract")
    )
    ordinal = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=9, choices=AmendmentKind)
    from_terms = models.ForeignKey(
        TermsVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("terms before")
    )
    to_terms = models.ForeignKey(
        TermsVersion,
        on_delete=models.PROTECT,
        related_name="amendments",
        verbose_name=_("new terms"),
    )
    effective_from = models.DateField(_("in force from"))
    matures_on = models.DateField(_("matures on"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    approval = models.OneToOneField(
        Approval, on_delete=models.PROTECT, related_name="+", verbose_name=_("approval")
    )

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["contract", "ordinal"]
        indexes = [
            models.Index(fields=["contract", "-effective_from"], name="contracts_amendment_in_force"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "ordinal"], name="contracts_contractamendment_ordinal_unique"
            ),
            models.CheckConstraint(
                condition=Q(kind="amendment", matures_on__isnull=True) & ~Q(to_terms=F("from_terms"))
                | Q(kind="extension", matures_on__isnull=False, matures_on__gt=F("effective_from")),
                name="contracts_contractamendment_changes_something",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="contracts_contractamendment_reason_given"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}/{self.ordinal}"
