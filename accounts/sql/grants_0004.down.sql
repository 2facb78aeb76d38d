GRANT INSERT, UPDATE, DELETE ON auth_group, auth_group_permissions TO plimsoll_app;
GRANT INSERT, DELETE ON accounts_user_user_permissions TO plimsoll_app;
REVOKE INSERT, UPDATE ON accounts_party, accounts_approval, accounts_outboxmessage FROM plimsoll_app;
