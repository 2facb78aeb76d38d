REVOKE INSERT ON custody_statementreplacement FROM plimsoll_app;
