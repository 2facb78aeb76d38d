REVOKE EXECUTE ON FUNCTION ledger_stamp_positions(integer) FROM plimsoll_app;
REVOKE ALL ON
ledger_book, ledger_unit, ledger_account, ledger_tradingsession, ledger_dayclose, ledger_journalentry,
ledger_posting, ledger_businessday, ledger_restriction
FROM plimsoll_app;
