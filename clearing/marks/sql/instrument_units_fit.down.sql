DROP TRIGGER marks_instrument_units_fit ON marks_instrument;
DROP FUNCTION marks_check_instrument();
