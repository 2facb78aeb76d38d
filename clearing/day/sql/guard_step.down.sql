DROP TRIGGER guard_step ON day_daystep;
DROP FUNCTION day_guard_step();
