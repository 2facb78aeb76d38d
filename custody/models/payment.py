"""Payments between a custody account and the world outside, in and out."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval
from custody.models.custodian import Custodian, CustodyAccount
from ledger.models import Account, Book, Hold, JournalEntry, Unit


class PaymentDirection(models.TextChoices):
    IN = "in", _("Incoming")
    OUT = "out", _("Outgoing")


class PaymentKind(models.TextChoices):
    CLIENT_DEPOSIT = "client_deposit", _("Client deposit")
    CLIENT_WITHDRAWAL = "client_withdrawal", _("Client withdrawal")
    FUNDER_DEPOSIT = "funder_deposit", _("Funder deposit")
    FUNDER_WITHDRAWAL = "funder_withdrawal", _("Funder withdrawal")
    HOUSE_CAPITAL = "house_capital", _("House capital")
    SECURITIES_IN = "securities_in", _("Securities in")
    RECEIPT_RETURN = "receipt_return", _("Return of a receipt")


class PaymentState(models.TextChoices):
    RECEIVED = "received", _("Received")  # in: inserted so, or from unidentified by identify_receipt; final
    UNIDENTIFIED = "unidentified", _("Unidentified")  # in: inserted so, booked as unallocated
    RETURNED = "returned", _("Returned")  # from unidentified, when its return is released; final
    REQUESTED = "requested", _("Requested")  # out: inserted so, by the maker; nothing is booked
    INSTRUCTED = "instructed", _("Instructed")  # from requested, released by the second person; booked
    CONFIRMED = "confirmed", _("Confirmed")  # from instructed, by the custodian's statement; final
    REJECTED = "rejected", _("Rejected")  # from requested; nothing was booked; final
    REVERSED = "reversed", _("Reversed")  # in: by a corrected statement that does not tell of it; final


class Payment(models.Model):
    """One payment. `amount_minor` is positive, in the smallest part of `unit`; `direction` says which way.

    `reference` is ours and goes out with an instruction; `bank_reference` is the custodian's. What was asked
    for never changes; the database moves the state forward only, and out only by an executed approval. What a
    withdrawal asks for is held on the account from the request on.

    A corrected statement alone takes back what the one before it told: a receipt is reversed, a payment out
    is under way again.
    """

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="payments", verbose_name=_("book"))
    custodian = models.ForeignKey(
        Custodian, on_delete=models.PROTECT, related_name="+", verbose_name=_("custodian")
    )
    custody_account = models.ForeignKey(
        CustodyAccount, on_delete=models.PROTECT, related_name="payments", verbose_name=_("custody account")
    )
    direction = models.CharField(_("direction"), max_length=3, choices=PaymentDirection)
    kind = models.CharField(_("kind"), max_length=17, choices=PaymentKind)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("unit")
    )
    amount_minor = models.BigIntegerField(_("amount"))
    entitlement_account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("owner of the funds"),
    )
    counterparty_account = models.CharField(_("account outside"), max_length=34, blank=True, default="")
    reference = models.CharField(_("our reference"), max_length=40, null=True, blank=True)
    bank_reference = models.CharField(_("bank's reference"), max_length=40, null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=PaymentState)
    requested_on = models.DateField(_("requested or received on"))
    value_date = models.DateField(_("value date"))
    approval = models.OneToOneField(
        Approval,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("approval"),
    )
    returns = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="returned_by",
        null=True,
        blank=True,
        verbose_name=_("returns the receipt"),
    )
    hold = models.ForeignKey(
        Hold,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        null=True,
        blank=True,
        verbose_name=_("hold"),
    )
    booked_entry = models.ForeignKey(
        JournalEntry,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("entry"),
    )
    resolved_entry = models.ForeignKey(
        JournalEntry,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("entry of confirmation or identification"),
    )
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("maker")
    )
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["book", "state"],
                condition=Q(state__in=["requested", "instructed", "unidentified"]),
                name="custody_payment_open",
            ),
            models.Index(fields=["entitlement_account"], name="custody_payment_entitlement"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="custody_payment_reference_unique"),
            models.UniqueConstraint(
                fields=["custodian", "bank_reference"],
                condition=~Q(state="reversed"),
                name="custody_payment_bank_reference_unique",
            ),
            models.UniqueConstraint(
                fields=["returns"], condition=~Q(state="rejected"), name="custody_payment_returned_once"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="custody_payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(
                    direction="in",
                    kind__in=["client_deposit", "funder_deposit", "house_capital", "securities_in"],
                    state__in=["received", "unidentified", "returned", "reversed"],
                )
                | Q(
                    direction="out",
                    kind__in=["client_withdrawal", "funder_withdrawal", "receipt_return"],
                    state__in=["requested", "instructed", "confirmed", "rejected"],
                ),
                name="custody_payment_kind_and_state_fit_direction",
            ),
            models.CheckConstraint(
                condition=Q(direction="in", bank_reference__isnull=False, reference__isnull=True)
                | Q(direction="out", reference__isnull=False, counterparty_account__regex=r"\S"),
                name="custody_payment_carries_its_reference",
            ),
            models.CheckConstraint(
                condition=Q(direction="in", approval__isnull=True)
                | Q(direction="out", approval__isnull=False),
                name="custody_payment_out_has_an_approval",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "rejected"], booked_entry__isnull=True)
                | (~Q(state__in=["requested", "rejected"]) & Q(booked_entry__isnull=False)),
                name="custody_payment_booked_as_its_state_says",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["confirmed", "returned"], resolved_entry__isnull=False)
                | Q(state__in=["received", "reversed"])
                | Q(
                    state__in=["unidentified", "requested", "instructed", "rejected"],
                    resolved_entry__isnull=True,
                ),
                name="custody_payment_resolved_as_its_state_says",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["unidentified", "returned"],
                    kind="client_deposit",
                    entitlement_account__isnull=True,
                )
                | Q(state="received", kind="house_capital", entitlement_account__isnull=True)
                | Q(state="reversed")
                | (Q(direction="out") & Q(entitlement_account__isnull=False))
                | (Q(state="received") & ~Q(kind="house_capital") & Q(entitlement_account__isnull=False)),
                name="custody_payment_names_whose_money",
            ),
            models.UniqueConstraint(fields=["hold"], name="custody_payment_hold_unique"),
            models.CheckConstraint(
                condition=Q(hold__isnull=True) | Q(kind__in=["client_withdrawal", "funder_withdrawal"]),
                name="custody_payment_hold_of_a_withdrawal",
            ),
            models.CheckConstraint(
                condition=Q(kind="receipt_return", returns__isnull=False)
                | (~Q(kind="receipt_return") & Q(returns__isnull=True)),
                name="custody_payment_return_names_its_receipt",
            ),
        ]

    def __str__(self) -> str:
        return self.reference or self.bank_reference or str(self.pk)
