DO $$
BEGIN
    DROP RULE ledger_holdevent_no_merge ON ledger_holdevent;
    DROP RULE ledger_hold_no_merge ON ledger_hold;
END
$$;
REVOKE INSERT ON ledger_holdevent FROM plimsoll_app;
REVOKE INSERT ON ledger_hold FROM plimsoll_app;
