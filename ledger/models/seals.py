"""Seals of closed days, the nodes of their trees, and the public keys that they are signed with.

Representation: a book's log is its entries by position; leaf i is the entry at position i + 1. Each seal
signs the tree hash of the log so far, chained to the seal before it. Private keys are never here.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from ledger.models.books import Book
from ledger.models.days import DayClose


class SealKey(models.Model):
    """A public key, Ed25519, named by the first 16 hex digits of its SHA-256."""

    key_id = models.CharField(_("key"), max_length=16, primary_key=True)
    public_key = models.BinaryField(_("public key"), max_length=32)

    class Meta:
        verbose_name = _("seal key")
        verbose_name_plural = _("seal keys")

    def __str__(self) -> str:
        return self.key_id


class SealKeyEvent(models.Model):
    """What happened to a key, decided by two people, signed and chained.

    A revocation says from when on seals by the key are not to be trusted; without a time, none yet made is
    doubted. It alone may be unsigned, for a key whose file is lost: it only ever takes trust away.
    """

    class Event(models.TextChoices):
        PUBLISHED = "published", _("published")
        ROTATED = "rotated", _("rotated to")
        REVOKED = "revoked", _("revoked")

    event_no = models.PositiveIntegerField(_("number"))
    event = models.CharField(_("event"), max_length=9, choices=Event)
    key = models.ForeignKey(SealKey, on_delete=models.PROTECT, related_name="events", verbose_name=_("key"))
    signer = models.ForeignKey(
        SealKey,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("signed by"),
    )
    reason = models.CharField(_("reason"), max_length=200)
    untrusted_from = models.DateTimeField(_("seals not trusted from"), null=True, blank=True)
    approval = models.OneToOneField(
        "accounts.Approval", on_delete=models.PROTECT, related_name="+", verbose_name=_("approval")
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("maker")
    )
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("checker")
    )
    previous_hash = models.BinaryField(_("hash of the event before"), max_length=32, null=True, blank=True)
    event_hash = models.BinaryField(_("hash"), max_length=32)
    signature = models.BinaryField(_("signature"), max_length=64)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("event of a seal key")
        verbose_name_plural = _("events of seal keys")
        constraints = [
            models.UniqueConstraint(fields=["event_no"], name="ledger_sealkeyevent_numbered_once"),
            models.CheckConstraint(
                condition=Q(event__in=["published", "rotated", "revoked"]),
                name="ledger_sealkeyevent_event_known",
            ),
            models.CheckConstraint(
                condition=~Q(maker=F("checker")), name="ledger_sealkeyevent_maker_is_not_checker"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="ledger_sealkeyevent_says_why"),
            models.CheckConstraint(
                condition=Q(event="revoked") | Q(untrusted_from__isnull=True),
                name="ledger_sealkeyevent_only_revoked_is_doubted",
            ),
            models.CheckConstraint(
                condition=(Q(signer__isnull=False) & Exact(Length("signature"), 64))
                | (Q(signer__isnull=True, event="revoked") & Exact(Length("signature"), 0)),
                name="ledger_sealkeyevent_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_no} {self.event} {self.key_id}"


class SealChart(models.Model):
    """The chart as seals digest it: book, categories, kinds, flows and units, one row a line; kept once."""

    digest = models.CharField(_("digest"), max_length=64, primary_key=True)
    content = models.TextField(_("content"))

    class Meta:
        verbose_name = _("sealed chart")
        verbose_name_plural = _("sealed charts")

    def __str__(self) -> str:
        return self.digest


class Seal(models.Model):
    """One close, sealed: the tree of all entries till then, signed and chained.

    It names the last event of keys by its hash, so that none is dropped or rewritten unseen; None in seals
    of the first version (ledger.domain.seals).
    """

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="seals", db_index=False, verbose_name=_("book")
    )
    seal_no = models.PositiveIntegerField(_("number"))
    day_close = models.OneToOneField(
        DayClose, on_delete=models.PROTECT, related_name="seal", verbose_name=_("day close")
    )
    first_position = models.BigIntegerField(_("first position"))
    tree_size = models.BigIntegerField(_("entries sealed"))
    root_hash = models.BinaryField(_("root"), max_length=32)
    chart = models.ForeignKey(
        SealChart, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("chart")
    )
    trial_balance_digest = models.BinaryField(_("digest of the trial balance"), max_length=32)
    previous_hash = models.BinaryField(_("hash of the seal before"), max_length=32, null=True, blank=True)
    seal_hash = models.BinaryField(_("hash"), max_length=32)
    key_event_hash = models.BinaryField(
        _("hash of the last event of keys"), max_length=32, null=True, blank=True
    )
    key = models.ForeignKey(SealKey, on_delete=models.PROTECT, related_name="seals", verbose_name=_("key"))
    signature = models.BinaryField(_("signature"), max_length=64)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        constraints = [
            models.UniqueConstraint(fields=["book", "seal_no"], name="ledger_seal_numbered_once"),
            models.CheckConstraint(
                condition=Exact(Length("root_hash"), 32) & Exact(Length("signature"), 64),
                name="ledger_seal_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seal_no}"


class SealNode(models.Model):
    """Hashes in a row of one level of a book's tree, within one tile (ledger.domain.tiles)."""

    pk = models.CompositePrimaryKey("book_id", "level", "first_index")
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", db_index=False)
    level = models.PositiveSmallIntegerField(_("level"))
    first_index = models.BigIntegerField(_("first index"))
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="+", db_index=False)
    hashes = models.BinaryField(_("hashes"), max_length=8192)

    class Meta:
        verbose_name = _("nodes of a seal")
        verbose_name_plural = _("nodes of seals")
        constraints = [
            models.CheckConstraint(
                condition=Q(level__lte=7, first_index__gte=0), name="ledger_sealnode_place_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level}/{self.first_index}"
