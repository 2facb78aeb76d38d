"""That the personal data of a party was erased: by whom, on which day, by two. Append-only."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.approval import Approval
from accounts.models.party import Party

ERASED = "[erased]"
"""What stands where personal data stood."""


class PartyErasure(models.Model):
    """One erasure. Writing the row erases, in every app, by triggers; who may not be erased is refused.

    Codes, amounts, days, digests, scores and decisions stay: ledger, seals and numbers rest on them.
    """

    party = models.OneToOneField(
        Party, on_delete=models.PROTECT, related_name="erasure", verbose_name=_("party")
    )
    erased_on = models.DateField(_("erased on"))
    approval = models.OneToOneField(
        Approval, on_delete=models.PROTECT, related_name="+", verbose_name=_("approval")
    )
    erased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("erased by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    transaction_id = models.BigIntegerField(_("transaction"), db_default=0, editable=False)

    class Meta:
        verbose_name = _("erasure of a party")
        verbose_name_plural = _("erasures of parties")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.party.code} {self.erased_on}"
