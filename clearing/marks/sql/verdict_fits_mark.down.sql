DROP TRIGGER marks_quoteverdict_fits_mark ON marks_quoteverdict;
DROP FUNCTION marks_check_verdicts();
