DROP TRIGGER custody_statement_reading ON custody_statement;
DROP FUNCTION custody_check_reading();
