REVOKE ALL ON FUNCTION
ledger_lock_positions(integer), ledger_lock_exchanges(integer), ledger_lock_official_rates(integer)
FROM plimsoll_app;
REVOKE ALL ON
ledger_officialrate, ledger_clientexchange, ledger_clientexchangesettlement, ledger_revaluation, ledger_revaluationline
FROM plimsoll_app;
