DROP TRIGGER contracts_interestaccrual_check ON contracts_interestaccrual;
DROP FUNCTION contracts_check_accruals();
