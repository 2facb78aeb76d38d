"""Quotes: what the price sources say, kept as they said it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clearing.marks.models.instrument import Instrument
from ledger.models import Book


class PriceSource(models.Model):
    """Somebody who delivers prices."""

    code = models.CharField(_("code"), max_length=32)
    label = models.CharField(_("label"), max_length=120)

    class Meta:
        verbose_name = _("price source")
        verbose_name_plural = _("price sources")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="marks_pricesource_code_unique"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z0-9][a-z0-9_.-]*$"), name="marks_pricesource_code_well_formed"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class QuoteFile(models.Model):
    """A delivery of quotes: its original bytes, kept for ever. Append-only."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", verbose_name=_("book"))
    source = models.ForeignKey(
        PriceSource, on_delete=models.PROTECT, related_name="files", verbose_name=_("source")
    )
    file_name = models.CharField(_("file name"), max_length=200)
    original = models.BinaryField(_("original"))
    sha256 = models.BinaryField(_("SHA-256"), max_length=32)
    received_at = models.DateTimeField(_("received at"))
    line_count = models.PositiveIntegerField(_("lines"))
    rejected_count = models.PositiveIntegerField(_("rejected lines"))

    class Meta:
        verbose_name = _("quote file")
        verbose_name_plural = _("quote files")
        constraints = [
            models.UniqueConstraint(
                fields=["book", "source", "sha256"], name="marks_quotefile_content_unique"
            ),
            models.CheckConstraint(
                condition=Q(rejected_count__lte=models.F("line_count")),
                name="marks_quotefile_rejected_within_lines",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class Quote(models.Model):
    """One price of one source for one session, whatever it is worth: zero and negative ones are kept too.

    ``epoch`` is the corporate-action epoch that the source says its price is of. Append-only: what a mark
    made of a quote is a row of :class:`QuoteVerdict`.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+", verbose_name=_("book"))
    file = models.ForeignKey(
        QuoteFile, on_delete=models.PROTECT, related_name="quotes", verbose_name=_("file")
    )
    source = models.ForeignKey(
        PriceSource, on_delete=models.PROTECT, related_name="quotes", verbose_name=_("source")
    )
    instrument = models.ForeignKey(
        Instrument, on_delete=models.PROTECT, related_name="quotes", verbose_name=_("instrument")
    )
    session_date = models.DateField(_("session"))
    quoted_at = models.DateTimeField(_("quoted at"))
    price_minor = models.BigIntegerField(_("price"))
    epoch = models.PositiveIntegerField(_("epoch"))
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        verbose_name = _("quote")
        verbose_name_plural = _("quotes")
        constraints = [
            models.UniqueConstraint(
                fields=["book", "session_date", "instrument", "source", "quoted_at"],
                name="marks_quote_said_once",
            ),
            models.CheckConstraint(condition=Q(epoch__gte=1), name="marks_quote_epoch_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.session_date}: {self.price_minor}"


class RejectedQuote(models.Model):
    """A line that could not be read as a quote, as it came, with a named reason. Append-only."""

    file = models.ForeignKey(
        QuoteFile, on_delete=models.PROTECT, related_name="rejected", verbose_name=_("file")
    )
    line_number = models.PositiveIntegerField(_("line"))
    raw = models.TextField(_("raw line"))
    reason = models.CharField(_("reason"), max_length=40)
    explanation = models.TextField(_("explanation"))

    class Meta:
        verbose_name = _("rejected quote")
        verbose_name_plural = _("rejected quotes")
        ordering = ["file", "line_number"]
        constraints = [
            models.UniqueConstraint(fields=["file", "line_number"], name="marks_rejectedquote_line_unique"),
            models.CheckConstraint(
                condition=Q(reason__regex=r"^[a-z_]+$"), name="marks_rejectedquote_reason_named"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_number}: {self.reason}"
