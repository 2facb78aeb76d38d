DROP FUNCTION ledger_snapshot_day(integer, date, smallint);
DROP FUNCTION ledger_snapshot_values(integer, date, smallint);
