"""Every finding of the offline verifier, each by a bundle in which exactly that was changed."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.domain.seal_files import seal_document
from ledger.offline import verify_bundle
from ledger.queries.seals import signed_seals
from tests.ledger.builders import SmallBook
from tests.ledger.offline.test_verify_bundle import bundle, rewritten, sealed

pytestmark = pytest.mark.django_db
__all__ = ["bundle", "sealed"]
Edit = Callable[[Any], object]


def other(text: str) -> str:
    """Another text of the same shape."""
    return ("1" if text[0] != "1" else "2") + text[1:]


def change(*path: str | int, by: Callable[[Any], Any] | None = None, to: object = None) -> Edit:
    """Change one value of a document, named by its path."""

    def edit(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = to if by is None else by(document[path[-1]])

    return edit


def drop(*path: str | int, at: int = -1) -> Edit:
    def edit(document: Any) -> None:
        for step in path:
            document = document[step]
        document.pop(at)

    return edit


def again(*path: str | int) -> Edit:
    """The last one of a list twice."""

    def edit(document: Any) -> None:
        for step in path:
            document = document[step]
        document.append(json.loads(json.dumps(document[-1])))

    return edit


def beside(accounts: Any) -> None:
    """One more account, of which nothing was posted."""
    accounts.append(accounts[-1] | {"account_id": accounts[-1]["account_id"] + 1})


def header(name: str, by: Callable[[Any], Any], seal: int = 1) -> Edit:
    return change("seals", seal, "header", name, by=by)


def statement(name: str, by: Callable[[Any], Any]) -> Edit:
    return change("events", 0, "statement", name, by=by)


ENTRY, SEALS, KEYS = "entries.jsonl", "seals.json", "keys.json"
FORGERIES: tuple[tuple[str, str, Edit], ...] = (
    ("manifest: of another version", "manifest.json", change("version", to="plimsoll-bundle-v0")),
    ("manifest: names another number of seals", "manifest.json", change("seals", to=3)),
    ("manifest: names another book", "manifest.json", change("book", to="MAIM")),
    ("seals: there are none", SEALS, change("seals", to=[])),
    ("seals: other columns", SEALS, change("seals", 0, "beside", to="x")),
    ("seals: other columns", SEALS, change("seals", 0, "header", "beside", to="x")),
    ("comes twice or out of its place", "accounts.jsonl", again()),
    ("accounts: some have no posting", "accounts.jsonl", beside),
    ("seal 2: some of its entries are not in the bundle", ENTRY, drop(at=-1)),
    ("seal 2: its hash is not that of what it says", SEALS, header("close_no", lambda one: one + 1)),
    ("seal 2: does not follow from the one before", SEALS, header("previous_hash", other)),
    ("seal 2: does not follow from the one before", SEALS, header("first_position", lambda one: one + 1)),
    ("seal 2: does not follow from the one before", SEALS, header("recorded_at", lambda one: "1" + one[1:])),
    ("seal 2: its root is not that of the entries", SEALS, header("root", other)),
    (
        "seal 2: its trial balance is not that of the entries",
        SEALS,
        header("trial_balance_digest", other),
    ),
    ("seals: not numbered from one without a gap", SEALS, header("seal_no", lambda one: one + 1)),
    ("entries: some are under no seal", SEALS, drop("seals")),
    ("out of its place", ENTRY, change(0, "position", by=lambda one: one + 1)),
    ("out of its place", ENTRY, change(1, "book_code", to="MAIM")),
    ("out of its place", ENTRY, change(1, "entry_id", by=lambda one: one - 1)),
    ("its postings are not those it was written with", ENTRY, drop(0, "postings")),
    ("an account of it is not what was sealed", "accounts.jsonl", change(0, "limit", by=other)),
    (
        "a posting is in another unit or book than its account",
        ENTRY,
        change(0, "postings", 0, "unit_code", to="JPY"),
    ),
    ("does not balance", ENTRY, change(0, "postings", 0, "amount_minor", by=lambda one: one + 1)),
    ("charts: not those that the seals name", SEALS, header("chart_digest", other)),
    (
        "is not what was sealed",
        "charts.json",
        lambda charts: charts.update({k: charts[k] + "x" for k in charts}),
    ),
    ("is not in the bundle", SEALS, header("key_id", other)),
    ("did not sign it", SEALS, change("seals", 1, "signature", by=other)),
    ("did not sign it", SEALS, change("seals", 1, "public_key", by=other)),
    ("was not in force, or is doubted", KEYS, statement("recorded_at", lambda one: "9" + one[1:])),
    (
        "seal 2: the event of keys that it names is not there",
        KEYS,
        change("events", 0, "event_hash", by=other),
    ),
    (
        "names an event of keys that was not the last when it was made",
        KEYS,
        statement("recorded_at", lambda one: "9" + one[1:]),
    ),
    (
        "seal 2: names no event of keys, though the one before does",
        SEALS,
        lambda document: document["seals"][1]["header"].pop("key_event_hash"),
    ),
    ("key events: other columns", KEYS, change("events", 0, "beside", to="x")),
    ("key event 1: its hash is not that of what it says", KEYS, statement("reason", other)),
    ("key event 1: does not follow from the one before", KEYS, statement("event_no", lambda one: one + 1)),
    ("key event 2: does not follow from the one before", KEYS, again("events")),
    ("key event 1: the key is not the one it names", KEYS, statement("public_key", other)),
    ("is not in order", KEYS, statement("event", lambda _one: "rotated")),
    ("key event 1: is not signed by key", KEYS, change("events", 0, "signature", by=other)),
    (
        "the proofs between seals are not those of the tree",
        "consistency.json",
        change("proofs", 0, "path", 0, by=other),
    ),
    ("is not in the bundle", "inclusion.json", change("proofs", 0, "entry_id", by=lambda one: one + 1000)),
    ("its proof is not that of the tree", "inclusion.json", change("proofs", 0, "path", 0, by=other)),
)


def edited(files: dict[str, bytes], name: str, edit: Edit) -> None:
    """Edit a file as what it holds: a document, or one a line."""
    text = files[name].decode()
    if name.endswith(".jsonl"):
        rows = [json.loads(line) for line in text.splitlines()]
        edit(rows)
        text = "".join(verify_bundle.dumps(row) + "\n" for row in rows)
    else:
        document = json.loads(text)
        edit(document)
        text = verify_bundle.dumps(document)
    files[name] = text.encode()


def said_of(path: Path, content: bytes, *, outside: Path | None = None) -> list[str]:
    path.write_bytes(content)
    verifier = verify_bundle.Verifier(path)
    verifier.run(outside, None)
    return [*verifier.failed, *verifier.missed]


def archived(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    verify_bundle.write_archive(target, ((name, [content]) for name, content in files.items()))
    return target.getvalue()


class TestFindings:
    def test_name_each_what_was_changed(self, bundle: Path) -> None:
        place, unnamed = bundle.with_name("changed.zip"), []
        for finding, name, edit in FORGERIES:
            content = rewritten(bundle, lambda files, n=name, e=edit: edited(files, n, e))  # type: ignore[misc]
            said = said_of(place, content)
            if not any(finding in one for one in said):
                unnamed.append((finding, name, said))
        assert unnamed == []

    def test_name_files_that_are_not_what_the_manifest_says(self, bundle: Path) -> None:
        place = bundle.with_name("changed.zip")
        for name, finding in (
            ("trial_balance.txt", "trial balance: is not that of the last seal"),
            ("verify_bundle.py", "verifier: the one in the bundle is another than the one that runs"),
        ):
            content = rewritten(bundle, lambda files, n=name: files.update({n: files[n] + b"x"}))  # type: ignore[misc]
            assert finding in said_of(place, content)

    def test_name_what_a_seal_held_outside_tells(
        self, bundle: Path, sealed: SmallBook, tmp_path: Path
    ) -> None:
        documents = [seal_document(seal) for seal in signed_seals(book_id=sealed.book.id)]
        held, content = tmp_path / "held.json", bundle.read_bytes()
        place = bundle.with_name("same.zip")
        held.write_text("{")
        assert said_of(place, content, outside=held)[0].startswith("seal held outside: ")
        held.write_text('{"seals": []}')
        assert said_of(place, content, outside=held) == ["seal held outside: none is of this book"]
        later = json.loads(json.dumps(documents[-1]))
        later["header"]["seal_no"] = 3
        held.write_text(json.dumps({"seals": [later]}))
        assert said_of(place, content, outside=held) == ["seal 3: is held outside and lies beyond the bundle"]

    def test_name_what_is_not_where_the_manifest_says(self, bundle: Path) -> None:
        """The archive is as its writer would make it, and the manifest tells another story."""
        place = bundle.with_name("changed.zip")
        with zipfile.ZipFile(bundle) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        manifest = json.loads(files["manifest.json"])
        for change_manifest, finding in (
            ({"charts.json": "0" * 64}, "manifest: charts.json is another file than it names"),
            ({"more.json": "0" * 64}, "manifest: names other files than there are"),
        ):
            told = manifest | {"files": manifest["files"] | change_manifest}
            changed = files | {"manifest.json": verify_bundle.dumps(told).encode()}
            assert finding in said_of(place, archived(changed))
        more = archived(files | {"more.json": b"{}"})
        assert any(one.startswith("archive: holds ") for one in said_of(place, more))
        touched = bytearray(bundle.read_bytes())
        touched[10] ^= 1
        assert "archive: bytes between its files were changed" in said_of(place, bytes(touched))

    def test_say_when_signatures_cannot_be_looked_at(
        self, bundle: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(verify_bundle, "Ed25519PublicKey", None)
        said = said_of(bundle.with_name("same.zip"), bundle.read_bytes())
        assert said == ["signatures: the package cryptography is not installed"]

    def test_are_all_forged_here(self) -> None:
        """What the verifier can say, by its own text: a new finding comes with its forgery."""
        source = Path(verify_bundle.__file__).read_text(encoding="utf-8")
        here = Path(__file__).read_text(encoding="utf-8")
        here += Path(__file__).with_name("test_verify_bundle.py").read_text(encoding="utf-8")
        said = re.findall(r'(?:failed|missed)\.append\(\s*f?"([^"]+)"', source)
        constant = [max(re.split(r"\{[^}]*\}", one), key=len).strip(" :;,") for one in said]
        assert len(constant) > 35
        assert [one for one in constant if one[-20:] not in here] == []
