"""What the custodians say: statements as they came, and their lines.

Append-only, original bytes included. A statement that fails a check is kept, marked, and names what failed;
lines arrive in the transaction of their statement and never later. Amounts are signed from the account
holder's view: plus is money or securities in, as a debit of custody in the ledger.
"""

from django.conf import settings
from django.db import models
from django.db.models import BinaryField, F, Func, Q
from django.db.models.functions import Length, Now
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from custody.models.custodian import Custodian, CustodyAccount
from ledger.models import Book, Unit


class StatementKind(models.TextChoices):
    CASH = "cash", _("Cash")
    HOLDINGS = "holdings", _("Holdings")
    UNKNOWN = "unknown", _("Not readable")


class StatementState(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")  # every check passed
    MARKED = "marked", _("Check failed")  # read, and at least one check failed
    UNREADABLE = "unreadable", _("Unreadable")  # kept without lines; the same bytes may be read again later


class Statement(models.Model):
    """One file of a custodian. `findings` is a list of {code, pointer, detail, stops}.

    A corrected file that came while the statement it corrects stood is read again when two people let it take
    that one's place; only then may the same bytes be there twice.
    """

    book = models.ForeignKey(
        Book, on_delete=models.PROTECT, related_name="statements", verbose_name=_("book")
    )
    custodian = models.ForeignKey(
        Custodian, on_delete=models.PROTECT, related_name="statements", verbose_name=_("custodian")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=StatementKind)
    statement_date = models.DateField(_("statement date"))
    external_number = models.CharField(_("custodian's number"), max_length=40, blank=True, default="")
    sequence_number = models.PositiveIntegerField(_("sequence"), null=True, blank=True)
    format = models.CharField(_("format"), max_length=20)
    file_name = models.CharField(_("file"), max_length=200)
    original = models.BinaryField(_("original"))
    sha256 = models.BinaryField(_("SHA-256"), max_length=32)
    state = models.CharField(_("state"), max_length=10, choices=StatementState)
    findings = models.JSONField(_("findings"), default=list)
    reading = models.PositiveSmallIntegerField(_("reading number"), default=1)
    received_on = models.DateField(_("received on"))
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("imported by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())
    transaction_id = models.BigIntegerField(_("transaction"), db_default=0, editable=False)

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["-statement_date", "-id"]
        indexes = [
            models.Index(
                fields=["book", "custodian", "kind", "statement_date"], name="custody_statement_by_date"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["custodian", "sha256", "reading"],
                condition=Q(state__in=["accepted", "marked"]),
                name="custody_statement_bytes_once",
            ),
            models.UniqueConstraint(
                fields=["custodian", "sha256"],
                condition=Q(state="unreadable"),
                name="custody_statement_unreadable_bytes_once",
            ),
            models.CheckConstraint(
                condition=Exact(
                    F("sha256"), Func(F("original"), function="sha256", output_field=BinaryField())
                ),
                name="custody_statement_sha256_is_of_original",
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", findings=[])
                | (Q(state__in=["marked", "unreadable"]) & ~Q(findings=[])),
                name="custody_statement_findings_as_its_state_says",
            ),
            models.CheckConstraint(
                condition=Q(state="unreadable")
                | (
                    Q(kind__in=["cash", "holdings"], sequence_number__isnull=False)
                    & Exact(Length("sha256"), 32)
                    & ~Q(external_number="")
                ),
                name="custody_statement_read_says_which",
            ),
        ]

    def __str__(self) -> str:
        return self.external_number or self.file_name


class StatementEntry(models.Model):
    """One movement as the custodian booked it."""

    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="entries", verbose_name=_("statement")
    )
    sequence = models.PositiveIntegerField(_("number"))
    custody_account = models.ForeignKey(
        CustodyAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("custody account")
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("unit")
    )
    amount_minor = models.BigIntegerField(_("amount"))
    booking_date = models.DateField(_("booking date"))
    value_date = models.DateField(_("value date"))
    type = models.CharField(_("type"), max_length=32)
    bank_reference = models.CharField(_("bank's reference"), max_length=40)
    account_reference = models.CharField(_("our reference"), max_length=80, blank=True, default="")
    description = models.CharField(_("description"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("statement entry")
        verbose_name_plural = _("statement entries")
        ordering = ["statement", "sequence"]
        indexes = [
            models.Index(fields=["bank_reference"], name="custody_statemententry_bankref"),
            models.Index(
                fields=["account_reference"],
                condition=~Q(account_reference=""),
                name="custody_statemententry_ourref",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "sequence"], name="custody_statemententry_sequence_unique"
            ),
            models.CheckConstraint(
                condition=~Q(amount_minor=0), name="custody_statemententry_amount_not_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_reference} {self.amount_minor}"


class StatementBalance(models.Model):
    """Opening and closing balance of one account in one unit, as stated."""

    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="balances", verbose_name=_("statement")
    )
    custody_account = models.ForeignKey(
        CustodyAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("custody account")
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("unit")
    )
    opening_minor = models.BigIntegerField(_("opening balance"))
    closing_minor = models.BigIntegerField(_("closing balance"))

    class Meta:
        verbose_name = _("statement balance")
        verbose_name_plural = _("statement balances")
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "custody_account", "unit"], name="custody_statementbalance_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.custody_account} {self.unit}: {self.closing_minor}"


class HoldingLine(models.Model):
    """What the custodian holds of one security at the end, and how much of it may be delivered."""

    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="holdings", verbose_name=_("statement")
    )
    custody_account = models.ForeignKey(
        CustodyAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("custody account")
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("unit")
    )
    settled_quantity = models.BigIntegerField(_("settled"))
    available_quantity = models.BigIntegerField(_("available"))

    class Meta:
        verbose_name = _("holding")
        verbose_name_plural = _("holdings")
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "custody_account", "unit"], name="custody_holdingline_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.custody_account} {self.unit}: {self.settled_quantity}"
