DROP TRIGGER guard_chunk ON day_daychunk;
DROP FUNCTION day_guard_chunk();
