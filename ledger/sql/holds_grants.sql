-- The application places holds and says what becomes of them; nobody chooses an id, or what is still open.
GRANT INSERT (
    book_id, account_id, amount_minor, reason, source, caller, idempotency_key, placed_on, expires_on, maker_id
) ON ledger_hold TO plimsoll_app;
GRANT INSERT (
    hold_id, event, amount_minor, entry_id, reason, caller, idempotency_key, business_date, maker_id
) ON ledger_holdevent TO plimsoll_app;
GRANT EXECUTE ON FUNCTION ledger_lock_balances(bigint[]) TO plimsoll_app;

-- Nobody needs MERGE here: see no_merge.sql.
DO $$
BEGIN
    CREATE RULE ledger_hold_no_merge AS ON DELETE TO ledger_hold WHERE false DO INSTEAD NOTHING;
    CREATE RULE ledger_holdevent_no_merge AS ON DELETE TO ledger_holdevent WHERE false DO INSTEAD NOTHING;
END
$$;
