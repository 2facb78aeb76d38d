"""The check of `verify_ledger` that proves who signed: seals, events of keys, and who was in force."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from django.db import connection

from ledger.domain.seals import SealHeader, header_bytes, is_signed, statement_bytes
from ledger.models import Seal, SealKey, SealKeyEvent
from ledger.queries.seal_texts import statement_of
from ledger.queries.verification_check import Found

_UNAPPROVED = """
SELECT e.event_no
FROM ledger_sealkeyevent AS e
LEFT JOIN accounts_approval AS a ON a.id = e.approval_id
WHERE (a.kind, a.subject, a.maker_id, a.checker_id, a.status)
    IS DISTINCT FROM
    ('change_seal_keys', 'ALL/' || e.event || ' ' || e.key_id, e.maker_id, e.checker_id, 'executed')
"""


def check_signatures(*, seals: Sequence[Seal], headers: Mapping[int, SealHeader]) -> Found:
    """Return what is wrong with the keys of these seals, and with the events of all keys. Reads only."""
    found = Found("seals_signed")
    keys = {key.pk: bytes(key.public_key) for key in SealKey.objects.all()}
    events = list(SealKeyEvent.objects.order_by("event_no"))
    found.findings += _broken_events(events, keys)
    found.findings += _misnamed_events(seals, events)
    if missing := sorted(({one.key_id for one in seals} | {one.key_id for one in events}) - keys.keys()):
        found.reason = f"no public key {', '.join(missing)} to look with"
    for seal in seals:
        header = headers.get(seal.pk)
        if header is None or seal.key_id not in keys:
            continue
        if not is_signed(keys[seal.key_id], bytes(seal.signature), header_bytes(header)):
            found.findings.append(f"seal {seal.seal_no}: the signature is not of key {seal.key_id}")
        if doubt := _doubt(seal, events):
            found.findings.append(f"seal {seal.seal_no}: key {seal.key_id} {doubt}")
    return found


def _broken_events(events: Sequence[SealKeyEvent], keys: dict[str, bytes]) -> Iterator[str]:
    previous, moment = None, None
    for number, event in enumerate(events, start=1):
        stored = None if event.previous_hash is None else bytes(event.previous_hash)
        if event.event_no != number or stored != previous or (moment and event.recorded_at < moment):
            yield f"key event {event.event_no}: does not follow from the one before"
        previous, moment = bytes(event.event_hash), event.recorded_at
        if event.key_id not in keys:
            continue
        content = statement_bytes(statement_of(event=event, public_key=keys[event.key_id]))
        if previous != hashlib.sha256(content).digest():
            yield f"key event {event.event_no}: its hash is not that of what it says"
        signer = keys.get(event.signer_id or "")
        if not (event.event == SealKeyEvent.Event.REVOKED and event.signer_id is None) and (
            signer is None or not is_signed(signer, bytes(event.signature), content)
        ):
            yield f"key event {event.event_no}: is not signed by key {event.signer_id}"
    yield from _out_of_order(events)
    with connection.cursor() as cursor:
        cursor.execute(_UNAPPROVED)
        for (event_no,) in cursor.fetchall():
            yield f"key event {event_no}: is not what two people approved"


def _misnamed_events(seals: Sequence[Seal], events: Sequence[SealKeyEvent]) -> Iterator[str]:
    """Each seal names the last event of keys that there was: none is dropped or rewritten unseen."""
    known = {bytes(event.event_hash): event for event in events}
    must_name = False
    for seal in seals:
        if seal.key_event_hash is None:
            if must_name:
                yield f"seal {seal.seal_no}: names no event of keys, though the one before does"
            continue
        must_name = True
        named = known.get(bytes(seal.key_event_hash))
        then = [event for event in events if event.recorded_at <= seal.recorded_at]
        if named is None:
            yield f"seal {seal.seal_no}: the event of keys that it names is not there"
        elif not then or named is not then[-1]:
            number = named.event_no
            yield f"seal {seal.seal_no}: names key event {number}, which was not the last when it was made"


def _out_of_order(events: Sequence[SealKeyEvent]) -> Iterator[str]:
    """A key comes into force once: by itself where none is, else by the signature of the one that is."""
    known: set[str] = set()
    revoked: set[str] = set()
    in_force = None
    for event in events:
        key, signer = event.key_id, event.signer_id
        is_in_order = {
            SealKeyEvent.Event.PUBLISHED.value: key not in known and in_force is None and signer == key,
            SealKeyEvent.Event.ROTATED.value: key not in known
            and in_force is not None
            and signer == in_force,
            SealKeyEvent.Event.REVOKED.value: key in known
            and key not in revoked
            and signer in (None, key, in_force),
        }.get(event.event, False)
        if not is_in_order:
            yield f"key event {event.event_no}: {event.event} by {signer} is not in order"
        known.add(key)
        if event.event == SealKeyEvent.Event.REVOKED:
            revoked.add(key)
            in_force = None if key == in_force else in_force
        else:
            in_force = key


def _doubt(seal: Seal, events: Sequence[SealKeyEvent]) -> str:
    """Why the key could not sign this seal; empty if it could."""
    in_force = ""
    for event in events:
        if event.event == SealKeyEvent.Event.REVOKED:
            since = event.untrusted_from
            if event.key_id == seal.key_id and since and since <= seal.recorded_at:
                return f"is revoked, and not trusted from {since.isoformat()}"
            if event.recorded_at <= seal.recorded_at and event.key_id == in_force:
                in_force = ""
        elif event.recorded_at <= seal.recorded_at:
            in_force = event.key_id
    return "" if in_force == seal.key_id else "was not in force when it was made"
