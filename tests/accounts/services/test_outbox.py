"""Queueing messages and recording their delivery."""

import datetime as dt

import pytest

from accounts.models import OutboxMessage, Party
from accounts.queries.staff import day_runner_id
from accounts.services.outbox import (
    DeliveryUnproven,
    MessageAlreadyDelivered,
    MessageDraft,
    MessageMissing,
    queue_messages,
    record_delivery,
)
from accounts.services.parties import register_party

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2008, 10, 10, 12, tzinfo=dt.UTC)


@pytest.fixture
def ada() -> Party:
    return register_party(
        code="C000001",
        kind="client",
        display_name="Ada Lovelace",
        actor_id=day_runner_id(),
        reason="the cast of a test",
    )


def call(ada: Party, *, key: str = "call/F000001/2008-10-10/email") -> MessageDraft:
    return MessageDraft(
        book_code="MAIN",
        party_id=ada.pk,
        kind="margin_call",
        channel="email",
        payload={"deposit_minor": 1_250_000, "deadline_on": "2008-10-14", "note": "追加保证金 100%"},
        idempotency_key=key,
    )


class TestQueueMessages:
    def test_queues_each_draft_undelivered(self, ada: Party) -> None:
        assert queue_messages(drafts=[call(ada), call(ada, key="another")]) == 2
        message = OutboxMessage.objects.get(idempotency_key="call/F000001/2008-10-10/email")
        assert message.payload == call(ada).payload
        assert (message.party, message.delivered_at, message.delivery_proof) == (ada, None, "")

    def test_queues_nothing_for_a_key_seen_before(self, ada: Party) -> None:
        assert queue_messages(drafts=[call(ada)]) == 1
        assert queue_messages(drafts=[call(ada), call(ada, key="new")]) == 1
        assert OutboxMessage.objects.count() == 2

    def test_does_nothing_without_drafts(self) -> None:
        assert queue_messages(drafts=[]) == 0

    def test_takes_one_statement_for_a_thousand(
        self, ada: Party, django_assert_num_queries: pytest.FixtureRequest
    ) -> None:
        drafts = [call(ada, key=f"key {number}") for number in range(1000)]
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert queue_messages(drafts=drafts) == 1000


class TestRecordDelivery:
    def test_keeps_the_proof(self, ada: Party) -> None:
        queue_messages(drafts=[call(ada)])
        message = OutboxMessage.objects.get()
        record_delivery(message_id=message.pk, delivered_at=NOON, delivery_proof="250 2.0.0 queued as 4711")
        message.refresh_from_db()
        assert (message.delivered_at, message.delivery_proof) == (NOON, "250 2.0.0 queued as 4711")

    def test_refuses_a_second_delivery(self, ada: Party) -> None:
        queue_messages(drafts=[call(ada)])
        message = OutboxMessage.objects.get()
        record_delivery(message_id=message.pk, delivered_at=NOON, delivery_proof="receipt 1")
        with pytest.raises(MessageAlreadyDelivered):
            record_delivery(message_id=message.pk, delivered_at=NOON, delivery_proof="receipt 2")

    def test_refuses_a_delivery_without_proof(self, ada: Party) -> None:
        queue_messages(drafts=[call(ada)])
        with pytest.raises(DeliveryUnproven):
            record_delivery(message_id=OutboxMessage.objects.get().pk, delivered_at=NOON, delivery_proof=" ")

    def test_refuses_a_message_that_does_not_exist(self) -> None:
        with pytest.raises(MessageMissing):
            record_delivery(message_id=0, delivered_at=NOON, delivery_proof="receipt")
