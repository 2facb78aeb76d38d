"""A book's entries and seals as one archive that proves itself without us (ledger.offline.verify_bundle)."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from ledger.domain.canonical import CanonicalAccount, CanonicalEntry, CanonicalPosting, instant_text
from ledger.domain.merkle import consistency_proof, inclusion_proof
from ledger.domain.seal_files import seal_document
from ledger.domain.seals import KeyStatement
from ledger.domain.tiles import TiledTree
from ledger.models import Account, Book, EntryPosition, Posting, SealChart, SealKeyEvent
from ledger.offline import verify_bundle
from ledger.queries.canonical import canonical_accounts, canonical_entries_until
from ledger.queries.months import months_away
from ledger.queries.seal_texts import statement_of
from ledger.queries.seals import EntryNotSealed, signed_seals, tiles_of

BLOCK = 1 << 20


class PostingsAway(Exception):
    """Postings of the book are detached: attach these months first."""


def write_bundle(
    *, target: BinaryIO, book: Book, until: date | None, entry_id: int | None
) -> dict[str, object]:
    """Write the bundle of a book up to the last seal of a day; return its manifest. Reads only.

    :raises EntryNotSealed: the chosen entry is under none of these seals, or there is no seal.
    :raises PostingsAway: a month of these entries is detached.
    """
    seals = signed_seals(book_id=book.pk)
    seals = [seal for seal in seals if not until or seal.header.business_date <= until]
    if not seals:
        raise EntryNotSealed("the book has no seal till then")
    last_day = seals[-1].header.business_date
    if away := [f"{month:%Y-%m}" for month in months_away(book_id=book.pk) if month <= last_day]:
        raise PostingsAway(", ".join(away))
    sizes = [seal.header.tree_size for seal in seals]
    tree = TiledTree(tiles_of(book_id=book.pk))
    place = EntryPosition.objects.filter(entry_id=entry_id, book=book, position__lte=sizes[-1]).first()
    if entry_id is not None and place is None:
        raise EntryNotSealed(str(entry_id))
    inclusion = (
        []
        if place is None
        else [
            {
                "entry_id": entry_id,
                "position": place.position,
                "tree_size": sizes[-1],
                "path": [node.hex() for node in inclusion_proof(tree, place.position - 1, sizes[-1])],
            }
        ]
    )
    consistency = [
        {"first": a, "second": b, "path": [node.hex() for node in consistency_proof(tree, a, b)]}
        for a, b in pairwise(sizes)
    ]
    digests = {seal.header.chart_digest for seal in seals}
    charts = {chart.pk: chart.content for chart in SealChart.objects.filter(pk__in=digests)}
    with TemporaryFile() as entries:
        trial_balance, accounts = _write_entries(entries, book, sizes[-1])
        parts: Mapping[str, bytes] = {
            "accounts.jsonl": accounts,
            "charts.json": _json(charts),
            "consistency.json": _json({"proofs": consistency}),
            "inclusion.json": _json({"proofs": inclusion}),
            "keys.json": _json(
                {"events": [_event(one) for one in SealKeyEvent.objects.order_by("event_no")]}
            ),
            "seals.json": _json({"seals": [seal_document(seal) for seal in seals]}),
            "trial_balance.txt": trial_balance.encode(),
            "verify_bundle.py": Path(verify_bundle.__file__).read_bytes(),
        }
        files = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
        entries.seek(0)
        files["entries.jsonl"] = hashlib.file_digest(entries, "sha256").hexdigest()
        manifest = {
            "version": verify_bundle.VERSION,
            "book": book.code,
            "seals": len(seals),
            "files": files,
        }

        def contents() -> Iterator[tuple[str, Iterator[bytes]]]:
            yield "manifest.json", iter([_json(manifest)])
            for name in verify_bundle.FILES:
                yield name, _blocks(entries) if name == "entries.jsonl" else iter([parts[name]])

        verify_bundle.write_archive(target, contents())
    return manifest


def _write_entries(file: BinaryIO, book: Book, last: int) -> tuple[str, bytes]:
    """Write the entries; return the trial balance that they give, and their accounts."""
    reader = verify_bundle.Verifier(Path())
    account_ids = set(
        Posting.objects.filter(entry__position__position__lte=last, book=book).values_list(
            "account_id", flat=True
        )
    ) & set(Account.objects.filter(book=book).values_list("pk", flat=True))
    accounts = [_plain(account, CanonicalAccount) for account in canonical_accounts(account_ids=account_ids)]
    for account in accounts:
        named = verify_bundle.netstrings(
            ["plimsoll-account-v1", *(account[n] for n in verify_bundle.ACCOUNT)]
        )
        reader.accounts[hashlib.sha256(named).hexdigest()] = account
    for entry in canonical_entries_until(book_id=book.pk, last_position=last):
        document = _plain(entry, CanonicalEntry)
        document["postings"] = [_plain(posting, CanonicalPosting) for posting in entry.postings]
        for posting in entry.postings:
            held = reader.balances.get(posting.account_sha256_hex, 0)
            reader.balances[posting.account_sha256_hex] = held + posting.amount_minor
        file.write(_json(document) + b"\n")
    return reader.trial_balance(), b"".join(_json(account) + b"\n" for account in accounts)


def _event(event: SealKeyEvent) -> dict[str, object]:
    statement = statement_of(event=event, public_key=bytes(event.key.public_key))
    return {
        "statement": _plain(statement, KeyStatement),
        "event_hash": bytes(event.event_hash).hex(),
        "signature": bytes(event.signature).hex(),
    }


def _plain(value: object, shape: Any) -> dict[str, Any]:
    return {one.name: _text(getattr(value, one.name)) for one in fields(shape) if one.name != "postings"}


def _text(value: object) -> object:
    if isinstance(value, datetime):
        return instant_text(value)
    return value.isoformat() if isinstance(value, date) else value


def _json(value: object) -> bytes:
    return verify_bundle.dumps(value).encode()


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(BLOCK):
        yield block
