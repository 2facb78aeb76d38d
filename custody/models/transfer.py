"""Instructions to move cash between custody accounts of the platform, from ring to ring or bank to bank."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from custody.models.custodian import CustodyAccount
from ledger.models import Book, JournalEntry, Unit


class TransferState(models.TextChoices):
    INSTRUCTED = "instructed", _("Instructed")  # inserted so by sweep_transit
    CONFIRMED = "confirmed", _("Confirmed")  # when the statements have shown both sides; final


class TransferInstruction(models.Model):
    """One instruction of a sweep. Each side is confirmed by its own bank's statement: two entries."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="transfers", verbose_name=_("book"))
    reference = models.CharField(_("reference"), max_length=40)
    from_account = models.ForeignKey(
        CustodyAccount, on_delete=models.PROTECT, related_name="transfers_out", verbose_name=_("from")
    )
    to_account = models.ForeignKey(
        CustodyAccount, on_delete=models.PROTECT, related_name="transfers_in", verbose_name=_("to")
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("unit")
    )
    amount_minor = models.BigIntegerField(_("amount"))
    instructed_on = models.DateField(_("instructed on"))
    state = models.CharField(
        _("state"), max_length=10, choices=TransferState, default=TransferState.INSTRUCTED
    )
    debited_entry = models.ForeignKey(
        JournalEntry,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("entry of the paying side"),
    )
    credited_entry = models.ForeignKey(
        JournalEntry,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("entry of the receiving side"),
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("maker")
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("transfer instruction")
        verbose_name_plural = _("transfer instructions")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["book"], condition=Q(state="instructed"), name="custody_transfer_open"),
            models.Index(fields=["book", "instructed_on"], name="custody_transfer_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reference"], name="custody_transferinstruction_reference_unique"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="custody_transferinstruction_amount_positive"
            ),
            models.CheckConstraint(
                condition=~Q(from_account=F("to_account")), name="custody_transferinstruction_accounts_differ"
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed", debited_entry__isnull=False, credited_entry__isnull=False)
                | (Q(state="instructed") & (Q(debited_entry__isnull=True) | Q(credited_entry__isnull=True))),
                name="custody_transferinstruction_confirmed_on_both_sides",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
