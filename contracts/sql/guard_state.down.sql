DROP TRIGGER contracts_financingcontract_guard ON contracts_financingcontract;
DROP FUNCTION contracts_guard_state();
