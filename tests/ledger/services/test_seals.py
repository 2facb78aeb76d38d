"""Sealing a close."""

import hashlib
from pathlib import Path

import pytest

from ledger.domain.canonical import canonical_entry_bytes
from ledger.domain.merkle import MemoryTree, is_consistent, leaf_hash
from ledger.domain.seals import header_bytes, is_signed
from ledger.models import DayClose, Seal
from ledger.queries.canonical import canonical_entries_until
from ledger.queries.seals import proof_of_consistency, proof_of_inclusion, seal_of_entry, signed_seals
from ledger.services.refusals import SealKeyMissing, SealRefused
from ledger.services.seals import seal_close
from tests.ledger.builders import MONDAY, SmallBook
from tests.ledger.sealing import (
    TUESDAY,
    WEDNESDAY,
    close_and_seal,
    open_day,
    published_key,
    sealed_book,
    second_person,
)
from tests.ledger.services.test_days import close

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(db: None, key_directory: Path) -> SmallBook:
    return sealed_book()


class TestSealClose:
    def test_does_nothing_before_a_key_is_published(self, main_book: SmallBook, key_directory: Path) -> None:
        close(main_book, second_person())
        assert seal_close(day_close_id=DayClose.objects.get().pk) is None
        assert not Seal.objects.exists()

    def test_signs_the_tree_of_all_entries(self, sealed: SmallBook) -> None:
        entries = canonical_entries_until(book_id=sealed.book.id, last_position=35)
        tree = MemoryTree(leaf_hash(canonical_entry_bytes(entry)) for entry in entries)
        first, second = signed_seals(book_id=sealed.book.id)
        assert (second.header.first_position, second.header.tree_size, tree.size) == (34, 35, 35)
        assert second.header.root == tree.root().hex()
        assert second.header.previous_hash == first.seal_hash
        content = header_bytes(second.header)
        assert second.seal_hash == hashlib.sha256(content).hexdigest()
        assert is_signed(bytes.fromhex(second.public_key), bytes.fromhex(second.signature), content)

    def test_seals_a_day_without_entries(self, sealed: SmallBook) -> None:
        seal = close_and_seal(sealed, WEDNESDAY)
        assert (seal.seal_no, seal.first_position, seal.tree_size) == (3, 36, 35)

    def test_covers_days_closed_before_the_first_key(self, main_book: SmallBook, key_directory: Path) -> None:
        main_book.post(main_book.draft("client_deposit", bank=5, wang=-5))
        close(main_book, second_person())
        published_key(main_book.maker)
        open_day(main_book, TUESDAY)
        assert close_and_seal(main_book, TUESDAY).tree_size == 1

    def test_refuses_without_the_private_key(self, sealed: SmallBook, key_directory: Path) -> None:
        for file in key_directory.iterdir():
            file.unlink()
        with pytest.raises(SealKeyMissing):
            close_and_seal(sealed, WEDNESDAY)

    def test_refuses_an_older_close(self, main_book: SmallBook, key_directory: Path) -> None:
        close(main_book, second_person())
        published_key(main_book.maker)
        open_day(main_book, TUESDAY)
        with pytest.raises(SealRefused):
            seal_close(day_close_id=DayClose.objects.get(day__business_date=MONDAY).pk)


class TestProofs:
    def test_hold_for_every_sealed_entry(self, sealed: SmallBook) -> None:
        entries = list(canonical_entries_until(book_id=sealed.book.id, last_position=35))
        assert len(entries) == 35
        for entry in entries:
            assert proof_of_inclusion(entry_id=entry.entry_id).holds

    def test_name_the_seal_under_which_the_entry_came(self, sealed: SmallBook) -> None:
        entries = list(canonical_entries_until(book_id=sealed.book.id, last_position=35))
        numbers = [seal_of_entry(entry_id=entry.entry_id) for entry in (entries[32], entries[33])]
        assert [seal.seal_no for seal in numbers if seal] == [1, 2]

    def test_join_one_seal_to_the_next(self, sealed: SmallBook) -> None:
        first, second = (seal.header for seal in signed_seals(book_id=sealed.book.id))
        proof = proof_of_consistency(
            book_id=sealed.book.id, first_size=first.tree_size, second_size=second.tree_size
        )
        roots = bytes.fromhex(first.root), bytes.fromhex(second.root)
        assert is_consistent(first.tree_size, second.tree_size, *roots, proof)
