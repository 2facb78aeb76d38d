DROP TRIGGER marks_mark_versions ON marks_mark;
DROP FUNCTION marks_check_version();
