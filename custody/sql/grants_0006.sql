-- Which statement took the place of which is only ever added.
GRANT INSERT ON custody_statementreplacement TO plimsoll_app;
