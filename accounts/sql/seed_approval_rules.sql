-- The first rules: whoever decides, decides everything, without a limit, except that operations, which carry most of it
-- out, do not decide who may decide. A house narrows them by two people.
INSERT INTO accounts_approvalrule (role, kind, is_permitted)
SELECT
    decider.role,
    decided.kind,
    true
FROM unnest(ARRAY['operations', 'risk', 'finance', 'compliance']) AS decider (role)
CROSS JOIN
    unnest(ARRAY[
        'close_business_day', 'release_withdrawal', 'release_liquidation', 'activate_terms', 'write_off_break',
        'soft_close_business_day', 'reopen_business_day', 'close_month', 'reopen_month', 'transfer_year_end',
        'correct_after_close', 'import_journal', 'change_seal_keys', 'set_official_rate', 'activate_rule_pack',
        'activate_questionnaire', 'activate_disclosure', 'amend_contract', 'extend_contract', 'replace_funder',
        'resolve_dispute',
        'review_identity',
        'confirm_screening',
        'set_benchmark',
        'import_parties',
        'import_contracts',
        'waive_charge', 'set_approval_limit', 'delegate_approvals', 'review_access', 'pay_funder_out'
    ]) AS decided (kind)
WHERE decider.role <> 'operations' OR decided.kind NOT IN ('set_approval_limit', 'delegate_approvals', 'review_access');
