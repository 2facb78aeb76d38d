REVOKE INSERT ON reconciliation_unmatch FROM plimsoll_app;
