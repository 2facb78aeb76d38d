"""The offline verifier, run as its users run it: one file, nothing of ours beside it."""

import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.domain.seal_files import seal_document
from ledger.domain.seals import key_id_of
from ledger.models import JournalEntry
from ledger.offline import verify_bundle
from ledger.queries.bundle import write_bundle
from ledger.queries.seals import EntryNotSealed, signed_seals
from tests.ledger.builders import MONDAY, SmallBook
from tests.ledger.sealing import sealed_book

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(db: None, key_directory: Path) -> SmallBook:
    with transaction.atomic():
        return sealed_book()


@pytest.fixture
def bundle(sealed: SmallBook, tmp_path: Path) -> Path:
    path = tmp_path / "bundle.zip"
    first = JournalEntry.objects.order_by("pk")[0].pk
    with path.open("wb") as target:
        write_bundle(target=target, book=sealed.book, until=None, entry_id=first)
    return path


def verdict_of(path: Path, *words: str) -> tuple[int, str]:
    """What the verifier says, alone in a directory of its own, in Python's isolated mode."""
    alone = path.parent / "alone"
    alone.mkdir(exist_ok=True)
    program = shutil.copy(verify_bundle.__file__, alone / "verify_bundle.py")
    done = subprocess.run(
        [sys.executable, "-I", program, path, *words], capture_output=True, text=True, check=False, cwd=alone
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def quick_verdict(content: bytes, place: Path) -> int:
    """The same without a process of its own: for thousands of changes."""
    place.write_bytes(content)
    return verify_bundle.Verifier(place).run(None, None)


def rewritten(bundle: Path, edit: Callable[[dict[str, bytes]], None]) -> bytes:
    """The bundle with its files edited, its manifest recomputed, and zipped as its writer would."""
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    edit(files)
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = {
        name: verify_bundle.digest(content) for name, content in files.items() if name != "manifest.json"
    }
    files["manifest.json"] = verify_bundle.dumps(manifest).encode()
    target = io.BytesIO()
    verify_bundle.write_archive(target, ((name, [content]) for name, content in files.items()))
    return target.getvalue()


class TestHonestBundle:
    def test_is_clean(self, bundle: Path) -> None:
        code, said = verdict_of(bundle)
        assert code == 0
        assert said.startswith("key ")
        assert said.endswith("clean: book MAIN up to seal 2, 2008-09-16: 35 entries, 8 accounts\n")

    def test_proves_a_chosen_entry(self, bundle: Path) -> None:
        chosen = JournalEntry.objects.order_by("-pk")[0].pk
        code, said = verdict_of(bundle, "--entry", str(chosen))
        assert code == 0
        assert f"entry {chosen}: position 35" in said

    def test_agrees_with_a_seal_held_outside(self, bundle: Path, sealed: SmallBook, tmp_path: Path) -> None:
        held = tmp_path / "held.json"
        held.write_text(
            json.dumps({"seals": [seal_document(seal) for seal in signed_seals(book_id=sealed.book.id)]})
        )
        assert verdict_of(bundle, "--seal", str(held))[0] == 0

    def test_may_end_at_an_earlier_day(self, sealed: SmallBook, tmp_path: Path) -> None:
        path = tmp_path / "monday.zip"
        with path.open("wb") as target:
            write_bundle(target=target, book=sealed.book, until=MONDAY, entry_id=None)
        assert "clean: book MAIN up to seal 1, 2008-09-15: 33 entries" in verdict_of(path)[1]

    def test_is_written_the_same_again(self, bundle: Path, sealed: SmallBook) -> None:
        again = io.BytesIO()
        first = JournalEntry.objects.order_by("pk")[0].pk
        write_bundle(target=again, book=sealed.book, until=None, entry_id=first)
        assert again.getvalue() == bundle.read_bytes()

    def test_needs_a_seal(self, main_book: SmallBook) -> None:
        with pytest.raises(EntryNotSealed):
            write_bundle(target=io.BytesIO(), book=main_book.book, until=None, entry_id=None)


class TestChangedBundle:
    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(at=st.integers(0), bits=st.integers(1, 255))
    def test_is_never_clean_whichever_byte_it_is(self, bundle: Path, at: int, bits: int) -> None:
        content = bytearray(bundle.read_bytes())
        content[at % len(content)] ^= bits
        assert quick_verdict(bytes(content), bundle.with_name("changed.zip")) != 0

    def test_is_never_clean_in_any_of_its_files(self, bundle: Path) -> None:
        """One byte in the middle of every file, and of every header between them."""
        with zipfile.ZipFile(bundle) as archive:
            places = [
                one.header_offset + 30 + len(one.filename) + one.file_size // 2 for one in archive.infolist()
            ]
            places += [one.header_offset + 10 for one in archive.infolist()]
            places += [archive.start_dir + 12, len(bundle.read_bytes()) - 1]
        for place in places:
            content = bytearray(bundle.read_bytes())
            content[place] ^= 1
            assert quick_verdict(bytes(content), bundle.with_name("changed.zip")) != 0, place

    @pytest.mark.parametrize(
        ("file", "old", "new"),
        [
            ("entries.jsonl", b'"amount_minor":50000,', b'"amount_minor":50001,'),
            ("entries.jsonl", b'"narration":"client_deposit', b'"narration":"client_Deposit'),
            ("entries.jsonl", b"{", b"{ "),
            ("entries.jsonl", b'"maker_id":', b'"x":1,"maker_id":'),
            ("accounts.jsonl", b'"ring":"client"', b'"ring":"house"'),
            ("accounts.jsonl", b'"is_hot":false', b'"is_hot":true'),
            ("seals.json", b'"close_no":1', b'"close_no":2'),
            ("seals.json", b'"signature":"', b'"signature":"00'),
            ("keys.json", b"first key", b"other key"),
            ("charts.json", b"Client cash", b"Client Cash"),
            ("trial_balance.txt", b"USD client", b"USD  client"),
            ("consistency.json", b'"first":33', b'"first":32'),
            ("inclusion.json", b'"position":1', b'"position":2'),
            ("verify_bundle.py", b"clean", b"clear"),
            ("manifest.json", b'"book":"MAIN"', b'"book":"MAIM"'),
            ("manifest.json", b'"seals":2', b'"seals":1'),
            ("manifest.json", b'"seals":2', b'"seals":2.0'),
            ("entries.jsonl", b'"maker_id":1', b'"maker_id":"1"'),
            ("entries.jsonl", b'"posting_count":2', b'"posting_count":"2"'),
            ("accounts.jsonl", b'"unit_exponent":2', b'"unit_exponent":"2"'),
            ("accounts.jsonl", b'"is_hot":false', b'"is_hot":"false"'),
            ("seals.json", b'"header":{', b'"beside":"x","header":{'),
            ("keys.json", b'"events":', b'"beside":"x","events":'),
            ("consistency.json", b'"first":33', b'"first":33.0'),
            ("consistency.json", b'{"proofs"', b'{"beside":"audited","proofs"'),
            ("inclusion.json", b'{"proofs"', b'{"beside":"audited","proofs"'),
            ("inclusion.json", b'"position":1', b'"position":1.0'),
        ],
    )
    def test_with_its_manifest_made_anew_is_never_clean(
        self, bundle: Path, file: str, old: bytes, new: bytes
    ) -> None:
        def edit(files: dict[str, bytes]) -> None:
            assert old in files[file]
            files[file] = files[file].replace(old, new, 1)

        assert quick_verdict(rewritten(bundle, edit), bundle.with_name("changed.zip")) != 0

    def test_with_a_signature_in_other_digits_is_never_clean(self, bundle: Path) -> None:
        def edit(files: dict[str, bytes]) -> None:
            seals = json.loads(files["seals.json"])
            seals["seals"][0]["signature"] = seals["seals"][0]["signature"].upper()
            files["seals.json"] = verify_bundle.dumps(seals).encode()

        assert quick_verdict(rewritten(bundle, edit), bundle.with_name("changed.zip")) == 1

    def test_with_an_account_twice_is_never_clean(self, bundle: Path) -> None:
        def edit(files: dict[str, bytes]) -> None:
            first = files["accounts.jsonl"].splitlines(keepends=True)[0]
            files["accounts.jsonl"] = first + files["accounts.jsonl"]

        assert quick_verdict(rewritten(bundle, edit), bundle.with_name("changed.zip")) == 1

    def test_as_honestly_zipped_is_clean(self, bundle: Path) -> None:
        assert rewritten(bundle, lambda _files: None) == bundle.read_bytes()

    def test_without_its_last_seal_is_found_by_a_seal_held_outside(
        self, bundle: Path, sealed: SmallBook, tmp_path: Path
    ) -> None:
        held = tmp_path / "held.json"
        documents = [seal_document(seal) for seal in signed_seals(book_id=sealed.book.id)]
        documents[-1]["seal_hash"] = "0" * 64
        held.write_text(json.dumps({"seals": documents}))
        code, said = verdict_of(bundle, "--seal", str(held))
        assert code == 1
        assert "seal 2: is not the one held outside" in said

    def test_without_a_file_is_never_clean(self, bundle: Path) -> None:
        with zipfile.ZipFile(bundle) as archive:
            names = archive.namelist()
        for name in names:
            if name != "manifest.json":
                content = rewritten(bundle, lambda files, gone=name: files.pop(gone))  # type: ignore[misc]
                assert quick_verdict(content, bundle.with_name("changed.zip")) != 0


def key_event(events: list[dict[str, Any]], key: Ed25519PrivateKey, **changes: object) -> None:
    """Append an event of the key as a thief would write it, signed by that key."""
    public_key = key.public_key().public_bytes_raw()
    said = events[-1]["statement"] | {
        "event_no": len(events) + 1,
        "key_id": key_id_of(public_key),
        "public_key": public_key.hex(),
        "signer_id": key_id_of(public_key),
        "previous_hash": events[-1]["event_hash"],
        "recorded_at": "2008-09-16T00:00:00.000000Z",
        **changes,
    }
    content = verify_bundle.netstrings(
        ["plimsoll-key-event-v1", *(said[name] for name in verify_bundle.EVENT)]
    )
    is_unsigned = said["signer_id"] is None
    events.append(
        {
            "statement": said,
            "event_hash": verify_bundle.digest(content),
            "signature": "" if is_unsigned else key.sign(content).hex(),
        }
    )


def sign_anew(seal: dict[str, Any], key: Ed25519PrivateKey, **changes: object) -> None:
    """Sign a seal with the key, after the last event of keys."""
    public_key = key.public_key().public_bytes_raw()
    seal["header"] |= {"key_id": key_id_of(public_key), **changes}
    content = verify_bundle.sealed_bytes(seal["header"])
    seal |= {
        "seal_hash": verify_bundle.digest(content),
        "signature": key.sign(content).hex(),
        "public_key": public_key.hex(),
    }


class TestThiefWithAKeyOfHisOwn:
    """The last seal is signed anew by a key that nobody here made."""

    def stolen(self, bundle: Path, *events: dict[str, object]) -> bytes:
        thief = Ed25519PrivateKey.generate()

        def edit(files: dict[str, bytes]) -> None:
            keys, seals = json.loads(files["keys.json"]), json.loads(files["seals.json"])
            moment = seals["seals"][-1]["header"]["recorded_at"]
            honest = keys["events"][0]["statement"]
            for changes in events:
                own = {
                    name: honest[name]
                    for name in ("key_id", "public_key")
                    if changes.get("signer_id", 1) is None
                }
                key_event(keys["events"], thief, recorded_at=moment, **changes, **own)
            sign_anew(seals["seals"][-1], thief, key_event_hash=keys["events"][-1]["event_hash"])
            files["keys.json"] = verify_bundle.dumps(keys).encode()
            files["seals.json"] = verify_bundle.dumps(seals).encode()

        return rewritten(bundle, edit)

    def test_rotates_to_it_by_its_own_signature(self, bundle: Path) -> None:
        place = bundle.with_name("stolen.zip")
        assert quick_verdict(self.stolen(bundle, {"event": "rotated"}), place) == 1

    def test_publishes_it_beside_the_one_in_force(self, bundle: Path) -> None:
        place = bundle.with_name("stolen.zip")
        assert quick_verdict(self.stolen(bundle, {"event": "published"}), place) == 1

    def test_begins_a_new_line_of_trust_after_an_unsigned_revocation(self, bundle: Path) -> None:
        place = bundle.with_name("stolen.zip")
        content = self.stolen(bundle, {"event": "revoked", "signer_id": None}, {"event": "published"})
        assert quick_verdict(content, place) == 2
        assert "begins a new line of trust; say --key" in verdict_of(place)[1]
        with zipfile.ZipFile(bundle) as archive:
            (event,) = json.loads(archive.read("keys.json"))["events"]
        honest = verify_bundle.digest(bytes.fromhex(event["statement"]["public_key"]))
        assert verdict_of(bundle, "--key", honest)[0] == 0
        assert verdict_of(place, "--key", honest)[0] == 1

    def test_makes_everything_with_it(self, bundle: Path) -> None:
        """Then only a fingerprint or a seal from elsewhere tells."""
        code, said = verdict_of(bundle, "--key", "0" * 64)
        assert code == 1
        assert "is not one that is trusted" in said

    def test_cannot_date_a_seal_back_before_the_one_it_follows(self, bundle: Path) -> None:
        with zipfile.ZipFile(bundle) as archive:
            seals = json.loads(archive.read("seals.json"))["seals"]
        walker = verify_bundle.Verifier(bundle)
        seals[1]["header"]["recorded_at"] = "2001-01-01T00:00:00.000000Z"
        with zipfile.ZipFile(bundle) as archive:
            walker.archive = archive
            walker.read_accounts()
            walker.walk(seals, "MAIN")
        assert "seal 2: does not follow from the one before" in walker.failed
