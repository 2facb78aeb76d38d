"""The canonical bytes of a payload: what a checker approves is exactly what is executed.

JSON with sorted keys and no blanks, in UTF-8. Only strings, integers, truth values, null, lists and objects
with string keys: a float has no exact text, and a date or Decimal has several.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence

Payload = Mapping[str, object]


class UnfitPayload(Exception):
    """A payload holds strings, integers, truth values, null, lists and objects only; write dates as text."""


def canonical_bytes(payload: Payload) -> bytes:
    """:raises UnfitPayload: the payload holds something without one exact text."""
    refuse_inexact(payload)
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def payload_hash(payload: Payload) -> bytes:
    """SHA-256 of the canonical bytes, 32 bytes."""
    return hashlib.sha256(canonical_bytes(payload)).digest()


def refuse_inexact(value: object) -> None:
    if value is None or isinstance(value, str | int):
        return
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise UnfitPayload
        for part in value.values():
            refuse_inexact(part)
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        for part in value:
            refuse_inexact(part)
    else:
        raise UnfitPayload
