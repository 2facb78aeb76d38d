REVOKE INSERT (book_code, party_id, kind, channel, payload, idempotency_key)
ON accounts_outboxmessage FROM plimsoll_app;
GRANT INSERT ON accounts_outboxmessage TO plimsoll_app;
