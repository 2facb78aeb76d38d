DROP FUNCTION ledger_payload_hash(text, text, text, date, text, text, bigint, bigint, text);
