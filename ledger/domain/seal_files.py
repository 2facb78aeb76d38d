"""Seals as a file that somebody else holds: one JSON document, read back exactly.

{"seals": [{"header": {...}, "seal_hash": hex, "signature": hex, "public_key": hex}, ...]}; the fields of a
header are those of `ledger.domain.seals.SealHeader`, dates and instants as in the canonical bytes. A header
of the first version has no `key_event_hash`.
"""

import json
from dataclasses import dataclass, fields
from datetime import date, datetime

from ledger.domain.canonical import instant_text
from ledger.domain.seals import SealHeader

LATER = "key_event_hash"
"""The field that only headers of the second version have."""


class DamagedSealFile(ValueError):
    """The file is not what `seals --json` wrote."""


@dataclass(frozen=True, slots=True)
class OutsideSeal:
    """A seal as it is exported, held elsewhere and compared: its header, and the rest in hex."""

    header: SealHeader
    seal_hash: str
    signature: str
    public_key: str


def seal_document(seal: OutsideSeal) -> dict[str, object]:
    """Return the seal as it is written."""
    return {
        "header": {
            one.name: _plain(getattr(seal.header, one.name))
            for one in fields(SealHeader)
            if one.name != LATER or seal.header.key_event_hash is not None
        },
        "seal_hash": seal.seal_hash,
        "signature": seal.signature,
        "public_key": seal.public_key,
    }


def read_seals(text: str) -> list[OutsideSeal]:
    """Return the seals of a file.

    :raises DamagedSealFile: it is no such file, or misses or adds a field.
    """
    try:
        document = json.loads(text)
        return [_seal(one) for one in document["seals"]]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedSealFile(str(error)) from error


def _seal(document: dict[str, object]) -> OutsideSeal:
    said = document["header"]
    assert isinstance(said, dict)
    if {*said, LATER} != {one.name for one in fields(SealHeader)} or said.get(LATER, "") is None:
        raise DamagedSealFile("a header misses or adds a field")
    plain = {
        **said,
        "business_date": date.fromisoformat(said["business_date"]),
        "closed_at": datetime.fromisoformat(said["closed_at"]),
        "recorded_at": datetime.fromisoformat(said["recorded_at"]),
    }
    hexes = {name: str(document[name]) for name in ("seal_hash", "signature", "public_key")}
    for value in hexes.values():
        bytes.fromhex(value)
    return OutsideSeal(header=SealHeader(**plain), **hexes)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return instant_text(value)
    return value.isoformat() if isinstance(value, date) else value
