GRANT INSERT (
    book_id, unit_id, base_unit_id, rate_date, rate, source, version, approval_id, maker_id, recorded_at
) ON ledger_officialrate TO plimsoll_app;
GRANT INSERT (
    book_id, reference, custodian_code, sold_account_id, sold_minor, bought_account_id, bought_minor, trade_date,
    settlement_date, entry_id
) ON ledger_clientexchange TO plimsoll_app;
GRANT INSERT (exchange_id, attempt, entry_id) ON ledger_clientexchangesettlement TO plimsoll_app;
GRANT INSERT (
    book_id, business_date, run_no, translated_entry_id, entry_id, maker_id, recorded_at
) ON ledger_revaluation TO plimsoll_app;
GRANT INSERT (
    revaluation_id, unit_id, rate_id, quantity_minor, cost_minor, unrealised_minor, day_postings
) ON ledger_revaluationline TO plimsoll_app;
GRANT EXECUTE ON FUNCTION
ledger_lock_positions(integer), ledger_lock_exchanges(integer), ledger_lock_official_rates(integer)
TO plimsoll_app;
