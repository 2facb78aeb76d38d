"""Verify a bundle of a book's entries and seals, knowing nothing but this file and `cryptography`.

    python verify_bundle.py bundle.zip [--seal outside.json] [--key FINGERPRINT] [--entry ID] [--json]

Says clean (exit 0), failed (1: what fails is named) or incomplete (2: it could not look at everything). It
proves rows to leaves, leaves to roots, the chain, signatures and keys, each trial balance, inclusion and
consistency, and that not one byte of the archive is other than its writer wrote it. What it cannot know by
itself is whether the whole was made anew, or ends early: `--seal` compares with a seal held outside, `--key`
names the keys that may begin a line of trust, and the answer says up to which seal and day it is.
"""

import argparse
import hashlib
import json
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None  # type: ignore[assignment,misc]

VERSION = "plimsoll-bundle-v1"
FILES = (
    "accounts.jsonl",
    "charts.json",
    "consistency.json",
    "entries.jsonl",
    "inclusion.json",
    "keys.json",
    "seals.json",
    "trial_balance.txt",
    "verify_bundle.py",
)
ENTRY = (
    "book_code position entry_id kind booking_date value_date narration source_reference caller "
    "idempotency_key payload_sha256_hex posting_count maker_id reverses_entry_id adjusts_entry_id "
    "recorded_at creating_xid"
).split()
POSTING = ("number account_sha256_hex unit_code book_code value_date amount_minor ").split()
ACCOUNT = (
    "account_id book_code address unit_code unit_kind unit_exponent ring role category_number owner_code "
    "contract_code limit is_hot expected_age_days "
).split()
SEAL = (
    "book_code seal_no business_date close_no approval_id maker_id checker_id closed_at first_position "
    "tree_size root chart_digest trial_balance_digest previous_hash key_id recorded_at "
).split()
EVENT = (
    "event_no event key_id public_key signer_id reason untrusted_from maker_id checker_id previous_hash "
    "recorded_at "
).split()
INTEGERS = {
    *"position entry_id posting_count maker_id reverses_entry_id adjusts_entry_id creating_xid".split(),
    *"number amount_minor account_id unit_exponent category_number expected_age_days seal_no".split(),
    *"close_no approval_id checker_id first_position tree_size event_no".split(),
}
NULLABLE = {
    *"reverses_entry_id adjusts_entry_id owner_code expected_age_days previous_hash signer_id".split(),
    "untrusted_from",
}
SEAL_LATER = "key_event_hash"
SIGNED = {"header", "seal_hash", "signature", "public_key"}
STATED = {"statement", "event_hash", "signature"}
BLOCK = 1 << 20


class Damaged(Exception):
    """The bundle is not one, or a part of it is not what a bundle holds."""


