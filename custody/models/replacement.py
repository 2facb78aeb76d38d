"""Which statement took the place of which: both are kept, bytes and lines. Append-only."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval
from custody.models.payment import Payment
from custody.models.statement import Statement
from custody.models.transfer import TransferInstruction
from ledger.models import JournalEntry


class StatementReplacement(models.Model):
    """A statement and the corrected one of the same day and number that took its place.

    One that was stopped is superseded as the right one arrives; one that was accepted, and acted on, only by
    two people: `approval` says which, and what that undid and booked are the effects.
    What differs between the two is read from their lines, never stored beside them. A custodian may need
    several tries: one replacement can supersede all stopped ones before it.
    """

    replaced = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="superseded_by", verbose_name=_("superseded")
    )
    replacement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="supersedes", verbose_name=_("superseded by")
    )
    approval = models.OneToOneField(
        Approval,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("approval"),
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("imported by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("replacement of a statement")
        verbose_name_plural = _("replacements of statements")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["replaced"], name="custody_statementreplacement_superseded_once"),
            models.CheckConstraint(
                condition=Q(replacement__gt=F("replaced")),
                name="custody_statementreplacement_comes_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.replaced_id} > {self.replacement_id}"


class EffectKind(models.TextChoices):
    """What taking the place of an accepted statement did to one of its lines."""

    RECEIPT_REVERSED = "receipt_reversed", _("receipt reversed")
    IDENTIFICATION_REVERSED = "identification_reversed", _("identification reversed")
    CONFIRMATION_REVERSED = "confirmation_reversed", _("confirmation reversed")
    RECEIPT_BOOKED = "receipt_booked", _("receipt booked")
    CONFIRMED = "confirmed", _("confirmed")


class ReplacementEffect(models.Model):
    """An entry posted because one statement took another's place, and the entry that it undoes. Append-only.

    The undone and the undoing never meet a line of the bank: reconciliation lays them against each other.
    """

    replacement = models.ForeignKey(
        StatementReplacement,
        on_delete=models.PROTECT,
        related_name="effects",
        verbose_name=_("replacement of a statement"),
    )
    kind = models.CharField(_("kind"), max_length=23, choices=EffectKind)
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("payment")
    )
    transfer = models.ForeignKey(
        TransferInstruction,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("transfer instruction"),
    )
    entry = models.OneToOneField(
        JournalEntry, on_delete=models.PROTECT, related_name="+", verbose_name=_("entry")
    )
    undone_entry = models.OneToOneField(
        JournalEntry,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("undoes the entry"),
    )

    class Meta:
        verbose_name = _("effect of a replacement")
        verbose_name_plural = _("effects of replacements")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=["receipt_reversed", "identification_reversed", "confirmation_reversed"],
                    undone_entry__isnull=False,
                )
                | Q(kind__in=["receipt_booked", "confirmed"], undone_entry__isnull=True),
                name="custody_replacementeffect_undoes_as_its_kind_says",
            ),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, transfer__isnull=True)
                | Q(
                    payment__isnull=True,
                    transfer__isnull=False,
                    kind__in=["confirmation_reversed", "confirmed"],
                ),
                name="custody_replacementeffect_names_its_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.entry_id}"
