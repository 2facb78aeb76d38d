DROP TRIGGER guard_delegation ON accounts_approvaldelegation;
DROP FUNCTION accounts_guard_delegation();
