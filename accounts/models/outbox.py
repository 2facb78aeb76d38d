"""Messages to parties, written with what they report and delivered after the commit."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.party import Party


class OutboxMessage(models.Model):
    """One message through one channel. Its content never changes; delivery is recorded once, with proof."""

    book_code = models.CharField(_("book"), max_length=32)
    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="messages", verbose_name=_("party")
    )
    kind = models.CharField(_("kind"), max_length=64)
    channel = models.CharField(_("channel"), max_length=32)
    payload = models.JSONField(_("payload"))
    idempotency_key = models.CharField(_("idempotency key"), max_length=200)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    delivery_proof = models.TextField(_("delivery proof"), blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(delivered_at__isnull=True),
                name="accounts_outbox_undelivered",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["idempotency_key"], name="accounts_outboxmessage_key_unique"),
            models.CheckConstraint(
                condition=models.Q(idempotency_key__regex=r"\S"),
                name="accounts_outboxmessage_key_present",
            ),
            models.CheckConstraint(
                condition=models.Q(delivered_at__isnull=True, delivery_proof="")
                | models.Q(delivered_at__isnull=False, delivery_proof__regex=r"\S"),
                name="accounts_outboxmessage_delivery_proven",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.party_id} by {self.channel}"
