"""Queue messages to parties, in the transaction that gives rise to them, and record their delivery."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from django.db import connection, transaction

from accounts.models import OutboxMessage

QUEUE = """
INSERT INTO accounts_outboxmessage (book_code, party_id, kind, channel, payload, idempotency_key)
SELECT book_code, party_id, kind, channel, payload, idempotency_key
FROM jsonb_to_recordset(%s::jsonb) AS draft (
    book_code text, party_id bigint, kind text, channel text, payload jsonb, idempotency_key text
)
ON CONFLICT (idempotency_key) DO NOTHING
"""


class MessageMissing(Exception):
    """There is no such message."""


class MessageAlreadyDelivered(Exception):
    """This message has been delivered, and its proof recorded."""


class DeliveryUnproven(Exception):
    """A delivery is recorded with its proof: the receipt or identifier that the channel gave."""


@dataclass(frozen=True, kw_only=True)
class MessageDraft:
    """`idempotency_key` names the message for ever: the same key again queues nothing."""

    book_code: str
    party_id: int
    kind: str
    channel: str
    payload: Mapping[str, object]
    idempotency_key: str


def queue_messages(*, drafts: Sequence[MessageDraft]) -> int:
    """Queue any number of messages by one statement; return how many were new. Joins an atomic block.

    A step that runs again queues nothing again. Set-based callers may write `accounts_outboxmessage` by an
    INSERT .. SELECT of their own with the same conflict clause.

    Source: DESIGN 6 (one message per channel), DESIGN 2 (outbox).
    """
    if not drafts:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(QUEUE, [json.dumps([asdict(draft) for draft in drafts], ensure_ascii=False)])
        return int(cursor.rowcount)


def record_delivery(*, message_id: int, delivered_at: dt.datetime, delivery_proof: str) -> OutboxMessage:
    """Record that a message reached its channel, once. Joins or opens an atomic block; locks the message.

    :raises DeliveryUnproven: the proof is blank.
    :raises MessageMissing: no such message.
    :raises MessageAlreadyDelivered: its delivery is recorded.
    Source: DESIGN 6 (delivery proof).
    """
    if not delivery_proof.strip():
        raise DeliveryUnproven
    with transaction.atomic():
        message = OutboxMessage.objects.select_for_update().filter(pk=message_id).first()
        if message is None:
            raise MessageMissing
        if message.delivered_at is not None:
            raise MessageAlreadyDelivered
        message.delivered_at = delivered_at
        message.delivery_proof = delivery_proof
        message.save(update_fields=["delivered_at", "delivery_proof"])
    return message