def dumps(value: object) -> str:
    """The one JSON text of a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def loads(text: str) -> Any:
    value = json.loads(text)
    if dumps(value) != text:
        raise Damaged("JSON that is not spelled as it was written")
    return value


def only(text: str, name: str) -> Any:
    """What a document holds under its one name."""
    document = loads(text)
    if set(document) != {name}:
        raise Damaged(f"{name}: something else is beside them")
    return document[name]


def shaped(what: str, row: dict[str, Any], columns: Iterable[str]) -> None:
    """Exactly these columns, each of its type: "1" and 1 are one netstring and two values."""
    if set(row) != set(columns):
        raise Damaged(f"{what}: other columns")
    for name, value in row.items():
        wanted = int if name in INTEGERS else bool if name == "is_hot" else str
        if name != "postings" and type(value) is not wanted and not (value is None and name in NULLABLE):
            raise Damaged(f"{what}: {name} is of another type")


def write_archive(target: BinaryIO, files: Iterable[tuple[str, Iterable[bytes]]]) -> None:
    """Write a zip of which every byte follows from names and contents: nothing compressed, no time."""
    with zipfile.ZipFile(target, "w") as archive:
        for name, blocks in files:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system = 3
            info.external_attr = 0o644 << 16
            with archive.open(info, "w", force_zip64=True) as part:
                for block in blocks:
                    part.write(block)


def netstrings(fields: Iterable[object]) -> bytes:
    return b"".join(netstring(field) for field in fields)


def netstring(field: object) -> bytes:
    if field is None:
        return b"-,"
    text = {True: "true", False: "false"}[field] if isinstance(field, bool) else str(field)
    content = text.encode()
    return b"%d:%s," % (len(content), content)


def is_signed(key: str, signature: str, content: bytes) -> bool:
    try:
        if bytes.fromhex(signature).hex() != signature:
            return False
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def columns_of(header: dict[str, Any]) -> list[str]:
    """What a header says, by its version: the first one names no event of keys."""
    return [*SEAL, SEAL_LATER] if SEAL_LATER in header else SEAL


def sealed_bytes(header: dict[str, Any]) -> bytes:
    version = "plimsoll-seal-v2" if SEAL_LATER in header else "plimsoll-seal-v1"
    return netstrings([version, *(header[name] for name in columns_of(header))])


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """The compact range of RFC 6962's tree, with all nodes that proofs need."""

    def __init__(self) -> None:
        self.levels: list[list[bytes]] = []
        self.size = 0

    def append(self, leaf: bytes) -> None:
        node, height, rest = leaf, 0, self.size
        while True:
            if height == len(self.levels):
                self.levels.append([])
            self.levels[height].append(node)
            if not rest & 1:
                break
            node = node_hash(self.levels[height][-2], node)
            height, rest = height + 1, rest >> 1
        self.size += 1

    def root(self, begin: int, end: int) -> bytes:
        """The tree hash of leaves begin to end, where a split of the RFC puts begin."""
        peaks = []
        while begin < end:
            height = (end - begin).bit_length() - 1
            peaks.append(self.levels[height][begin >> height])
            begin += 1 << height
        if not peaks:
            return hashlib.sha256(b"").digest()
        root = peaks.pop()
        while peaks:
            root = node_hash(peaks.pop(), root)
        return root

    def inclusion(self, index: int, size: int) -> list[str]:
        return self.walk(index + 1, 0, size, 1)[2][::-1]

    def consistency(self, first: int, second: int) -> list[str]:
        if first in (0, second):
            return []
        begin, end, path = self.walk(first, 0, second, 0)
        return [self.root(begin, end).hex(), *path[::-1]] if begin else path[::-1]

    def walk(self, first: int, begin: int, end: int, least: int) -> tuple[int, int, list[str]]:
        """Down to where the first leaves end, with what is left aside; to a single leaf if `least`."""
        path = []
        while end - begin > least and (least or first != end):
            middle = begin + (1 << (end - begin - 1).bit_length() - 1)
            path.append(self.root(middle, end).hex() if first <= middle else self.root(begin, middle).hex())
            begin, end = (begin, middle) if first <= middle else (middle, end)
        return begin, end, path


