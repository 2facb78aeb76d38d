"""The canonical bytes of a journal entry, and the hash of a request's payload.

What a seal covers must have one spelling, for ever and in any language. Version "plimsoll-entry-v1" is a
sequence of fields, each length-prefixed, so that no content can look like a boundary:

field = decimal length of the UTF-8 bytes, ":", the bytes, ","      (a netstring)
None  = "-,"                                                        (no length, so never a text)

in this order: version, book code, entry id, kind, booking date, value date, narration, source reference,
caller, idempotency key, payload sha256 (64 lower-case hex digits), maker, id of the entry reversed or None,
id of the entry adjusted or None, number of postings; then for each posting by ascending number: number,
account address, unit code, amount in minor units. Integers are decimal without leading zeros or plus sign,
dates ISO 8601 (2026-01-31). Text is taken as stored: no normalisation.

Source: DESIGN 3 (seals); issue 2 (versioned canonical bytes).
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

ENTRY_VERSION = "plimsoll-entry-v1"

_SHA256_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)


class InvalidCanonicalEntry(ValueError):
    """The entry has no canonical form: no postings, postings out of order, a bad hash, broken text."""


class UnhashablePayload(TypeError):
    """The payload holds something without one canonical spelling, such as a float or an instant."""


@dataclass(frozen=True, slots=True)
class CanonicalPosting:
    """One posting: ``amount_minor`` signed, debit positive."""

    number: int
    account_address: str
    unit_code: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class CanonicalEntry:
    """What is sealed of a journal entry. ``postings`` ascend by number."""

    book_code: str
    entry_id: int
    kind: str
    booking_date: date
    value_date: date
    narration: str
    source_reference: str
    caller: str
    idempotency_key: str
    payload_sha256_hex: str
    maker: str | None
    reverses_entry_id: int | None
    adjusts_entry_id: int | None
    postings: tuple[CanonicalPosting, ...]


def canonical_entry_bytes(entry: CanonicalEntry) -> bytes:
    """Return the bytes that stand for the entry in every seal.

    :raises InvalidCanonicalEntry: no postings, postings not ascending by number, a payload hash that is not
      64 lower-case hex digits, or text that UTF-8 cannot carry.
    """
    if not entry.postings or any(
        earlier.number >= later.number for earlier, later in pairwise(entry.postings)
    ):
        raise InvalidCanonicalEntry(
            f"entry {entry.entry_id}: postings are missing or not ascending by number"
        )
    if _SHA256_HEX.fullmatch(entry.payload_sha256_hex) is None:
        raise InvalidCanonicalEntry(
            f"entry {entry.entry_id}: the payload hash is not 64 lower-case hex digits"
        )
    fields: list[str | int | date | None] = [
        ENTRY_VERSION,
        entry.book_code,
        entry.entry_id,
        entry.kind,
        entry.booking_date,
        entry.value_date,
        entry.narration,
        entry.source_reference,
        entry.caller,
        entry.idempotency_key,
        entry.payload_sha256_hex,
        entry.maker,
        entry.reverses_entry_id,
        entry.adjusts_entry_id,
        len(entry.postings),
    ]
    for posting in entry.postings:
        fields += [posting.number, posting.account_address, posting.unit_code, posting.amount_minor]
    try:
        return b"".join(_field(value) for value in fields)
    except UnicodeEncodeError as error:
        raise InvalidCanonicalEntry(f"entry {entry.entry_id}: text that UTF-8 cannot carry") from error


def payload_hash(payload: object) -> bytes:
    """Return the sha256 (32 bytes) of a payload's canonical JSON: what an idempotency key is bound to.

    Allowed: None, booleans, integers, strings, dates (as ISO strings), lists and tuples, mappings with string
    keys. Keys are sorted by code point, nothing is escaped but what JSON must, no blanks, UTF-8.

    :raises UnhashablePayload: anything else, floats, Decimals and instants above all.
    """
    plain = _plain(payload, "payload")
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    try:
        return hashlib.sha256(text.encode()).digest()
    except UnicodeEncodeError as error:
        raise UnhashablePayload("the payload holds text that UTF-8 cannot carry") from error


def _field(value: str | int | date | None) -> bytes:
    if value is None:
        return b"-,"
    content = (value.isoformat() if isinstance(value, date) else str(value)).encode()
    return b"%d:%s," % (len(content), content)


def _plain(value: object, where: str) -> object:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(item, f"{where}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise UnhashablePayload(f"{where}: a key is not a string but {type(key).__name__}")
        return {key: _plain(item, f"{where}.{key}") for key, item in value.items()}
    raise UnhashablePayload(f"{where}: {type(value).__name__} has no canonical spelling")
