DROP TRIGGER guard_call ON margin_margincall;
DROP FUNCTION margin_guard_call();
