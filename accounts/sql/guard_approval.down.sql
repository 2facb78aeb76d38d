DROP TRIGGER guard_approval ON accounts_approval;
DROP FUNCTION accounts_guard_approval();
