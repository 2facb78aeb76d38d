-- A seal is written with the hash of the last event of keys.
GRANT INSERT (key_event_hash) ON ledger_seal TO plimsoll_app;
