"""Publish, rotate and revoke the keys of seals: by two people, signed, chained, for ever."""

import datetime as dt
import hashlib

from django.db import connection, transaction

from accounts.models import Approval, ApprovalKind
from accounts.services.approvals import approve, execute_approval, propose_approval
from ledger.domain.seals import KeyStatement, statement_bytes
from ledger.models import SealKey, SealKeyEvent
from ledger.queries.seal_keys import key_in_force
from ledger.services.key_files import private_key_of
from ledger.services.refusals import SealKeyMissing, named_refusals

ALL_BOOKS = "ALL"


def publish_key(*, key_id: str, reason: str, maker_id: int, checker_id: int) -> SealKeyEvent:
    """Publish a key whose private file is at hand, where none is in force. Joins or opens an atomic block.

    It begins a line of trust: whoever relies on it compares its fingerprint by another way.

    :raises SealKeyMissing: its private key is not at hand.
    :raises KeyChangeOutOfOrder: a key is in force (rotate it), or this one was used before.
    :raises SelfApproval, CheckerNotPermitted: the checker may not.
    """
    return _record(
        event=SealKeyEvent.Event.PUBLISHED,
        key_id=key_id,
        signer_id=key_id,
        reason=reason,
        untrusted_from=None,
        maker_id=maker_id,
        checker_id=checker_id,
    )


def rotate_key(*, key_id: str, reason: str, maker_id: int, checker_id: int) -> SealKeyEvent:
    """Put a new key in force, signed by the one that was. Joins or opens an atomic block.

    :raises SealKeyMissing: no key is in force, or a private key is not at hand.
    :raises KeyChangeOutOfOrder: the new key was used before.
    :raises SelfApproval, CheckerNotPermitted: the checker may not.
    """
    signer_id = key_in_force()
    if signer_id is None:
        raise SealKeyMissing("no key is in force: publish one")
    private_key_of(key_id=key_id)
    return _record(
        event=SealKeyEvent.Event.ROTATED,
        key_id=key_id,
        signer_id=signer_id,
        reason=reason,
        untrusted_from=None,
        maker_id=maker_id,
        checker_id=checker_id,
    )


def revoke_key(
    *, key_id: str, reason: str, untrusted_from: dt.datetime | None, maker_id: int, checker_id: int
) -> SealKeyEvent:
    """Take a key out of use for good. Joins or opens an atomic block.

    Seals that it made at or after `untrusted_from` are not trusted any more; None doubts none yet made.
    Signed by the key in force if it is another, else by itself; unsigned where no private key is at hand,
    for a lost key must be revocable and a revocation only takes trust away.

    :raises KeyChangeOutOfOrder: the key was never published, or is revoked.
    :raises SelfApproval, CheckerNotPermitted: the checker may not.
    """
    signer_id = next((one for one in (key_in_force(), key_id) if one and _is_at_hand(one)), None)
    return _record(
        event=SealKeyEvent.Event.REVOKED,
        key_id=key_id,
        signer_id=signer_id,
        reason=reason,
        untrusted_from=untrusted_from,
        maker_id=maker_id,
        checker_id=checker_id,
    )


def _is_at_hand(key_id: str) -> bool:
    try:
        private_key_of(key_id=key_id)
    except SealKeyMissing:
        return False
    return True


def _record(
    *,
    event: SealKeyEvent.Event,
    key_id: str,
    signer_id: str | None,
    reason: str,
    untrusted_from: dt.datetime | None,
    maker_id: int,
    checker_id: int,
) -> SealKeyEvent:
    with named_refusals(), transaction.atomic():
        approval = _approved(
            event=event,
            key_id=key_id,
            reason=reason,
            untrusted_from=untrusted_from,
            maker_id=maker_id,
            checker_id=checker_id,
        )
        key = SealKey.objects.filter(pk=key_id).first()
        if key is None:
            public_key = private_key_of(key_id=key_id).public_key().public_bytes_raw()
            key = SealKey.objects.create(key_id=key_id, public_key=public_key)
        earlier = SealKeyEvent.objects.order_by("-event_no").first()
        statement = KeyStatement(
            event_no=earlier.event_no + 1 if earlier else 1,
            event=event.value,
            key_id=key_id,
            public_key=bytes(key.public_key).hex(),
            signer_id=signer_id,
            reason=reason,
            untrusted_from=untrusted_from,
            maker_id=maker_id,
            checker_id=checker_id,
            previous_hash=bytes(earlier.event_hash).hex() if earlier else None,
            recorded_at=_moment(),
        )
        content = statement_bytes(statement)
        return SealKeyEvent.objects.create(
            event_no=statement.event_no,
            event=event.value,
            key=key,
            signer_id=signer_id,
            reason=reason,
            untrusted_from=untrusted_from,
            approval=approval,
            maker_id=maker_id,
            checker_id=checker_id,
            previous_hash=earlier.event_hash if earlier else None,
            event_hash=hashlib.sha256(content).digest(),
            signature=private_key_of(key_id=signer_id).sign(content) if signer_id else b"",
            recorded_at=statement.recorded_at,
        )


def _approved(
    *,
    event: SealKeyEvent.Event,
    key_id: str,
    reason: str,
    untrusted_from: dt.datetime | None,
    maker_id: int,
    checker_id: int,
) -> Approval:
    """Propose, approve and use up, by two people who are both at hand."""
    subject = f"{ALL_BOOKS}/{event.value} {key_id}"
    payload = {
        "event": event.value,
        "key": key_id,
        "reason": reason,
        "untrusted_from": untrusted_from.isoformat() if untrusted_from else None,
    }
    proposal = propose_approval(
        book_code=ALL_BOOKS,
        kind=ApprovalKind.CHANGE_SEAL_KEYS,
        subject=subject,
        payload=payload,
        maker_id=maker_id,
    )
    approve(approval_id=proposal.pk, checker_id=checker_id)
    return execute_approval(
        approval_id=proposal.pk, kind=ApprovalKind.CHANGE_SEAL_KEYS, subject=subject, payload=payload
    )


def _moment() -> dt.datetime:
    """The database's own time: what it will compare with."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    assert isinstance(moment, dt.datetime)
    return moment
