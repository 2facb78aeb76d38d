"""The canonical bytes of a journal entry, and the hash of a request's payload.

What a seal covers must have one spelling, for ever and in any language. Each version is a sequence of
fields, each length-prefixed, so that no content can look like a boundary:

field = decimal length of the UTF-8 bytes, ":", the bytes, ","      (a netstring)
None  = "-,"                                                        (no length, so never a text)

"plimsoll-account-v1", of which postings carry the SHA-256: version, account id, book code, address, unit
code, unit kind, unit exponent, ring, role, category number, owner's party code or None, contract code,
limit, whether it is hot, expected age in days or None.

"plimsoll-entry-v2": version, book code, position, entry id, kind, booking date, value date, narration,
source reference, caller, idempotency key, payload sha256, number of postings as written, maker's user id,
id of the entry reversed or None, id of the entry adjusted or None, instant of recording, creating
transaction id, number of postings that follow; then for each posting by ascending number: number, SHA-256
of its account, unit code, book code, value date, amount in minor units. A posting's booking date is the
entry's, or it is not found at all.

Integers are decimal without leading zeros or plus sign, dates ISO 8601 (2026-01-31), instants UTC with six
decimals (2026-01-31T17:04:05.000000Z), truth `true` or `false`, hashes 64 lower-case hex digits. Text is
taken as stored: no normalisation. People stand by the number of their user, never by a name: what is sealed
is never erased.

The database computes the same bytes by itself, for many entries at once (ledger/sql/canonical_entries.sql);
a property test holds the two equal.

Source: DESIGN 3 (seals; no personal data in anything sealed); decision 27.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise

ENTRY_VERSION = "plimsoll-entry-v2"
ACCOUNT_VERSION = "plimsoll-account-v1"

_SHA256_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)

Field = str | int | bool | date | datetime | None


class InvalidCanonicalEntry(ValueError):
    """The entry has no canonical form: no postings, postings out of order, a bad hash, broken text."""


class UnhashablePayload(TypeError):
    """The payload holds something without one canonical spelling, such as a float or an instant."""


@dataclass(frozen=True, slots=True)
class CanonicalAccount:
    """An account as postings are sealed to it."""

    account_id: int
    book_code: str
    address: str
    unit_code: str
    unit_kind: str
    unit_exponent: int
    ring: str
    role: str
    category_number: int
    owner_code: str | None
    contract_code: str
    limit: str
    is_hot: bool
    expected_age_days: int | None


@dataclass(frozen=True, slots=True)
class CanonicalPosting:
    """One posting: ``amount_minor`` signed, debit positive."""

    number: int
    account_sha256_hex: str
    unit_code: str
    book_code: str
    value_date: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class CanonicalEntry:
    """What is sealed of a journal entry. ``postings`` ascend by number."""

    book_code: str
    position: int
    entry_id: int
    kind: str
    booking_date: date
    value_date: date
    narration: str
    source_reference: str
    caller: str
    idempotency_key: str
    payload_sha256_hex: str
    posting_count: int
    maker_id: int
    reverses_entry_id: int | None
    adjusts_entry_id: int | None
    recorded_at: datetime
    creating_xid: int
    postings: tuple[CanonicalPosting, ...]


def canonical_entry_bytes(entry: CanonicalEntry) -> bytes:
    """Return the bytes that stand for the entry in every seal.

    :raises InvalidCanonicalEntry: no postings, postings not ascending by number, a hash that is not 64
      lower-case hex digits, or text that UTF-8 cannot carry.
    """
    if not entry.postings or any(
        earlier.number >= later.number for earlier, later in pairwise(entry.postings)
    ):
        raise InvalidCanonicalEntry(
            f"entry {entry.entry_id}: postings are missing or not ascending by number"
        )
    hashes = [entry.payload_sha256_hex, *(posting.account_sha256_hex for posting in entry.postings)]
    if not all(_SHA256_HEX.fullmatch(text) for text in hashes):
        raise InvalidCanonicalEntry(f"entry {entry.entry_id}: a hash is not 64 lower-case hex digits")
    fields: list[Field] = [
        ENTRY_VERSION,
        entry.book_code,
        entry.position,
        entry.entry_id,
        entry.kind,
        entry.booking_date,
        entry.value_date,
        entry.narration,
        entry.source_reference,
        entry.caller,
        entry.idempotency_key,
        entry.payload_sha256_hex,
        entry.posting_count,
        entry.maker_id,
        entry.reverses_entry_id,
        entry.adjusts_entry_id,
        entry.recorded_at,
        entry.creating_xid,
        len(entry.postings),
    ]
    for posting in entry.postings:
        fields += [
            posting.number,
            posting.account_sha256_hex,
            posting.unit_code,
            posting.book_code,
            posting.value_date,
            posting.amount_minor,
        ]
    try:
        return netstrings(fields)
    except UnicodeEncodeError as error:
        raise InvalidCanonicalEntry(f"entry {entry.entry_id}: text that UTF-8 cannot carry") from error


def account_sha256_hex(account: CanonicalAccount) -> str:
    """Return the hash by which postings name the account in sealed bytes."""
    content = netstrings(
        [
            ACCOUNT_VERSION,
            account.account_id,
            account.book_code,
            account.address,
            account.unit_code,
            account.unit_kind,
            account.unit_exponent,
            account.ring,
            account.role,
            account.category_number,
            account.owner_code,
            account.contract_code,
            account.limit,
            account.is_hot,
            account.expected_age_days,
        ]
    )
    return hashlib.sha256(content).hexdigest()


def netstrings(fields: list[Field]) -> bytes:
    """Return the fields in their canonical spelling, one after the other.

    :raises UnicodeEncodeError: a text that UTF-8 cannot carry.
    """
    return b"".join(_field(value) for value in fields)


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


def _field(value: Field) -> bytes:
    if value is None:
        return b"-,"
    content = _text(value).encode()
    return b"%d:%s," % (len(content), content)


def _text(value: str | int | bool | date | datetime) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return instant_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def instant_text(value: datetime) -> str:
    """Return an instant in UTC with six decimals."""
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


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
