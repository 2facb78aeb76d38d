DROP TRIGGER custody_holdingline_check ON custody_holdingline;
DROP TRIGGER custody_statementbalance_check ON custody_statementbalance;
DROP TRIGGER custody_statemententry_check ON custody_statemententry;
DROP FUNCTION custody_check_lines();
DROP TRIGGER custody_statement_stamp ON custody_statement;
DROP FUNCTION custody_stamp_statement();
