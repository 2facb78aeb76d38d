DROP TRIGGER contracts_dispute_guard ON contracts_dispute;
DROP FUNCTION contracts_guard_dispute();
