-- Rights of the application's login. Statements and their lines are only ever added; nothing is deleted.
GRANT INSERT ON custody_custodian, custody_custodyaccount, custody_custodyaccountunit, custody_cashhome TO plimsoll_app;
GRANT UPDATE (name) ON custody_custodian TO plimsoll_app;
GRANT UPDATE (custody_account_id) ON custody_cashhome TO plimsoll_app;

GRANT INSERT ON custody_payment, custody_transferinstruction TO plimsoll_app;
GRANT UPDATE (
    state, bank_reference, value_date, entitlement_account_id, booked_entry_id, resolved_entry_id
) ON custody_payment TO plimsoll_app;
GRANT UPDATE (state, debited_entry_id, credited_entry_id) ON custody_transferinstruction TO plimsoll_app;

GRANT INSERT ON
custody_statement, custody_statemententry, custody_statementbalance, custody_holdingline TO plimsoll_app;
