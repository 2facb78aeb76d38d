DROP FUNCTION contracts_year_parts(text, date, date, date, date);
DROP FUNCTION contracts_day_weight(text, date, date, date);
DROP FUNCTION contracts_thirty_days(text, date, date, date);
DROP FUNCTION contracts_leap_days(date);
