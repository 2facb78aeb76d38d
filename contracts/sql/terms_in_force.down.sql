DROP FUNCTION contracts_amended_terms(date);
DROP VIEW contracts_termsinforce;
