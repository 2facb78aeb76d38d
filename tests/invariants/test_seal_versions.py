"""Seals name the last event of keys: one dropped or rewritten is found from a seal alone, by both verifiers.

Seals made before they did so stay what they were.
"""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from ledger.domain.seal_files import DamagedSealFile, read_seals, seal_document
from ledger.domain.seals import header_bytes
from ledger.models import Seal, SealKeyEvent
from ledger.offline import verify_bundle
from ledger.queries.bundle import write_bundle
from ledger.queries.seals import signed_seals
from ledger.queries.verification import Verdict, verify_book
from ledger.services.key_files import create_key_file
from ledger.services.seal_keys import publish_key, revoke_key, rotate_key
from tests.invariants.test_tampering import Login, failing, seal_anew, sealed, superuser
from tests.ledger.builders import SmallBook
from tests.ledger.sealing import WEDNESDAY, close_and_seal, key_directory, second_person

__all__ = ["key_directory", "sealed", "superuser"]


def bundle_verdict(
    book: SmallBook, place: Path, edit: Callable[[dict[str, Any]], None] | None = None
) -> verify_bundle.Verifier:
    """What the offline verifier finds in a bundle of which one document was edited, after it was read."""
    target = io.BytesIO()
    write_bundle(target=target, book=book.book, until=None, entry_id=None)
    place.write_bytes(target.getvalue())
    verifier = verify_bundle.Verifier(place)
    if edit is not None:
        honest = verifier.text
        verifier.text = lambda name: edited(name, honest(name), edit)  # type: ignore[method-assign]
    verifier.run(None, None)
    return verifier


def edited(name: str, text: str, edit: Callable[[dict[str, Any]], None]) -> str:
    if name != "keys.json":
        return text
    document = json.loads(text)
    edit(document)
    return verify_bundle.dumps(document)


def rotated_and_revoked(book: SmallBook) -> None:
    """The first key is rotated away and revoked; Wednesday is sealed by the second."""
    people = {"maker_id": book.maker.id, "checker_id": second_person().id}
    first = SealKeyEvent.objects.get().key_id
    second, _ = create_key_file()
    rotate_key(key_id=second, reason="a year is over", **people)
    revoke_key(key_id=first, reason="its file was copied", untrusted_from=None, **people)
    close_and_seal(book, WEDNESDAY)


class TestSealsOfTheFirstVersion:
    def test_stay_verifiable_and_are_followed_by_others(
        self, superuser: Login, sealed: SmallBook, tmp_path: Path
    ) -> None:
        seal_anew(superuser, sealed, names_event=False)
        assert Seal.objects.filter(key_event_hash__isnull=True).count() == 2
        old = signed_seals(book_id=sealed.book.id)
        assert all(header_bytes(seal.header).startswith(b"16:plimsoll-seal-v1,") for seal in old)
        held = json.dumps({"seals": [seal_document(seal) for seal in old]})
        assert "key_event_hash" not in held
        assert read_seals(held) == old
        superuser.execute("SET session_replication_role = origin")
        with transaction.atomic():
            close_and_seal(sealed, WEDNESDAY)
        newest = signed_seals(book_id=sealed.book.id)[-1]
        assert header_bytes(newest.header).startswith(b"16:plimsoll-seal-v2,")
        assert newest.header.previous_hash == old[-1].seal_hash
        assert verify_book(book=sealed.book, outside=read_seals(held)).verdict is Verdict.CLEAN
        verifier = bundle_verdict(sealed, tmp_path / "bundle.zip")
        assert (verifier.failed, verifier.missed) == ([], [])

    def test_do_not_come_after_others(self, superuser: Login, sealed: SmallBook, tmp_path: Path) -> None:
        superuser.execute("UPDATE ledger_seal SET key_event_hash = NULL WHERE seal_no = 2")
        said = "seal 2: names no event of keys, though the one before does"
        assert said in findings(sealed)
        assert said in bundle_verdict(sealed, tmp_path / "bundle.zip").failed

    def test_do_not_say_that_they_know_nothing(self, sealed: SmallBook) -> None:
        (document, *_) = [seal_document(seal) for seal in signed_seals(book_id=sealed.book.id)]
        document["header"]["key_event_hash"] = None  # type: ignore[index]
        with pytest.raises(DamagedSealFile):
            read_seals(json.dumps({"seals": [document]}))


def findings(book: SmallBook) -> list[str]:
    return [one for check in verify_book(book=book.book).checks for one in check.findings]


class TestEventsOfKeys:
    @pytest.fixture
    def changed(self, sealed: SmallBook) -> SmallBook:
        with transaction.atomic():
            rotated_and_revoked(sealed)
        assert verify_book(book=sealed.book).verdict is Verdict.CLEAN
        return sealed

    def test_are_all_there(self, changed: SmallBook, tmp_path: Path) -> None:
        verifier = bundle_verdict(changed, tmp_path / "bundle.zip")
        assert (verifier.failed, verifier.missed) == ([], [])
        assert any("after the last seal is not proved" in note for note in verifier.notes)

    def test_that_are_dropped_from_the_end_are_found(
        self, changed: SmallBook, superuser: Login, tmp_path: Path
    ) -> None:
        """The revocation never was: the chain of what is left is whole, and only the seal knows."""
        held = [seal for seal in signed_seals(book_id=changed.book.id) if seal.header.seal_no == 3]
        superuser.execute("DELETE FROM ledger_sealkeyevent WHERE event_no = 3")
        said = "seal 3: the event of keys that it names is not there"
        verification = verify_book(book=changed.book, outside=held)
        assert failing(verification) == {"seals_signed", "seals_held_outside"}
        named = [one for check in verification.checks for one in check.findings]
        assert named == [said, "seal 3: held outside, names an event of keys that is not here"]
        assert bundle_verdict(changed, tmp_path / "bundle.zip").failed == [said]

    def test_that_are_rewritten_are_found(self, changed: SmallBook, tmp_path: Path) -> None:
        """Another hash for the last event; what the event says and its signature are other findings."""

        def edit(document: dict[str, Any]) -> None:
            document["events"][-1]["event_hash"] = "0" * 64

        failed = bundle_verdict(changed, tmp_path / "bundle.zip", edit).failed
        assert "seal 3: the event of keys that it names is not there" in failed

    def test_that_a_seal_passes_over_are_found(
        self, changed: SmallBook, superuser: Login, tmp_path: Path
    ) -> None:
        superuser.execute(
            "UPDATE ledger_seal SET key_event_hash = (SELECT event_hash FROM ledger_sealkeyevent"
            " WHERE event_no = 2) WHERE seal_no = 3"
        )
        said = "seal 3: names key event 2, which was not the last when it was made"
        assert said in findings(changed)
        said = "seal 3: names an event of keys that was not the last when it was made"
        assert said in bundle_verdict(changed, tmp_path / "bundle.zip").failed

    def test_after_a_seal_are_taken_and_change_nothing_before(
        self, changed: SmallBook, tmp_path: Path
    ) -> None:
        people = {"maker_id": changed.maker.id, "checker_id": second_person().id}
        second = SealKeyEvent.objects.get(event_no=2).key_id
        with transaction.atomic():
            revoke_key(key_id=second, reason="lost", untrusted_from=None, **people)
            third, _ = create_key_file()
            publish_key(key_id=third, reason="anew", **people)
        assert verify_book(book=changed.book).verdict is Verdict.CLEAN
