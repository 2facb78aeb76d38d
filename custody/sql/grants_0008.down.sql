REVOKE INSERT ON custody_replacementeffect FROM plimsoll_app;
