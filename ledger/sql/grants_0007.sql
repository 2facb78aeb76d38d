-- What the application's login may write of seals and keys: to add, never to change.
GRANT INSERT (
    book_id, seal_no, day_close_id, first_position, tree_size, root_hash, chart_id, trial_balance_digest,
    previous_hash, seal_hash, key_id, signature, recorded_at
) ON ledger_seal TO plimsoll_app;
GRANT INSERT ON ledger_sealnode, ledger_sealchart, ledger_sealkey TO plimsoll_app;
GRANT INSERT (
    event_no, event, key_id, signer_id, reason, untrusted_from, approval_id, maker_id, checker_id, previous_hash,
    event_hash, signature, recorded_at
) ON ledger_sealkeyevent TO plimsoll_app;
GRANT EXECUTE ON FUNCTION ledger_netstring(text), ledger_instant(timestamptz) TO plimsoll_app;
GRANT EXECUTE ON FUNCTION ledger_canonical_accounts(bigint[]) TO plimsoll_app;
GRANT EXECUTE ON FUNCTION ledger_canonical_entries(integer, bigint, bigint) TO plimsoll_app;
GRANT EXECUTE ON FUNCTION ledger_entry_leaves(integer, bigint, bigint) TO plimsoll_app;
GRANT EXECUTE ON FUNCTION ledger_chart_rows(integer), ledger_chart_text(integer) TO plimsoll_app;
GRANT EXECUTE ON FUNCTION ledger_trial_balance_text(integer) TO plimsoll_app;
GRANT EXECUTE ON FUNCTION ledger_seal_header(ledger_seal) TO plimsoll_app;
GRANT EXECUTE ON FUNCTION ledger_seal_key_statement(ledger_sealkeyevent) TO plimsoll_app;
GRANT EXECUTE ON FUNCTION ledger_seal_key_in_force() TO plimsoll_app;
