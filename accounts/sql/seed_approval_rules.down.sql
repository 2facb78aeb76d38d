DELETE FROM accounts_approvalrule;
