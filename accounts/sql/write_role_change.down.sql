DROP TRIGGER write_role_change ON accounts_user_groups;
DROP FUNCTION accounts_write_role_change();
