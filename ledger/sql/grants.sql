-- What the application's login may write; every other right on the ledger's tables is withheld. Nobody chooses an
-- id: a close inserted under one that exists, ON CONFLICT DO NOTHING, would shut its day and leave no row.
GRANT INSERT ON ledger_book, ledger_unit, ledger_tradingsession TO plimsoll_app;
GRANT INSERT (
    book_id, address, unit_id, ring, role, category_id, owner_id, contract_code, "limit", is_hot, expected_age_days
) ON ledger_account TO plimsoll_app;
GRANT INSERT (
    day_id, approval_id, maker_id, checker_id, last_position, recorded_at
) ON ledger_dayclose TO plimsoll_app;
GRANT INSERT (
    book_id, kind_id, booking_date, value_date, narration, source_reference, caller, idempotency_key,
    payload_hash, posting_count, maker_id, reverses_id, adjusts_id
) ON ledger_journalentry TO plimsoll_app;
GRANT INSERT ON ledger_posting TO plimsoll_app;
GRANT INSERT ON ledger_businessday, ledger_restriction TO plimsoll_app;
GRANT UPDATE (lifted_on) ON ledger_restriction TO plimsoll_app;
GRANT EXECUTE ON FUNCTION ledger_stamp_positions(integer) TO plimsoll_app;
