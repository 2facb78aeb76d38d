DROP TRIGGER guard_party ON accounts_party;
DROP FUNCTION accounts_guard_party();
DROP TRIGGER suspend_sanctioned ON accounts_screening;
DROP FUNCTION accounts_suspend_sanctioned();
DROP TRIGGER guard_screening ON accounts_screening;
DROP FUNCTION accounts_guard_screening();
