"""What a seal signs, what an event of a key signs, and whether a signature holds.

The header of a seal is a sequence of netstrings (ledger.domain.canonical): "plimsoll-seal-v2", book code,
seal number, business date, number of the close of that day, its approval, user ids of its maker and checker,
its instant, first position, tree size, root, digest of the chart, digest of the trial balance, hash of the
seal before or None, key, instant, hash of the last event of keys. Seals made before that last field was
thought of begin with "plimsoll-seal-v1", do without it, and stay as they are.

The statement of a key event: "plimsoll-key-event-v1", number, event, key, public key in hex, the key that
signs or None, reason, the instant from which seals are not trusted or None, user ids of maker and checker,
hash of the event before or None, instant.

The hash of each is the SHA-256 of these bytes, and the bytes are what Ed25519 signs. The database spells both
by itself (ledger/sql/seal_texts.sql) and refuses a row whose hash is not that of its columns.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.domain.canonical import Field, netstrings

SEAL_VERSION = "plimsoll-seal-v2"
SEAL_VERSION_WITHOUT_KEY_EVENT = "plimsoll-seal-v1"
KEY_EVENT_VERSION = "plimsoll-key-event-v1"
TRIAL_BALANCE_VERSION = "plimsoll-trial-balance-v1"


@dataclass(frozen=True, slots=True)
class SealHeader:
    """What a seal says; hashes in hex. `key_event_hash` is None in the first version alone."""

    book_code: str
    seal_no: int
    business_date: date
    close_no: int
    approval_id: int
    maker_id: int
    checker_id: int
    closed_at: datetime
    first_position: int
    tree_size: int
    root: str
    chart_digest: str
    trial_balance_digest: str
    previous_hash: str | None
    key_id: str
    recorded_at: datetime
    key_event_hash: str | None = None


@dataclass(frozen=True, slots=True)
class KeyStatement:
    """What an event of a key says; hashes and keys in hex."""

    event_no: int
    event: str
    key_id: str
    public_key: str
    signer_id: str | None
    reason: str
    untrusted_from: datetime | None
    maker_id: int
    checker_id: int
    previous_hash: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class TrialBalanceRow:
    """One line of a sealed trial balance: accounts not at zero, and what they hold on either side."""

    unit_code: str
    ring: str
    category_number: int
    accounts: int
    debit_minor: int
    credit_minor: int


def header_bytes(header: SealHeader) -> bytes:
    """Return what a seal signs."""
    *said, key_event_hash = _fields(header)
    if key_event_hash is None:
        return netstrings([SEAL_VERSION_WITHOUT_KEY_EVENT, *said])
    return netstrings([SEAL_VERSION, *said, key_event_hash])


def statement_bytes(statement: KeyStatement) -> bytes:
    """Return what an event of a key signs."""
    return netstrings([KEY_EVENT_VERSION, *_fields(statement)])


def trial_balance_digest(rows: list[TrialBalanceRow]) -> str:
    """Return the digest of a trial balance, whatever the order of its lines."""
    ordered = sorted(rows, key=lambda row: (row.unit_code, row.ring, row.category_number))
    lines = [" ".join(str(getattr(row, name)) for name in row.__slots__) for row in ordered]
    return hashlib.sha256("\n".join([TRIAL_BALANCE_VERSION, *lines]).encode()).hexdigest()


def key_id_of(public_key: bytes) -> str:
    """Return the name of a public key."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def is_signed(public_key: bytes, signature: bytes, content: bytes) -> bool:
    """Whether the signature over the content is by the key."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _fields(said: SealHeader | KeyStatement) -> list[Field]:
    return [getattr(said, name) for name in said.__slots__]
