-- See guard_replacement.sql, where the function is.
CREATE CONSTRAINT TRIGGER custody_statement_reading AFTER INSERT ON custody_statement
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (new.reading <> 1)
EXECUTE FUNCTION custody_check_reading();
