-- What unmakes a match is only ever added.
GRANT INSERT ON reconciliation_unmatch TO plimsoll_app;
