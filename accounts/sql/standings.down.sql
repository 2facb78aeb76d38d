DROP FUNCTION accounts_suitability_faults(bigint, date);
DROP FUNCTION accounts_standings(bigint[], date);
