DROP TRIGGER guard_unmatch ON reconciliation_unmatch;
DROP FUNCTION reconciliation_guard_unmatch();
