DROP TRIGGER custody_cashhome_guard ON custody_cashhome;
DROP FUNCTION custody_guard_home();
DROP TRIGGER custody_custodyaccountunit_guard ON custody_custodyaccountunit;
DROP FUNCTION custody_guard_account_unit();
DROP TRIGGER custody_custodyaccount_guard ON custody_custodyaccount;
DROP FUNCTION custody_guard_account();
