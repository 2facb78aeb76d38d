REVOKE INSERT (key_event_hash) ON ledger_seal FROM plimsoll_app;
