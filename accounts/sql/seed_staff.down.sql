-- The system user stays: rows of every app may name it. Roles go unless somebody holds or has held them.
DELETE FROM auth_group
WHERE
    name IN ('operations', 'risk', 'finance', 'compliance', 'auditor')
    AND NOT EXISTS (SELECT FROM accounts_user_groups WHERE accounts_user_groups.group_id = auth_group.id)
    AND NOT EXISTS (SELECT FROM accounts_staffrolechange WHERE accounts_staffrolechange.group_id = auth_group.id);
