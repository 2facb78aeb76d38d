DROP TRIGGER ledger_restriction_guard ON ledger_restriction;
DROP FUNCTION ledger_guard_restriction();
