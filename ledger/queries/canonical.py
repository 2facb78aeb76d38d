"""The canonical form of booked entries: what seals and evidence are made of."""

from collections import defaultdict
from collections.abc import Collection

from ledger.domain.canonical import CanonicalEntry, CanonicalPosting
from ledger.models import JournalEntry, Posting


def canonical_entries(*, entry_ids: Collection[int]) -> list[CanonicalEntry]:
    """Return the entries in canonical form, by id. Two statements, whatever the number.

    :raises JournalEntry.DoesNotExist: one of them is not there.
    Source: DESIGN 3 (versioned canonical bytes).
    """
    entries = JournalEntry.objects.filter(pk__in=entry_ids).select_related("book", "maker").order_by("pk")
    found = list(entries)
    if len(found) < len(set(entry_ids)):
        missing = sorted(set(entry_ids) - {entry.pk for entry in found})
        raise JournalEntry.DoesNotExist(f"no entries {missing}")
    postings: dict[int, list[CanonicalPosting]] = defaultdict(list)
    rows = Posting.objects.filter(
        entry_id__in=entry_ids, booking_date__in={entry.booking_date for entry in found}
    ).order_by("entry_id", "posting_no")
    for entry_id, number, address, unit_code, amount_minor in rows.values_list(
        "entry_id", "posting_no", "account__address", "unit__code", "amount_minor"
    ):
        postings[entry_id].append(
            CanonicalPosting(
                number=number, account_address=address, unit_code=unit_code, amount_minor=amount_minor
            )
        )
    return [
        CanonicalEntry(
            book_code=entry.book.code,
            entry_id=entry.pk,
            kind=entry.kind_id,
            booking_date=entry.booking_date,
            value_date=entry.value_date,
            narration=entry.narration,
            source_reference=entry.source_reference,
            caller=entry.caller,
            idempotency_key=entry.idempotency_key,
            payload_sha256_hex=bytes(entry.payload_hash).hex(),
            maker=entry.maker.username,
            reverses_entry_id=entry.reverses_id,
            adjusts_entry_id=entry.adjusts_id,
            postings=tuple(postings[entry.pk]),
        )
        for entry in found
    ]
