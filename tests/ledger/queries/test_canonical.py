"""Booked entries in canonical form, in Python and by the database: twins, whatever the text."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.domain.canonical import account_sha256_hex, canonical_entry_bytes
from ledger.queries.canonical import canonical_accounts, canonical_entries, canonical_entries_until
from ledger.services.days import stamp_positions
from ledger.services.posting import EntryDraft, PostingDraft
from tests.ledger.builders import MONDAY, SmallBook

pytestmark = pytest.mark.django_db
nasty = st.one_of(
    st.sampled_from(["-,", "0:,", "3:abc,", "é", "入金 ", "\u202e", "a\nb\t\x01", "17:plimsoll-entry-v2,"]),
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=40),
)


def spelled_by_the_database(book: SmallBook, last: int) -> list[bytes]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT canonical FROM ledger_canonical_entries(%s, 1, %s)", [book.book.id, last])
        return [bytes(content) for (content,) in cursor.fetchall()]


class TestCanonicalEntries:
    def test_say_what_was_booked_with_postings_in_order(self, main_book: SmallBook) -> None:
        main_book.post(main_book.draft("client_deposit", key="D1", bank=500, wang=-500))
        stamp_positions(book_id=main_book.book.id)
        (entry,) = canonical_entries(book_id=main_book.book.id, first_position=1, last_position=9)
        assert (entry.book_code, entry.kind, entry.idempotency_key) == ("MAIN", "client_deposit", "D1")
        digests = [
            account_sha256_hex(*canonical_accounts(account_ids=[main_book.accounts[name]]))
            for name in ("bank", "wang")
        ]
        assert [
            (leg.number, leg.account_sha256_hex, leg.unit_code, leg.amount_minor) for leg in entry.postings
        ] == [(1, digests[0], "USD", 500), (2, digests[1], "USD", -500)]

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(texts=st.lists(st.tuples(nasty, nasty, nasty), min_size=1, max_size=3, unique_by=lambda t: t[2]))
    def test_are_spelled_alike_by_the_database(
        self, main_book: SmallBook, texts: list[tuple[str, str, str]]
    ) -> None:
        earlier = stamp_positions(book_id=main_book.book.id)
        drafts = [
            EntryDraft(
                kind="client_deposit",
                value_date=MONDAY,
                narration=narration,
                source_reference=source,
                idempotency_key=f"{earlier} {key}",
                postings=[
                    PostingDraft(main_book.accounts["bank"], 5),
                    PostingDraft(main_book.accounts["wang_unsettled"], -5),
                ],
            )
            for narration, source, key in texts
        ]
        main_book.post(*drafts, caller=texts[0][0][:40])
        last = stamp_positions(book_id=main_book.book.id)
        spelled = [
            canonical_entry_bytes(entry)
            for entry in canonical_entries_until(book_id=main_book.book.id, last_position=last)
        ]
        assert spelled == spelled_by_the_database(main_book, last)
        assert len(spelled) == last
