"""Files imported into a book, with their bytes, and what became of each statement in them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ledger.models.books import Book
from ledger.models.journal import EntryKind, JournalEntry


class ImportFile(models.Model):
    """A foreign file whose import two people permitted. Its bytes and its mapping stay with it."""

    class Format(models.TextChoices):
        BEANCOUNT = "beancount", _("Beancount")
        CSV = "csv", _("CSV")

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="imports", db_index=False, verbose_name=_("book")
    )
    kind = models.ForeignKey(
        EntryKind, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("kind")
    )
    file_format = models.CharField(_("format"), max_length=9, choices=Format)
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    content = models.BinaryField(_("content"))
    mapping = models.TextField(_("mapping of accounts"))
    profile = models.TextField(_("profile of columns"), blank=True, default="")
    taken = models.IntegerField(_("taken"))
    refused = models.IntegerField(_("refused"))
    approval = models.OneToOneField(
        "accounts.Approval", on_delete=models.PROTECT, related_name="+", verbose_name=_("approval")
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        constraints = [
            models.UniqueConstraint(fields=["book", "sha256"], name="ledger_importfile_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["opening_balance", "journal_imported"]),
                name="ledger_importfile_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(file_format__in=["beancount", "csv"]), name="ledger_importfile_format_known"
            ),
            models.CheckConstraint(
                condition=Q(taken__gte=0, refused__gte=0), name="ledger_importfile_counts_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.sha256[:12]}"


class ImportLine(models.Model):
    """What became of one statement of a file: taken into an entry, refused by name, or passed over."""

    class Outcome(models.TextChoices):
        TAKEN = "taken", _("taken")
        REFUSED = "refused", _("refused")
        PASSED_OVER = "passed_over", _("passed over")
        CHECKED = "checked", _("checked")

    file = models.ForeignKey(
        ImportFile, on_delete=models.PROTECT, related_name="lines", db_index=False, verbose_name=_("file")
    )
    line_no = models.IntegerField(_("line"))
    outcome = models.CharField(_("outcome"), max_length=11, choices=Outcome)
    code = models.CharField(_("code"), max_length=80, blank=True, default="")
    detail = models.TextField(_("detail"), blank=True, default="")
    text = models.TextField(_("text"), blank=True, default="")
    entry = models.ForeignKey(
        JournalEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="import_lines",
        verbose_name=_("entry"),
    )

    class Meta:
        verbose_name = _("imported line")
        verbose_name_plural = _("imported lines")
        constraints = [
            models.UniqueConstraint(fields=["file", "line_no"], name="ledger_importline_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=["taken", "refused", "passed_over", "checked"]),
                name="ledger_importline_outcome_known",
            ),
            models.CheckConstraint(
                condition=Q(outcome="taken", entry__isnull=False, code="")
                | (~Q(outcome="taken") & Q(entry__isnull=True)),
                name="ledger_importline_taken_has_entry",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="refused") | ~Q(code=""), name="ledger_importline_refused_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_no}: {self.outcome}"


class ImportUpload(models.Model):
    """A foreign file that somebody sent to be tried, with what the trial said. It books nothing by itself."""

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="import_uploads", verbose_name=_("book")
    )
    kind = models.ForeignKey(
        EntryKind, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("kind")
    )
    file_format = models.CharField(_("format"), max_length=9, choices=ImportFile.Format)
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True)
    content = models.BinaryField(_("content"))
    mapping = models.TextField(_("mapping of accounts"))
    profile = models.TextField(_("profile of columns"), blank=True, default="")
    all_or_none = models.BooleanField(_("all or none"), default=False)
    taken = models.IntegerField(_("taken"))
    refused = models.IntegerField(_("refused"))
    passed_over = models.IntegerField(_("passed over"))
    checked = models.IntegerField(_("balances that hold"))
    refusals = models.JSONField(_("refused lines"))
    """The first refused lines: number, code, detail and text of each."""
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("uploaded by"),
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("uploaded file")
        verbose_name_plural = _("uploaded files")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["opening_balance", "journal_imported"]),
                name="ledger_importupload_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(file_format__in=["beancount", "csv"]), name="ledger_importupload_format_known"
            ),
            models.CheckConstraint(
                condition=Q(taken__gte=0, refused__gte=0, passed_over__gte=0, checked__gte=0),
                name="ledger_importupload_counts_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.sha256[:12]}"
