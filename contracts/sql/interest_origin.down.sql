DROP FUNCTION contracts_interest_origin(bigint, date);
