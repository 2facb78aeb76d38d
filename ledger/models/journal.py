"""The journal: entries, their postings, the closed table of kinds, and positions in commit order.

Representation: an entry and all its postings arrive in one statement and never change. Amounts are signed
integers in the unit's smallest part, debit positive. What the database refuses: docs/rules/ledger.md.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ledger.models.accounts import Account, Restriction
from ledger.models.books import Book, Unit


class EntryKind(models.Model):
    """What an entry can be. A closed table: migrations write it, nobody else."""

    code = models.CharField(_("code"), max_length=32, primary_key=True)
    restriction_scope = models.CharField(
        _("obeys restrictions of scope"),
        max_length=9,
        choices=Restriction.Scope,
        blank=True,
        default="",
    )
    posts_in_soft_close = models.BooleanField(
        _("may be posted into a soft-closed day"), default=False, db_default=False
    )

    class Meta:
        verbose_name = _("entry kind")
        verbose_name_plural = _("entry kinds")

    def __str__(self) -> str:
        return self.code


class EntryKindFlow(models.Model):
    """A move of resources between rings (or `external`, the world outside) that a kind permits."""

    class Direction(models.TextChoices):
        FORWARD = "forward", _("forward")
        REVERSAL = "reversal", _("reversal")

    kind = models.ForeignKey(
        EntryKind, on_delete=models.PROTECT, related_name="flows", verbose_name=_("kind")
    )
    from_ring = models.CharField(_("from"), max_length=9)
    to_ring = models.CharField(_("to"), max_length=9)
    direction = models.CharField(_("direction"), max_length=8, choices=Direction)

    class Meta:
        verbose_name = _("permitted flow")
        verbose_name_plural = _("permitted flows")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "from_ring", "to_ring", "direction"], name="ledger_entrykindflow_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind_id}: {self.from_ring} > {self.to_ring} ({self.direction})"


class JournalEntry(models.Model):
    """One journal entry. `booking_date` is the day it counts in the books, `value_date` for interest."""

    # Book, kind and maker are proved by the rules of entries and postings, once a statement; a foreign key
    # each costs as much as the insert itself.
    book = models.ForeignKey(
        Book,
        on_delete=models.PROTECT,
        related_name="entries",
        db_index=False,
        db_constraint=False,
        verbose_name=_("book"),
    )
    kind = models.ForeignKey(
        EntryKind,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("kind"),
    )
    booking_date = models.DateField(_("booking date"))
    value_date = models.DateField(_("value date"))
    narration = models.CharField(_("narration"), max_length=200)
    source_reference = models.CharField(_("source"), max_length=80)
    caller = models.CharField(_("caller"), max_length=40)
    idempotency_key = models.CharField(_("idempotency key"), max_length=120)
    payload_hash = models.BinaryField(_("payload hash"), max_length=32)
    posting_count = models.PositiveIntegerField(_("postings"))
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("maker"),
    )
    reverses = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,  # the rule of entries knows it: ledger_journalentry_corrects_its_like
        related_name="reversals",
        verbose_name=_("reverses"),
    )
    adjusts = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,  # the rule of entries knows it: ledger_journalentry_corrects_its_like
        related_name="adjustments",
        verbose_name=_("adjusts"),
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        indexes = [
            models.Index(fields=["book", "booking_date", "kind"], name="ledger_journalentry_day_kind"),
            models.Index(fields=["source_reference"], name="ledger_journalentry_source"),
            models.Index(
                fields=["adjusts"], name="ledger_journalentry_adjusts", condition=Q(adjusts__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "caller", "idempotency_key"], name="ledger_journalentry_key_unique"
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(reverses__isnull=False),
                name="ledger_journalentry_reversed_once",
            ),
            models.CheckConstraint(
                condition=Q(posting_count__gte=2), name="ledger_journalentry_has_two_postings"
            ),
            models.CheckConstraint(
                condition=~Q(narration="") & ~Q(source_reference="") & ~Q(caller="") & ~Q(idempotency_key=""),
                name="ledger_journalentry_says_why",
            ),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | ~Q(reverses=F("id")),
                name="ledger_journalentry_reverses_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind_id} {self.booking_date}"


class Posting(models.Model):
    """One leg of an entry: account and signed amount, debit positive. Partitioned by month of booking."""

    pk = models.CompositePrimaryKey("entry_id", "posting_no", "booking_date")
    entry = models.ForeignKey(
        JournalEntry, on_delete=models.DO_NOTHING, db_constraint=False, related_name="postings"
    )
    posting_no = models.IntegerField(_("number"))
    booking_date = models.DateField(_("booking date"))
    value_date = models.DateField(_("value date"))
    account = models.ForeignKey(
        Account, on_delete=models.DO_NOTHING, db_constraint=False, related_name="postings"
    )
    amount_minor = models.BigIntegerField(_("amount"))
    unit = models.ForeignKey(Unit, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    book = models.ForeignKey(Book, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")

    class Meta:
        managed = False
        db_table = "ledger_posting"
        verbose_name = _("posting")
        verbose_name_plural = _("postings")

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.posting_no}"


class EntryPosition(models.Model):
    """The gapless place of a committed entry in its book. Decisions and seals cite it, not the id."""

    pk = models.CompositePrimaryKey("book_id", "position")
    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("book")
    )
    position = models.BigIntegerField(_("ledger position"))
    entry = models.OneToOneField(
        JournalEntry, on_delete=models.PROTECT, related_name="position", verbose_name=_("entry")
    )

    class Meta:
        verbose_name = _("ledger position")
        verbose_name_plural = _("ledger positions")

    def __str__(self) -> str:
        return str(self.position)


class PositionHead(models.Model):
    """How far a book is stamped. `horizon` (a column of the database's own) bounds where to look next."""

    book = models.OneToOneField(Book, on_delete=models.PROTECT, primary_key=True, related_name="+")
    last_position = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_position__gte=0), name="ledger_positionhead_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book_id}: {self.last_position}"
