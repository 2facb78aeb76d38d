DROP TRIGGER ledger_dayclose_closes ON ledger_dayclose;
DROP FUNCTION ledger_close_day();
DROP TRIGGER ledger_businessday_guard ON ledger_businessday;
DROP FUNCTION ledger_guard_business_day();
