DROP TRIGGER marks_quote_fits_file ON marks_quote;
DROP FUNCTION marks_check_quotes();
