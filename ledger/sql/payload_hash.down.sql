DROP FUNCTION ledger_payload_hash (text, date, text, text, bigint, bigint, text);
