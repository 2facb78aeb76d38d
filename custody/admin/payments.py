"""Payments with the world outside, and transfers between the platform's own accounts."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import page_of
from accounts.admin.columns import code_column, column, day_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import Act, Tone
from accounts.admin.read_only import LongListMixin
from custody.admin.payouts import payout_view
from custody.models import Payment, PaymentState, TransferInstruction, TransferState
from ledger.admin.amounts import AmountsAdmin, amount_column

TONES_OF_PAYMENT = {
    PaymentState.RECEIVED: Tone.GOOD,
    PaymentState.UNIDENTIFIED: Tone.WARN,
    PaymentState.RETURNED: Tone.NEUTRAL,
    PaymentState.REQUESTED: Tone.NOTICE,
    PaymentState.INSTRUCTED: Tone.INFO,
    PaymentState.CONFIRMED: Tone.GOOD,
    PaymentState.REJECTED: Tone.BAD,
    PaymentState.REVERSED: Tone.BAD,
}
TONES_OF_TRANSFER = {TransferState.INSTRUCTED: Tone.INFO, TransferState.CONFIRMED: Tone.GOOD}


@admin.register(Payment)
class PaymentAdmin(LongListMixin, AmountsAdmin[Payment]):
    tones = {"direction": {}, "kind": {}, "state": TONES_OF_PAYMENT}
    list_display = [
        column(str, name="code_reference", label=gettext_lazy("reference")),
        state_column(Payment, "kind"),
        column(
            lambda row: row.entitlement_account and row.entitlement_account.address,
            name="code_whose",
            label=gettext_lazy("owner of the funds"),
        ),
        amount_column(Payment, "amount_minor", unit="unit"),
        state_column(Payment, "state", TONES_OF_PAYMENT),
        day_column(Payment, "requested_on"),
        day_column(Payment, "value_date"),
    ]
    list_filter = [rows("book"), choices("state"), choices("kind"), days("value_date"), rows("custodian")]
    list_select_related = ["unit", "entitlement_account"]
    search_fields = ["=reference", "=bank_reference", "entitlement_account__address"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(payout_view)
        return [
            path("pay-out/<int:party_id>/", view, name="custody_payment_pay_funder_out"),
            *super().get_urls(),
        ]

    def acts(self, request: HttpRequest, row: Payment) -> list[Act]:
        if row.state != PaymentState.REQUESTED:
            return []
        return [Act(_("To its approval"), page_of(row.approval, request), Tone.INFO)]


@admin.register(TransferInstruction)
class TransferInstructionAdmin(LongListMixin, AmountsAdmin[TransferInstruction]):
    tones = {"state": TONES_OF_TRANSFER}
    list_display = [
        code_column(TransferInstruction, "reference"),
        "from_account",
        "to_account",
        amount_column(TransferInstruction, "amount_minor", unit="unit"),
        state_column(TransferInstruction, "state", TONES_OF_TRANSFER),
        day_column(TransferInstruction, "instructed_on"),
    ]
    list_filter = [rows("book"), choices("state"), days("instructed_on")]
    list_select_related = ["unit", "from_account", "to_account"]
    search_fields = ["=reference"]
