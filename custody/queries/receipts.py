"""Receipts that a corrected statement reversed. Reads only."""

from collections import Counter
from collections.abc import Iterable

from custody.models import Payment, PaymentState


def times_reversed(*, keys: Iterable[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """Return what tells a receipt booked again from those reversed before, by custodian and its reference.

    Empty for one that never was reversed, so that its key stays as it is.
    """
    wanted = set(keys)
    reversed_before = Counter(
        (custodian_id, reference or "")
        for custodian_id, reference in Payment.objects.filter(
            custodian_id__in={custodian_id for custodian_id, _reference in wanted},
            bank_reference__in={reference for _custodian_id, reference in wanted},
            state=PaymentState.REVERSED,
        ).values_list("custodian_id", "bank_reference")
    )
    return {key: f"/{count + 1}" for key, count in reversed_before.items() if key in wanted}
