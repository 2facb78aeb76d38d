DROP TRIGGER guard_approval_rule ON accounts_approvalrule;
DROP FUNCTION accounts_guard_approval_rule();
