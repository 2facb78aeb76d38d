"""The offline verifier, run as its users run it: one file, nothing of ours beside it."""

import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.domain.seal_files import seal_document
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
        assert (code, said) == (0, "clean: 35 entries, 8 accounts\n")

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
        assert verdict_of(path)[1].startswith("clean: 33 entries")

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
        ],
    )
    def test_with_its_manifest_made_anew_is_never_clean(
        self, bundle: Path, file: str, old: bytes, new: bytes
    ) -> None:
        def edit(files: dict[str, bytes]) -> None:
            assert old in files[file]
            files[file] = files[file].replace(old, new, 1)

        assert quick_verdict(rewritten(bundle, edit), bundle.with_name("changed.zip")) != 0

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
