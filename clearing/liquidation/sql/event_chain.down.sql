DROP TRIGGER chain_event ON liquidation_liquidationevent;
DROP FUNCTION liquidation_chain_event();
DROP FUNCTION liquidation_event_digest(bytea, bigint, integer, text, date, bigint, text, jsonb);
