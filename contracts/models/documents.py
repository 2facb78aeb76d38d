"""Documents as they were handed out: bytes, what they were made from, their numbers. Append-only."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Party, PartyLocale, User
from contracts.models.contract import FinancingContract
from ledger.models import Book


class DocumentKind(models.TextChoices):
    CONTRACT = "contract", _("Contract")
    DISCLOSURE = "disclosure", _("Risk disclosure")
    CLIENT_STATEMENT = "client_statement", _("Client statement")
    MARGIN_CALL_NOTICE = "margin_call_notice", _("Margin call notice")
    CLOSING_STATEMENT = "closing_statement", _("Closing statement")


class DocumentSeries(models.Model):
    """How far the numbers of a book, kind and year have come. Written by the trigger on documents alone."""

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("book")
    )
    kind = models.CharField(_("kind"), max_length=18, choices=DocumentKind)
    year = models.PositiveSmallIntegerField(_("year"))
    last_number = models.PositiveIntegerField(_("last number"))

    class Meta:
        verbose_name = _("series of documents")
        verbose_name_plural = _("series of documents")
        constraints = [
            models.UniqueConstraint(
                fields=["book", "kind", "year"], name="contracts_documentseries_one_a_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book_id} {self.kind} {self.year}: {self.last_number}"


class Document(models.Model):
    """One PDF, as it was handed out.

    `inputs` is the canonical JSON text from which alone, with the language, number and day of issue, the
    templates made `content`: the same again give the same bytes. Asked for once more with the same inputs,
    language and templates, the document that is there comes back.
    """

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="documents", db_index=False, verbose_name=_("book")
    )
    kind = models.CharField(_("kind"), max_length=18, choices=DocumentKind)
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveIntegerField(_("number"))
    reference = models.CharField(_("reference"), max_length=40)
    locale = models.CharField(_("language"), max_length=7, choices=PartyLocale)
    issued_on = models.DateField(_("issued on"))
    client = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="documents", verbose_name=_("client")
    )
    contract = models.ForeignKey(
        FinancingContract,
        on_delete=models.PROTECT,
        related_name="documents",
        null=True,
        blank=True,
        verbose_name=_("contract"),
    )
    subject = models.CharField(_("subject"), max_length=80)
    inputs = models.TextField(_("inputs"))
    inputs_sha256 = models.CharField(_("SHA-256 of the inputs"), max_length=64)
    template_version = models.CharField(_("version of the templates"), max_length=32)
    content = models.BinaryField(_("content"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    maker = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("maker")
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["book", "kind", "year", "number"], name="contracts_document_number_unique"
            ),
            models.UniqueConstraint(fields=["reference"], name="contracts_document_reference_unique"),
            models.UniqueConstraint(
                fields=["book", "kind", "inputs_sha256", "locale", "template_version"],
                name="contracts_document_once_from_inputs",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "contract",
                        "disclosure",
                        "client_statement",
                        "margin_call_notice",
                        "closing_statement",
                    ]
                ),
                name="contracts_document_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(locale__in=["en", "zh-hans", "zh-hant"]), name="contracts_document_locale_known"
            ),
        ]
        indexes = [models.Index(fields=["subject"], name="contracts_document_of_subject")]

    def __str__(self) -> str:
        return self.reference
