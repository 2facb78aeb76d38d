DROP TRIGGER contracts_fundingtranche_rule ON contracts_fundingtranche;
DROP FUNCTION contracts_check_tranches();
