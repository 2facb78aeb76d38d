"""Identity checks of parties, and the documents that they were made from."""

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.fields import BinaryField
from django.db.models.functions import Length, Now
from django.db.models.lookups import Exact, Range
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from accounts.models.approval import Approval
from accounts.models.party import Party
from accounts.models.user import User

LARGEST_DOCUMENT_BYTES = 10 * 1024 * 1024


class IdentityCheckKind(models.TextChoices):
    ONBOARDING = "onboarding", _("Onboarding")
    PERIODIC = "periodic", _("Periodic review")
    EVENT = "event", _("Review after an event")


class IdentityDocumentKind(models.TextChoices):
    PASSPORT = "passport", _("Passport")
    IDENTITY_CARD = "identity_card", _("Identity card")
    RESIDENCE_PERMIT = "residence_permit", _("Residence permit")
    BUSINESS_LICENCE = "business_licence", _("Business licence")
    INCORPORATION = "incorporation", _("Certificate of incorporation")


class IdentityOutcome(models.TextChoices):
    PENDING = "pending", _("Awaits review")  # the maker: record_identity_check
    PASSED = "passed", _("Passed")  # from pending, by two people: review_identity_check; final
    FAILED = (
        "failed",
        pgettext_lazy("identity check", "Failed"),
    )  # from pending, by two people: review_identity_check; final


class IdentityCheck(models.Model):
    """Who a party is, by one document, as one person saw it and another reviewed it; then never changed.

    The newest one reviewed counts, and holds until the document expires or the next review is due.
    """

    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="identity_checks", verbose_name=_("party")
    )
    kind = models.CharField(_("occasion"), max_length=10, choices=IdentityCheckKind.choices)
    document_kind = models.CharField(_("document type"), max_length=16, choices=IdentityDocumentKind.choices)
    issuing_country = models.CharField(_("issued by (country)"), max_length=2)
    number = models.CharField(_("document number"), max_length=64)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    checked_on = models.DateField(_("checked on"))
    next_review_on = models.DateField(_("next review on"))
    outcome = models.CharField(
        _("outcome"), max_length=7, choices=IdentityOutcome.choices, default=IdentityOutcome.PENDING
    )
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("maker"))
    approval = models.ForeignKey(
        Approval,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("approval"),
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("identity check")
        verbose_name_plural = _("identity checks")
        ordering = ["-checked_on", "-id"]
        indexes = [
            models.Index(fields=["expires_on"], name="accounts_identity_expires"),
            models.Index(fields=["next_review_on"], name="accounts_identity_review"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["onboarding", "periodic", "event"]),
                name="accounts_identitycheck_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    document_kind__in=[
                        "passport",
                        "identity_card",
                        "residence_permit",
                        "business_licence",
                        "incorporation",
                    ]
                ),
                name="accounts_identitycheck_document_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["pending", "passed", "failed"]),
                name="accounts_identitycheck_outcome_known",
            ),
            models.CheckConstraint(
                condition=Q(issuing_country__regex=r"^[A-Z]{2}$"),
                name="accounts_identitycheck_country_is_iso",
            ),
            models.CheckConstraint(
                condition=Q(number__regex=r"\S"), name="accounts_identitycheck_number_present"
            ),
            models.CheckConstraint(
                # What registers a company need not expire; what names a person does.
                condition=Q(expires_on__isnull=False)
                | Q(document_kind__in=["business_licence", "incorporation"]),
                name="accounts_identitycheck_expiry_present",
            ),
            models.CheckConstraint(
                condition=Q(next_review_on__gt=F("checked_on"))
                & (Q(issued_on__isnull=True) | Q(issued_on__lte=F("checked_on")))
                & (Q(issued_on__isnull=True) | Q(expires_on__isnull=True) | Q(issued_on__lt=F("expires_on"))),
                name="accounts_identitycheck_dates_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="passed")
                | Q(expires_on__isnull=True)
                | Q(expires_on__gte=F("checked_on")),
                name="accounts_identitycheck_passes_while_valid",
            ),
            models.CheckConstraint(
                condition=Q(outcome="pending", approval__isnull=True)
                | Q(outcome__in=["passed", "failed"], approval__isnull=False),
                name="accounts_identitycheck_reviewed_as_outcome_says",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.get_document_kind_display()} {self.checked_on}"


class IdentityDocument(models.Model):
    """A document as it was handed over, byte for byte."""

    identity_check = models.ForeignKey(
        IdentityCheck,
        on_delete=models.PROTECT,
        related_name="documents",
        verbose_name=_("identity check"),
    )
    name = models.CharField(_("file name"), max_length=200)
    media_type = models.CharField(_("media type"), max_length=40)
    content = models.BinaryField(_("content"))
    sha256 = models.BinaryField(_("SHA-256"), max_length=32)
    maker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("maker"))
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("identity document")
        verbose_name_plural = _("identity documents")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["identity_check", "sha256"], name="accounts_identitydocument_once"
            ),
            models.CheckConstraint(
                condition=Q(media_type__in=["application/pdf", "image/png", "image/jpeg", "text/plain"]),
                name="accounts_identitydocument_media_type_known",
            ),
            models.CheckConstraint(
                condition=Q(name__regex=r"^[^/\\[:cntrl:]]+$"),
                name="accounts_identitydocument_name_plain",
            ),
            models.CheckConstraint(
                condition=Exact(
                    F("sha256"), Func(F("content"), function="sha256", output_field=BinaryField())
                ),
                name="accounts_identitydocument_sha256_is_of_content",
            ),
            models.CheckConstraint(
                condition=Range(Length("content"), (1, LARGEST_DOCUMENT_BYTES)),
                name="accounts_identitydocument_size_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return self.name
