REVOKE INSERT, UPDATE ON
custody_custodian, custody_custodyaccount, custody_custodyaccountunit, custody_cashhome, custody_payment,
custody_transferinstruction, custody_statement, custody_statemententry, custody_statementbalance, custody_holdingline
FROM plimsoll_app;
