DROP TRIGGER corrections_correction_guard ON corrections_correction;
DROP FUNCTION corrections_guard_correction();
