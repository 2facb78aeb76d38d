-- What the application's login may write in Django's own tables. All else stays as a new table starts: to be read only.

GRANT INSERT, UPDATE ON accounts_user TO plimsoll_app;
GRANT INSERT, DELETE ON accounts_user_groups, accounts_user_user_permissions TO plimsoll_app;
GRANT INSERT, UPDATE, DELETE ON auth_group, auth_group_permissions TO plimsoll_app;
GRANT INSERT, UPDATE, DELETE ON django_session TO plimsoll_app;
GRANT INSERT ON django_admin_log TO plimsoll_app;
