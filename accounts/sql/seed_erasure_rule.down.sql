DELETE FROM accounts_approvalrule WHERE kind = 'erase_party';
