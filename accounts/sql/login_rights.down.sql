REVOKE INSERT, UPDATE ON accounts_user FROM plimsoll_app;
REVOKE INSERT, DELETE ON accounts_user_groups, accounts_user_user_permissions FROM plimsoll_app;
REVOKE INSERT, UPDATE, DELETE ON auth_group, auth_group_permissions FROM plimsoll_app;
REVOKE INSERT, UPDATE, DELETE ON django_session FROM plimsoll_app;
REVOKE INSERT ON django_admin_log FROM plimsoll_app;
