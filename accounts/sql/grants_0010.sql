-- Rules and delegations are added, a delegation is revoked, a review is answered; nothing is deleted.
GRANT INSERT ON accounts_approvalrule TO plimsoll_app;
GRANT INSERT, UPDATE (revoked_at, revoked_by_id) ON accounts_approvaldelegation TO plimsoll_app;
GRANT INSERT, UPDATE (status, approval_id, completed_at) ON accounts_accessreview TO plimsoll_app;
GRANT INSERT, UPDATE (decision, reviewer_id, reason, decided_at) ON accounts_accessreviewitem TO plimsoll_app;
