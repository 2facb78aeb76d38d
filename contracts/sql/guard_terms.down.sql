DROP TRIGGER contracts_termsversion_guard ON contracts_termsversion;
DROP FUNCTION contracts_guard_terms();
