DROP TRIGGER ledger_clientexchangesettlement_append_only ON ledger_clientexchangesettlement;
DROP TRIGGER ledger_clientexchangesettlement_guard ON ledger_clientexchangesettlement;
DROP TRIGGER ledger_clientexchange_append_only ON ledger_clientexchange;
DROP TRIGGER ledger_clientexchange_guard ON ledger_clientexchange;
DROP FUNCTION ledger_guard_client_exchange_settlement();
DROP FUNCTION ledger_guard_client_exchange();
DROP FUNCTION ledger_entry_posts_exactly(bigint, text, integer, bigint[], bigint[]);
DROP FUNCTION ledger_lock_exchanges(integer);
