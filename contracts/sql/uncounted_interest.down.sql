DROP FUNCTION contracts_uncounted_interest(bigint, date);
DROP FUNCTION contracts_one_day_interest(bigint, date);
