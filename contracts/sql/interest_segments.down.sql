DROP FUNCTION contracts_interest_weigh(bigint, date, date);
DROP FUNCTION contracts_interest_segments(bigint, date, date);