class Verifier:
    """One reading of one bundle."""

    def __init__(self, path: Path, trusted: Iterable[str] = ()) -> None:
        self.path = path
        self.trusted = set(trusted)
        self.until = "nothing"
        self.failed: list[str] = []
        self.missed: list[str] = []
        self.notes: list[str] = []
        self.said: list[str] = []
        self.tree = Tree()
        self.accounts: dict[str, dict[str, Any]] = {}
        self.used: set[str] = set()
        self.balances: dict[str, int] = {}
        self.positions: dict[int, int] = {}

    def run(self, outside: Path | None, entry_id: int | None, *, as_json: bool = False) -> int:
        try:
            with zipfile.ZipFile(self.path) as archive:
                self.archive = archive
                self.container()
                self.contents(outside, entry_id)
        except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as error:
            self.failed.append(f"archive: {error}")
        except (Damaged, ValueError, KeyError, TypeError, AttributeError, IndexError, RuntimeError) as error:
            self.failed.append(f"content: {type(error).__name__}: {error}")
        verdict = "failed" if self.failed else "incomplete" if self.missed else "clean"
        if as_json:
            print(dumps(self.document(verdict)))
        else:
            self.tell(verdict)
        return {"clean": 0, "failed": 1, "incomplete": 2}[verdict]

    def tell(self, verdict: str) -> None:
        for sentence in self.said:
            print(sentence)
        for word, found in (("note", self.notes), ("failed", self.failed), ("incomplete", self.missed)):
            for sentence in found:
                print(f"{word}: {sentence}")
        print(f"{verdict}: {self.until}: {self.tree.size} entries, {len(self.used)} accounts")

    def document(self, verdict: str) -> dict[str, object]:
        return {
            "verdict": verdict,
            "until": self.until,
            "entries": self.tree.size,
            "accounts": len(self.used),
            "said": self.said,
            "notes": self.notes,
            "failed": self.failed,
            "incomplete": self.missed,
        }

    def blocks(self, name: str) -> Iterator[bytes]:
        with self.archive.open(name) as part:
            while block := part.read(BLOCK):
                yield block

    def text(self, name: str) -> str:
        return self.archive.read(name).decode()

    def lines(self, name: str) -> Iterator[Any]:
        with self.archive.open(name) as part:
            for line in part:
                if not line.endswith(b"\n"):
                    raise Damaged(f"{name}: its last line is cut")
                yield loads(line[:-1].decode())

    def container(self) -> None:
        """Every byte of the zip is what its own writer makes of its names and contents."""
        names = self.archive.namelist()
        if names != ["manifest.json", *FILES]:
            self.failed.append(f"archive: holds {', '.join(names)}")
        with tempfile.TemporaryFile() as again, self.path.open("rb") as given:
            write_archive(again, ((name, self.blocks(name)) for name in names))
            again.seek(0)
            while True:
                here, there = given.read(BLOCK), again.read(BLOCK)
                if here != there:
                    self.failed.append("archive: bytes between its files were changed")
                if here != there or not here:
                    break

    def contents(self, outside: Path | None, entry_id: int | None) -> None:
        manifest = self.manifest()
        if self.archive.read("verify_bundle.py") != Path(__file__).read_bytes():
            self.missed.append("verifier: the one in the bundle is another than the one that runs")
        seals = only(self.text("seals.json"), "seals")
        if dumps(manifest["seals"]) != str(len(seals)):
            self.failed.append("manifest: names another number of seals")
        for seal in seals:
            if set(seal) != SIGNED:
                raise Damaged("seals: other columns")
            shaped("seals", seal["header"], columns_of(seal["header"]))
            if seal["header"]["book_code"] != manifest["book"]:
                self.failed.append("manifest: names another book")
        if not seals:
            self.missed.append("seals: there are none")
        if seals:
            last = seals[-1]["header"]
            self.until = f"book {last['book_code']} up to seal {last['seal_no']}, {last['business_date']}"
        self.read_accounts()
        self.walk(seals, manifest["book"])
        self.chart(seals)
        self.keys(seals)
        self.proofs(seals, entry_id)
        if outside:
            self.compare(seals, outside)
        else:
            self.notes.append(
                "seals: that none was left out after the last one here is not proved; "
                "--seal compares with one held outside"
            )
        # A seal says what happened to keys before it, and nothing of what happened later.
        since = "last seal" if seals and SEAL_LATER in seals[-1]["header"] else "last one here"
        self.notes.append(
            f"keys: that no event was left out after the {since} is not proved; "
            "compare with what `seal_keys list` says"
        )

    def manifest(self) -> dict[str, Any]:
        manifest = loads(self.text("manifest.json"))
        if manifest["version"] != VERSION or set(manifest) != {"version", "book", "seals", "files"}:
            raise Damaged("manifest: of another version")
        for name in FILES:
            sha = hashlib.sha256()
            for block in self.blocks(name):
                sha.update(block)
            if manifest["files"].get(name) != sha.hexdigest():
                self.failed.append(f"manifest: {name} is another file than it names")
        if set(manifest["files"]) != set(FILES):
            self.failed.append("manifest: names other files than there are")
        return dict(manifest)

    def read_accounts(self) -> None:
        last = 0
        for account in self.lines("accounts.jsonl"):
            shaped("accounts", account, ACCOUNT)
            if account["account_id"] <= last:
                raise Damaged(f"accounts: {account['account_id']} comes twice or out of its place")
            last = account["account_id"]
            fields = ["plimsoll-account-v1", *(account[name] for name in ACCOUNT)]
            self.accounts[digest(netstrings(fields))] = account

    def walk(self, seals: list[dict[str, Any]], book: str) -> None:
        """Entries in order of position, and each seal when its last entry has been read."""
        waiting = list(seals)
        previous, first, entries, moment = None, 1, self.lines("entries.jsonl"), ""
        while waiting:
            seal = waiting.pop(0)
            header = seal["header"]
            number = header["seal_no"]
            while self.tree.size < header["tree_size"]:
                entry = next(entries, None)
                if entry is None:
                    self.failed.append(f"seal {number}: some of its entries are not in the bundle")
                    return
                self.take(entry, book)
            if digest(sealed_bytes(header)) != seal["seal_hash"]:
                self.failed.append(f"seal {number}: its hash is not that of what it says")
            if (
                header["previous_hash"] != previous
                or header["first_position"] != first
                or header["recorded_at"] < moment
            ):
                self.failed.append(f"seal {number}: does not follow from the one before")
            if header["root"] != self.tree.root(0, self.tree.size).hex():
                self.failed.append(f"seal {number}: its root is not that of the entries")
            balance = self.trial_balance()
            if header["trial_balance_digest"] != digest(balance.encode()):
                self.failed.append(f"seal {number}: its trial balance is not that of the entries")
            if not waiting and balance != self.text("trial_balance.txt"):
                self.failed.append("trial balance: is not that of the last seal")
            previous, first, moment = seal["seal_hash"], header["tree_size"] + 1, header["recorded_at"]
        if [seal["header"]["seal_no"] for seal in seals] != list(range(1, len(seals) + 1)):
            self.failed.append("seals: not numbered from one without a gap")
        if next(entries, None) is not None:
            self.failed.append("entries: some are under no seal")
        if set(self.accounts) != self.used:
            self.failed.append("accounts: some have no posting")

    def take(self, entry: dict[str, Any], book: str) -> None:
        postings = entry["postings"]
        shaped("entries", entry, [*ENTRY, "postings"])
        for posting in postings:
            shaped("postings", posting, POSTING)
        named = f"entry {entry['entry_id']}"
        if (
            entry["position"] != self.tree.size + 1
            or entry["book_code"] != book
            or entry["entry_id"] in self.positions
        ):
            self.failed.append(f"{named}: out of its place")
        numbers = [posting["number"] for posting in postings]
        if numbers != list(range(1, entry["posting_count"] + 1)) or not numbers:
            self.failed.append(f"{named}: its postings are not those it was written with")
        fields: list[object] = ["plimsoll-entry-v2", *(entry[name] for name in ENTRY), len(postings)]
        sums: dict[tuple[str, str, str], int] = {}
        for posting in postings:
            fields += [posting[name] for name in POSTING]
            holder, amount = posting["account_sha256_hex"], posting["amount_minor"]
            account = self.accounts.get(holder)
            if account is None:
                self.failed.append(f"{named}: an account of it is not what was sealed")
                continue
            if (posting["unit_code"], posting["book_code"]) != (account["unit_code"], account["book_code"]):
                self.failed.append(f"{named}: a posting is in another unit or book than its account")
            self.used.add(holder)
            self.balances[holder] = self.balances.get(holder, 0) + amount
            contract = account["contract_code"] if account["ring"] == "principal" else ""
            part = (account["unit_code"], account["ring"], contract)
            sums[part] = sums.get(part, 0) + amount
        if any(sums.values()):
            self.failed.append(f"{named}: does not balance")
        self.positions[entry["entry_id"]] = entry["position"]
        self.tree.append(hashlib.sha256(b"\x00" + netstrings(fields)).digest())

    def trial_balance(self) -> str:
        lines: dict[tuple[str, str, int], list[int]] = {}
        for named, amount in self.balances.items():
            if amount:
                account = self.accounts[named]
                line = (account["unit_code"], account["ring"], account["category_number"])
                held = lines.setdefault(line, [0, 0, 0])
                held[0] += 1
                held[1 if amount > 0 else 2] += abs(amount)
        written = [" ".join(map(str, (*line, *lines[line]))) for line in sorted(lines)]
        return "\n".join(["plimsoll-trial-balance-v1", *written])

    def chart(self, seals: list[dict[str, Any]]) -> None:
        charts = loads(self.text("charts.json"))
        if set(charts) != {seal["header"]["chart_digest"] for seal in seals}:
            self.failed.append("charts: not those that the seals name")
        for name, content in charts.items():
            if digest(content.encode()) != name:
                self.failed.append(f"chart {name[:16]}: is not what was sealed")

    def keys(self, seals: list[dict[str, Any]]) -> None:
        """The chain of events, each signed; and each seal by the key in force when it was made."""
        events = only(self.text("keys.json"), "events")
        self.named_events(seals, events)
        if Ed25519PublicKey is None:
            self.missed.append("signatures: the package cryptography is not installed")
            return
        public = self.events(events)
        statements = [event["statement"] for event in events]
        for seal in seals:
            header = seal["header"]
            named = f"seal {header['seal_no']}: key {header['key_id']}"
            content = sealed_bytes(header)
            key = public.get(header["key_id"])
            if key is None:
                self.missed.append(f"{named} is not in the bundle")
            elif seal["public_key"] != key or not is_signed(key, seal["signature"], content):
                self.failed.append(f"{named} did not sign it")
            elif in_force(statements, header) != header["key_id"]:
                self.failed.append(f"{named} was not in force, or is doubted")

    def named_events(self, seals: list[dict[str, Any]], events: list[dict[str, Any]]) -> None:
        """Each seal names the last event of keys that there was: none is dropped or rewritten unseen."""
        known = [(one["statement"]["recorded_at"], one["event_hash"]) for one in events]
        must_name = False
        for seal in seals:
            header = seal["header"]
            then = [own_hash for moment, own_hash in known if moment <= header["recorded_at"]]
            named = header.get(SEAL_LATER)
            if named is None and must_name:
                self.failed.append(
                    f"seal {header['seal_no']}: names no event of keys, though the one before does"
                )
            must_name = must_name or named is not None
            if named is not None and named not in {own_hash for _, own_hash in known}:
                self.failed.append(f"seal {header['seal_no']}: the event of keys that it names is not there")
            elif named is not None and named != (then or [""])[-1]:
                self.failed.append(
                    f"seal {header['seal_no']}: names an event of keys that was not the last when it was made"
                )

    def events(self, events: list[dict[str, Any]]) -> dict[str, str]:
        """Prove the events of keys; return the public keys by name."""
        public: dict[str, str] = {}
        previous, moment, in_force = None, "", None
        revoked: set[str] = set()
        for number, event in enumerate(events, start=1):
            said, named = event["statement"], f"key event {number}"
            if set(event) != STATED:
                raise Damaged("key events: other columns")
            shaped("key events", said, EVENT)
            key, signer = said["key_id"], said["signer_id"]
            content = netstrings(["plimsoll-key-event-v1", *(said[name] for name in EVENT)])
            if digest(content) != event["event_hash"]:
                self.failed.append(f"{named}: its hash is not that of what it says")
            if (
                said["event_no"] != number
                or said["previous_hash"] != previous
                or said["recorded_at"] < moment
            ):
                self.failed.append(f"{named}: does not follow from the one before")
            if digest(bytes.fromhex(said["public_key"]))[:16] != key:
                self.failed.append(f"{named}: the key is not the one it names")
            is_in_order = {
                "published": key not in public and in_force is None and signer == key,
                "rotated": key not in public and in_force is not None and signer == in_force,
                "revoked": key in public and key not in revoked and signer in (None, key, in_force),
            }.get(said["event"], False)
            if not is_in_order or (said["event"] != "revoked" and said["untrusted_from"] is not None):
                self.failed.append(f"{named}: {said['event']} by {signer} is not in order")
            if public.setdefault(key, said["public_key"]) != said["public_key"]:
                self.failed.append(f"{named}: the key is not the one it names")
            if said["event"] == "published":
                self.anchor(key, said["public_key"], is_first=number == 1)
            is_lost = said["event"] == "revoked" and signer is None and not event["signature"]
            if not is_lost and not is_signed(public.get(signer, ""), event["signature"], content):
                self.failed.append(f"{named}: is not signed by key {signer}")
            if said["event"] != "revoked":
                in_force = key
            else:
                revoked.add(key)
                in_force = None if key == in_force else in_force
            previous, moment = event["event_hash"], said["recorded_at"]
        return public

    def anchor(self, key: str, public_key: str, *, is_first: bool) -> None:
        """A published key is signed by itself alone: who trusts it has its fingerprint by another way."""
        fingerprint = digest(bytes.fromhex(public_key))
        self.said.append(f"key {key}: begins a line of trust, fingerprint {fingerprint}")
        if self.trusted and fingerprint not in self.trusted:
            self.failed.append(f"key {key}: its fingerprint is not one that is trusted")
        elif not self.trusted and not is_first:
            self.missed.append(
                f"key {key}: begins a new line of trust; say --key {fingerprint} if it is yours"
            )

    def proofs(self, seals: list[dict[str, Any]], entry_id: int | None) -> None:
        sizes = [seal["header"]["tree_size"] for seal in seals]
        if sizes and sizes[-1] != self.tree.size:
            return
        wanted = [
            {"first": first, "second": second, "path": self.tree.consistency(first, second)}
            for first, second in pairwise(sizes)
        ]
        if self.text("consistency.json") != dumps({"proofs": wanted}):
            self.failed.append("consistency: the proofs between seals are not those of the tree")
        for proof in only(self.text("inclusion.json"), "proofs"):
            self.included(proof["entry_id"], proof)
        if entry_id is not None:
            self.included(entry_id, None)

    def included(self, entry_id: int, proof: dict[str, Any] | None) -> None:
        place = self.positions.get(entry_id)
        if place is None:
            self.failed.append(f"entry {entry_id}: is not in the bundle")
            return
        path = self.tree.inclusion(place - 1, self.tree.size)
        wanted = {"entry_id": entry_id, "position": place, "tree_size": self.tree.size, "path": path}
        if proof is not None and dumps(proof) != dumps(wanted):
            self.failed.append(f"entry {entry_id}: its proof is not that of the tree")
        elif proof is None:
            self.said.append(
                f"entry {entry_id}: position {place}, under the last seal by a path of {len(path)} hashes"
            )

    def compare(self, seals: list[dict[str, Any]], outside: Path) -> None:
        try:
            theirs = json.loads(outside.read_text())["seals"]
            book = seals[0]["header"]["book_code"] if seals else ""
            theirs = [seal for seal in theirs if seal["header"]["book_code"] == book]
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.missed.append(f"seal held outside: {error}")
            return
        ours = {seal["header"]["seal_no"]: seal for seal in seals}
        if not theirs:
            self.missed.append("seal held outside: none is of this book")
        for seal in theirs:
            number = seal["header"]["seal_no"]
            if number not in ours:
                self.missed.append(f"seal {number}: is held outside and lies beyond the bundle")
            elif ours[number] != seal:
                self.failed.append(f"seal {number}: is not the one held outside")


def in_force(events: list[dict[str, Any]], header: dict[str, Any]) -> str | None:
    """The key in force when a seal was made; None if it is doubted. Instants compare as they are spelled."""
    key, made_at = None, header["recorded_at"]
    for event in events:
        doubted = event["untrusted_from"]
        if event["event"] == "revoked":
            if event["key_id"] == header["key_id"] and doubted and doubted <= made_at:
                return None
            if event["recorded_at"] <= made_at and event["key_id"] == key:
                key = None
        elif event["recorded_at"] <= made_at:
            key = event["key_id"]
    return key


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify a bundle of a book's entries and seals.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--seal", type=Path, help="a seal held outside, as `seals --json` wrote it")
    parser.add_argument("--entry", type=int, help="the number of an entry that has to be in the bundle")
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        help="fingerprint of a key known by another way; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args(arguments)
    return Verifier(options.bundle, options.key).run(options.seal, options.entry, as_json=options.json)


if __name__ == "__main__":
    sys.exit(main())
