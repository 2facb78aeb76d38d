-- Rights of the application's login. History and role changes are written by triggers alone; nothing is deleted.
GRANT INSERT, UPDATE ON accounts_party, accounts_approval, accounts_outboxmessage TO plimsoll_app;

-- Rights follow from roles, and roles from groups, whose changes are recorded. A right given to one person, or a group
-- redefined, would leave no such record: that takes a migration.
REVOKE INSERT, DELETE ON accounts_user_user_permissions FROM plimsoll_app;
REVOKE INSERT, UPDATE, DELETE ON auth_group, auth_group_permissions FROM plimsoll_app;
