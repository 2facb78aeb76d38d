"""What a custodian is to be told: payments and transfers released here and not yet seen on its statement."""

from dataclasses import dataclass

from custody.models import Payment, PaymentState, TransferInstruction


@dataclass(frozen=True, slots=True)
class Instruction:
    """One order to a bank; sending it again is harmless, for the reference is the bank's key too."""

    reference: str
    from_number: str
    to_number: str
    unit_code: str
    amount_minor: int


def open_instructions(*, book_id: int, custodian_code: str) -> list[Instruction]:
    """Orders that this custodian has to carry out, transfers before payments, in the order they were made."""
    transfers = TransferInstruction.objects.filter(
        book_id=book_id, from_account__custodian__code=custodian_code, debited_entry__isnull=True
    ).order_by("id")
    payments = Payment.objects.filter(
        book_id=book_id, custodian__code=custodian_code, state=PaymentState.INSTRUCTED
    ).order_by("id")
    rows = [
        *transfers.values_list(
            "reference",
            "from_account__external_number",
            "to_account__external_number",
            "unit__code",
            "amount_minor",
        ),
        *payments.values_list(
            "reference",
            "custody_account__external_number",
            "counterparty_account",
            "unit__code",
            "amount_minor",
        ),
    ]
    return [Instruction(str(row[0]), *row[1:]) for row in rows]
