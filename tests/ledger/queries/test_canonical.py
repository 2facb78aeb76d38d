"""Booked entries in canonical form."""

import pytest

from ledger.domain.canonical import canonical_entry_bytes
from ledger.models import JournalEntry
from ledger.queries.canonical import canonical_entries
from tests.ledger.builders import SmallBook

pytestmark = pytest.mark.django_db


class TestCanonicalEntries:
    def test_say_what_was_booked_with_postings_in_order(self, main_book: SmallBook) -> None:
        (posted,) = main_book.post(main_book.draft("client_deposit", key="D1", bank=500, wang=-500))
        (entry,) = canonical_entries(entry_ids=[posted.entry_id])
        assert (entry.book_code, entry.kind, entry.idempotency_key) == ("MAIN", "client_deposit", "D1")
        assert [
            (leg.number, leg.account_address, leg.unit_code, leg.amount_minor) for leg in entry.postings
        ] == [
            (1, "client/custody/BANKA", "USD", 500),
            (2, "client/W1/F1/cash", "USD", -500),
        ]

    def test_have_bytes_of_their_own_each(self, main_book: SmallBook) -> None:
        drafts = [main_book.draft("client_deposit", bank=500, wang=-500) for _ in range(3)]
        ids = [posted.entry_id for posted in main_book.post(*drafts)]
        spelled = [canonical_entry_bytes(entry) for entry in canonical_entries(entry_ids=ids)]
        assert len(set(spelled)) == 3
        assert spelled == [canonical_entry_bytes(entry) for entry in canonical_entries(entry_ids=ids[::-1])]

    def test_refuse_an_entry_that_is_not_there(self, main_book: SmallBook) -> None:
        with pytest.raises(JournalEntry.DoesNotExist, match="999999"):
            canonical_entries(entry_ids=[999_999])
