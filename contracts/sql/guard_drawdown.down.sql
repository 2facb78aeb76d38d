REVOKE INSERT ON contracts_drawdown FROM plimsoll_app;
DROP TRIGGER contracts_drawdown_append_only ON contracts_drawdown;
DROP TRIGGER contracts_drawdown_rule ON contracts_drawdown;
DROP FUNCTION contracts_check_drawdowns();
DROP TRIGGER contracts_drawdown_permits_entry ON ledger_journalentry;
DROP FUNCTION contracts_check_drawdown_entry();
