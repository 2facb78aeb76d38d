DROP TRIGGER ledger_officialrate_append_only ON ledger_officialrate;
DROP TRIGGER ledger_officialrate_guard ON ledger_officialrate;
DROP FUNCTION ledger_guard_official_rate();
DROP FUNCTION ledger_lock_official_rates(integer);
DROP FUNCTION ledger_convert_minor(bigint, numeric, boolean, smallint, smallint);
