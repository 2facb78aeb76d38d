DROP TRIGGER follow_level_changes ON margin_levelchange;
DROP FUNCTION margin_follow_level_changes();
