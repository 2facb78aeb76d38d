REVOKE INSERT, UPDATE (decision, reviewer_id, reason, decided_at) ON accounts_accessreviewitem FROM plimsoll_app;
REVOKE INSERT, UPDATE (status, approval_id, completed_at) ON accounts_accessreview FROM plimsoll_app;
REVOKE INSERT, UPDATE (revoked_at, revoked_by_id) ON accounts_approvaldelegation FROM plimsoll_app;
REVOKE INSERT ON accounts_approvalrule FROM plimsoll_app;
