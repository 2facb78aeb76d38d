DROP TRIGGER guard_break ON reconciliation_reconciliationbreak;
DROP FUNCTION reconciliation_guard_break();
