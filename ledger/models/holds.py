"""Holds: a part of what an account holds, set aside for what will be posted or given up.

Representation: a hold never changes but for `open_minor`, which the database alone lowers by its events;
events are only ever added. `Balance.held_minor` is the sum of what is open on the account, so that its limit
counts holds. What the database refuses: docs/rules/ledger.md.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ledger.models.accounts import Account
from ledger.models.books import Book
from ledger.models.journal import JournalEntry


class Hold(models.Model):
    """An amount set aside on an account that carries a limit, to be posted in full or part, or released."""

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="holds", db_index=False, verbose_name=_("book")
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="holds", verbose_name=_("account")
    )
    amount_minor = models.BigIntegerField(_("amount"))
    open_minor = models.BigIntegerField(_("still held"))
    reason = models.CharField(_("reason"), max_length=200)
    source = models.CharField(_("source"), max_length=80)
    caller = models.CharField(_("caller"), max_length=40)
    idempotency_key = models.CharField(_("idempotency key"), max_length=120)
    placed_on = models.DateField(_("placed on"))
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("maker"),
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        indexes = [
            models.Index(
                fields=["book", "expires_on"],
                name="ledger_hold_expiring",
                condition=Q(open_minor__gt=0, expires_on__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "caller", "idempotency_key"], name="ledger_hold_key_unique"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="ledger_hold_amount_positive"),
            models.CheckConstraint(
                condition=Q(open_minor__gte=0, open_minor__lte=F("amount_minor")),
                name="ledger_hold_open_within_amount",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(source="") & ~Q(caller="") & ~Q(idempotency_key=""),
                name="ledger_hold_says_why",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__isnull=True) | Q(expires_on__gt=F("placed_on")),
                name="ledger_hold_expires_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


class HoldEvent(models.Model):
    """What became of a hold, or of a part of it. The events of a hold never exceed it."""

    class Event(models.TextChoices):
        POSTED = "posted", _("posted")  # by an entry, in its own statement
        RELEASED = "released", _("released")  # given up, with a reason
        EXPIRED = "expired", _("expired")  # by the database, at the opening of a day

    hold = models.ForeignKey(
        Hold, on_delete=models.PROTECT, related_name="events", db_index=False, verbose_name=_("hold")
    )
    event = models.CharField(_("event"), max_length=8, choices=Event)
    amount_minor = models.BigIntegerField(_("amount"))
    entry = models.ForeignKey(
        JournalEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="hold_events",
        verbose_name=_("entry"),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="", db_default="")
    caller = models.CharField(_("caller"), max_length=40, blank=True, default="", db_default="")
    idempotency_key = models.CharField(
        _("idempotency key"), max_length=120, blank=True, default="", db_default=""
    )
    business_date = models.DateField(_("business date"))
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("maker"),
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("hold event")
        verbose_name_plural = _("hold events")
        indexes = [
            models.Index(fields=["hold"], name="ledger_holdevent_of_hold"),
            models.Index(
                fields=["entry"], name="ledger_holdevent_of_entry", condition=Q(entry__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["hold", "caller", "idempotency_key"],
                condition=Q(event="released"),
                name="ledger_holdevent_key_unique",
            ),
            models.CheckConstraint(
                condition=Q(event__in=["posted", "released", "expired"]), name="ledger_holdevent_event_known"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="ledger_holdevent_amount_positive"),
            models.CheckConstraint(
                condition=Q(event="posted", entry__isnull=False)
                | (~Q(event="posted") & Q(entry__isnull=True)),
                name="ledger_holdevent_entry_as_its_event_says",
            ),
            models.CheckConstraint(
                condition=(Q(event="released") & ~Q(reason="") & ~Q(caller="") & ~Q(idempotency_key=""))
                | (~Q(event="released") & Q(reason="", caller="", idempotency_key="")),
                name="ledger_holdevent_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hold_id}: {self.event} {self.amount_minor}"
