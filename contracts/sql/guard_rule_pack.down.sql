REVOKE UPDATE (state, approval_id) ON contracts_rulepackversion FROM plimsoll_app;
REVOKE INSERT (pack_id, version, effective_from, origin, state, content, sha256, parameters, approval_id)
ON contracts_rulepackversion FROM plimsoll_app;
REVOKE INSERT (code) ON contracts_rulepack FROM plimsoll_app;
DROP TRIGGER contracts_rulepack_kept ON contracts_rulepack;
DROP TRIGGER contracts_rulepackversion_guard ON contracts_rulepackversion;
DROP FUNCTION contracts_guard_rule_pack();
