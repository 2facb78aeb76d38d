-- Rights of the application's login. Runs and matches are only ever added; breaks are never deleted.
GRANT INSERT ON
reconciliation_reconciliationrun, reconciliation_runstatement, reconciliation_balancecomparison,
reconciliation_match, reconciliation_matchallocation, reconciliation_reconciliationbreak TO plimsoll_app;
GRANT UPDATE ON reconciliation_reconciliationbreak TO plimsoll_app;
