-- When a message was queued is the database's to say, and that it was delivered comes after it was queued.
REVOKE INSERT ON accounts_outboxmessage FROM plimsoll_app;
GRANT INSERT (book_code, party_id, kind, channel, payload, idempotency_key) ON accounts_outboxmessage TO plimsoll_app;
