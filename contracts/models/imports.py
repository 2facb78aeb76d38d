"""Files of parties or contracts that are to be imported, with their bytes."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval
from ledger.models import Book


class BulkImport(models.Model):
    """A file without a fault, proposed to a second person, and taken in whole once that is approved.

    The same file is one import: one row of a book, kind and hash is ever carried out.
    """

    class Kind(models.TextChoices):
        PARTIES = "parties", _("Parties")
        CONTRACTS = "contracts", _("Contracts")

    class Format(models.TextChoices):
        CSV = "csv", _("CSV")
        XLSX = "xlsx", _("XLSX")

    class Encoding(models.TextChoices):
        UTF_8 = "utf-8", _("UTF-8")
        GB18030 = "gb18030", _("GB18030 (simplified Chinese)")
        BIG5 = "big5", _("Big5 (traditional Chinese)")

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="bulk_imports", verbose_name=_("book")
    )
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    file_format = models.CharField(_("format"), max_length=4, choices=Format.choices)
    # How a CSV file is read, chosen by whoever proposed it; a spreadsheet says it itself.
    encoding = models.CharField(_("encoding"), max_length=7, choices=Encoding.choices, blank=True)
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    content = models.BinaryField(_("content"))
    lines = models.IntegerField(_("lines"))
    subjects = models.IntegerField(_("parties or contracts"))
    approval = models.OneToOneField(
        Approval, on_delete=models.PROTECT, related_name="+", verbose_name=_("approval")
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    carried_out_at = models.DateTimeField(_("carried out at"), null=True, blank=True)

    class Meta:
        verbose_name = _("bulk import")
        verbose_name_plural = _("bulk imports")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "kind", "sha256"],
                condition=Q(carried_out_at__isnull=False),
                name="contracts_bulkimport_carried_out_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["parties", "contracts"]), name="contracts_bulkimport_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(file_format__in=["csv", "xlsx"]), name="contracts_bulkimport_format_known"
            ),
            models.CheckConstraint(
                condition=Q(file_format="csv", encoding__in=["utf-8", "gb18030", "big5"])
                | Q(encoding="") & ~Q(file_format="csv"),
                name="contracts_bulkimport_encoding_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.sha256[:12]}"
